# Waywarden: `make demo` shows it, `make test` proves it. Both set up everything they need into .venv.
.POSIX:
.PHONY: demo test docs lint format report bench pins clean

BIN = .venv/bin
CITY =

demo:
	@sh tools/setup.sh run
	@if [ -n "$(CITY)" ]; then exec $(BIN)/waywarden demo --city "$(CITY)"; else exec $(BIN)/waywarden demo; fi

test:
	@sh tools/setup.sh test
	@exec $(BIN)/python tools/check.py

# Only the checks that read the code, without the tests.
lint:
	@sh tools/setup.sh test
	@exec $(BIN)/python tools/check.py --no-tests

format:
	@sh tools/setup.sh test
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

# The documentation as a site, in site/.
docs:
	@sh tools/setup.sh test
	@$(BIN)/mkdocs build --strict --quiet
	@echo "site/index.html"

# What must hold, measured on the real material in ../shared: of the traffic half, then of the road half.
report:
	@sh tools/setup.sh test
	@$(BIN)/python bench/must_hold.py; traffic=$$?; $(BIN)/python bench/record.py && exit $$traffic

# What counting costs, beside decoding alone and beside what people build today, on the same clips. `make bench BENCH=--quick`.
BENCH =
bench:
	@sh tools/setup.sh test
	@sh bench/peer/setup.sh
	@exec nice .venv/bin/python bench/cost.py $(BENCH)

# Newest versions, pinned and hashed anew (wants uv).
pins:
	@sh tools/pins.sh

clean:
	@rm -rf .venv .build site dist page/node_modules src/waywarden/web/static

#!/bin/sh
# Pin and hash every package, for every platform and Python that Waywarden runs on. Run by `make pins`.
#
# One version for all Pythons (fork-strategy fewest), wheels only (a source package would run unpinned build code),
# the public index alone (no-config), and no address in the files.
# openvino-telemetry is left out on purpose: it reports to its maker when openvino is imported. See docs/privacy.md.
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "make pins wants uv; install it with: pip install uv" >&2; exit 1; }

compile() {
    env -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_DEFAULT_INDEX -u UV_FIND_LINKS \
        uv pip compile "$@" --no-config --universal --python-version 3.11 --fork-strategy fewest \
        --only-binary :all: --generate-hashes --no-emit-index-url --no-header --quiet --upgrade \
        --no-emit-package openvino-telemetry
}

compile pyproject.toml -o requirements/runtime.txt
for name in build page dev; do
    compile "requirements/$name.in" -c requirements/runtime.txt -o "requirements/$name.txt"
done
compile bench/peer/requirements.in -o bench/peer/requirements.txt

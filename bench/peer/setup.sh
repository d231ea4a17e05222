#!/bin/sh
# The peers' own environment, in .build/peer-venv: what they need would clash with ours, and is none of our runtime.
set -eu
cd "$(dirname "$0")/../.."
venv=.build/peer-venv
want=$(cksum <bench/peer/requirements.txt)
[ "$(cat $venv/.done 2>/dev/null)" = "$want" ] && exit 0
mkdir -p .build
rm -rf $venv
.venv/bin/python -m venv $venv
$venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes \
    --only-binary :all: -r bench/peer/requirements.txt
echo "$want" >$venv/.done

#!/bin/sh
# Renews the hashed locks from pyproject.toml. Run it after changing a dependency, and commit what it writes.
set -eu
cd "$(dirname "$0")/.."
uv=.tools/bin/uv
$uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
    --group dev pyproject.toml -o lock/requirements.txt "$@"
printf 'uv\n' | $uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-header - -o lock/uv.txt "$@"

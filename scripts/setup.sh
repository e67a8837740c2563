#!/bin/sh
# Sets up everything `make demo` (argument: demo) or `make test` (argument: test) needs, and nothing twice.
# Debian packages come from scripts/debian-packages.txt, Python packages from lock/ with their hashes, and what the
# browser tests hold pages against from tests/browser/package-lock.json (with the node that the Python lock brings).
set -eu
cd "$(dirname "$0")/.."
stage=${1:-test}

say() { printf '%s\n' "$*" >&2; }

# --- Debian packages -------------------------------------------------------------------------------------------
wanted=$(sed -e 's/#.*//' scripts/debian-packages.txt |
    awk -v stage="$stage" 'NF && ($2 == "demo" || stage == "test") { print $1 }')
missing=""
if command -v dpkg-query >/dev/null 2>&1; then
    for package in $wanted; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
else
    say "setup: this is no Debian or Ubuntu; please install what matches these packages yourself:"
    sed -e '/^#/d' scripts/debian-packages.txt >&2
fi
if [ -n "$missing" ]; then
    root=""
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then root="sudo -n"; else root="none"; fi
    fi
    if [ "$root" != none ] && command -v apt-get >/dev/null 2>&1; then
        say "setup: installing Debian packages:$missing"
        # shellcheck disable=SC2086
        { $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing ||
            { $root apt-get update -qq &&
              $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; }
        } >/dev/null 2>.setup-apt.log || { cat .setup-apt.log >&2; say "setup: apt-get failed"; }
        rm -f .setup-apt.log
    else
        say "setup: these Debian packages are missing, and I may not install them; without them does not run:"
        for package in $missing; do grep "^$package " scripts/debian-packages.txt >&2; done
    fi
fi

# --- Python ----------------------------------------------------------------------------------------------------
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    { say "setup: Python 3.11 or newer is needed ($python is older)"; exit 1; }

stamp=$(cat lock/*.txt pyproject.toml | "$python" -c 'import hashlib,sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')
if [ ! -x .venv/bin/sigill ] || [ "$(cat .venv/.stamp 2>/dev/null)" != "$stamp" ]; then
    if [ ! -x .tools/bin/uv ] || ! .tools/bin/uv --version >/dev/null 2>&1; then
        say "setup: installing uv"
        rm -rf .tools
        "$python" -m venv .tools
        .tools/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r lock/uv.txt
    fi
    say "setup: installing Python packages"
    [ -x .venv/bin/python ] || .tools/bin/uv venv --quiet --python "$python" .venv
    .tools/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes lock/requirements.txt
    .tools/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
    printf '%s' "$stamp" >.venv/.stamp
fi

# --- axe-core, html-validate, vnu ------------------------------------------------------------------------------
[ "$stage" = test ] || exit 0
if ! cmp -s tests/browser/package-lock.json tests/browser/node_modules/.locked; then
    say "setup: installing what checks the pages"
    (cd tests/browser && PATH="$OLDPWD/.venv/bin:$PATH" npm ci --silent --ignore-scripts --no-audit --no-fund)
    cp tests/browser/package-lock.json tests/browser/node_modules/.locked
fi

# Two commands: `make demo` shows the main job, `make test` runs every check. Each sets up what it needs.
.PHONY: help demo run test check setup bench bench-peers fuzz pictures lock words clean

help:            ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

demo:            ## the whole way on the six sample decisions
	@scripts/setup.sh demo
	@.venv/bin/sigill demo

run:             ## the web on localhost: SQLite, job runner inside, demo users and sample cases
	@scripts/setup.sh demo
	@.venv/bin/sigill serve --demo

test: check      ## every check and test
	@.venv/bin/python -m pytest -n 2 --dist loadfile -q --ignore tests/fuzz
	@.venv/bin/python -m pytest -q tests/fuzz  # in a process of its own: it judges with the search's readers in place

check:           ## format, lint, types, import directions
	@scripts/setup.sh test
	@.venv/bin/ruff format --check --quiet src tests bench scripts
	@.venv/bin/ruff check --quiet src tests bench scripts
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports --no-cache

setup:           ## what `make test` needs, without running it
	@scripts/setup.sh test

bench:           ## ratios and medians, measured in one run
	@scripts/setup.sh test
	@.venv/bin/python -m bench

bench-peers:     ## other masking tools on the same files, in an environment of their own; writes docs/benchmarks.md
	@scripts/setup.sh test
	@[ -x .venv-peers/bin/python ] || .tools/bin/uv venv --quiet --python .venv/bin/python .venv-peers
	@.tools/bin/uv pip sync --quiet --python .venv-peers/bin/python --require-hashes lock/peers.txt
	@.venv/bin/python -m bench peers

fuzz:            ## broken files through mask and search for ten minutes (SECONDS=…); failures land in out/fuzz
	@scripts/setup.sh test
	@.venv/bin/python tests/fuzz/long.py --seconds $(or $(SECONDS),600)

pictures:        ## take the manual's pictures anew while the browser stories run (docs/manual/bilder)
	@scripts/setup.sh test
	@SIGILL_PICTURES=1 .venv/bin/python -m pytest -q tests/browser

lock:            ## renew lock/ from pyproject.toml
	@scripts/lock.sh --upgrade

words:           ## collect sentences for translation and compile the catalogue
	@scripts/words.sh

clean:           ## remove what set-up and runs left here
	rm -rf .venv .venv-peers .tools out .mypy_cache .ruff_cache .pytest_cache .hypothesis

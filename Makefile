# Two commands: `make demo` shows the main job, `make test` runs every check. Each sets up what it needs.
.PHONY: help demo test check setup bench lock words clean

help:            ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

demo:            ## the whole way on the six sample decisions
	@scripts/setup.sh demo
	@.venv/bin/sigill demo

test: check      ## every check and test
	@.venv/bin/python -m pytest -n 2 --dist loadfile -q

check:           ## format, lint, types, import directions
	@scripts/setup.sh test
	@.venv/bin/ruff format --check --quiet src tests
	@.venv/bin/ruff check --quiet src tests
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports --no-cache

setup:           ## what `make test` needs, without running it
	@scripts/setup.sh test

bench:           ## ratios and medians, measured in one run
	@scripts/setup.sh test
	@.venv/bin/python -m bench

lock:            ## renew lock/ from pyproject.toml
	@scripts/lock.sh --upgrade

words:           ## collect sentences for translation and compile the catalogue
	@scripts/words.sh

clean:           ## remove what set-up and runs left here
	rm -rf .venv .tools out .mypy_cache .ruff_cache .pytest_cache .hypothesis

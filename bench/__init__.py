"""Benchmarks: medians and ratios measured in one run. `make bench`, or `python -m bench issue check …` for some."""

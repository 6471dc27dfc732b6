"""Benchmarks: what the desk costs, measured in ratios and by hand; see README.md."""

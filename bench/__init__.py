"""Benchmarks that print ratios: what a run costs beside what it cannot do without."""

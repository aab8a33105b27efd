"""Benchmarks: `python3 run.py bench dispatch|callbacks|payouts`. Ratios, no tests."""

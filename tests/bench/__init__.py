"""Benchmarks: `python3 run.py bench dispatch|callbacks`. Ratios beside a yardstick, no tests."""

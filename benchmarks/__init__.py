"""Measurements of Daybook beside what else one could use: `python -m benchmarks`. README.md says what each measures."""

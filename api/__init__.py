"""HTTP: decode, call one use case or reader, encode. Statuses and headers are known here and nowhere else."""

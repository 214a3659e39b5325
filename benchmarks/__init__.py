"""Time, memory and throughput of what is shipped. `python -m benchmarks` runs all; results land in `results/`."""

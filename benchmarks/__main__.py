"""Runs every benchmark, one after the other, on an otherwise idle machine."""

from benchmarks import (
    corruption,
    deciding,
    disk,
    kills,
    masking,
    no_providers,
    providers,
    reading,
    reference,
    scale,
    search,
    sign_in,
    start,
    throughput,
)

SPEED = (reference, start, throughput, search, deciding, reading, scale, sign_in)
FAULTS = (corruption, disk, kills, providers, no_providers)


def main() -> None:
    for benchmark in (*SPEED, masking, *FAULTS):
        benchmark.main()


if __name__ == "__main__":
    main()

"""Runs every benchmark, one after the other, on an otherwise idle machine."""

from benchmarks import reference, scale, start, throughput


def main() -> None:
    for benchmark in (reference, start, throughput, scale):
        benchmark.main()


if __name__ == "__main__":
    main()

"""Runs every benchmark, one after the other, on an otherwise idle machine."""

from benchmarks import deciding, masking, reading, reference, scale, search, sign_in, start, throughput


def main() -> None:
    for benchmark in (reference, start, throughput, search, deciding, reading, scale, sign_in, masking):
        benchmark.main()


if __name__ == "__main__":
    main()

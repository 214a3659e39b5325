"""The tables of docs/capacity.md, from result files alone."""

from typing import Any

from tests.result_tables import result


def _read(name: str) -> dict[str, Any]:
    return result(f"benchmarks/results/{name}.json")


def capacity_page() -> str:
    """What one machine was measured to hold."""
    return "\n".join([*_approved(), "", *_with_a_model(), "", *_for_long(), "", *_nearest()])


def _approved() -> list[str]:
    read = _read("throughput")
    rows = [
        f"| {workers} | {run['requests_per_s']} | {run['p50_ms']:.0f} ms | {run['p99_ms']:.0f} ms | {run['failures']} |"
        for workers, run in read["by_workers"].items()
    ]
    return [
        f"Approved texts, no model, {read['clients']} clients that ask without a pause",
        "(`python -m benchmarks.throughput`):",
        "",
        "| workers | questions a second | p50 | p99 | failures |",
        "|---|---|---|---|---|",
        *rows,
    ]


def _with_a_model() -> list[str]:
    read = _read("load")
    rows = []
    for name, phase in read["phases"].items():
        statuses = ", ".join(f"{n:,} {status}" for status, n in phase["statuses"].items())
        refused = f"{phase['refusal_p99_ms']:,.0f} ms" if "refusal_p99_ms" in phase else ""
        rows.append(
            f"| {name} | {phase['seconds']:.0f} s | {statuses} | {phase['answers_per_s']} | "
            f"{phase['overhead_p50_ms']:,.0f} ms | {phase['overhead_p99_ms']:,.0f} ms | {refused} |"
        )
    streams = read["open_streams"]
    return [
        f"A model that takes {read['model_ms']} ms, {read['workers']} workers, 30 questions a second whether or not",
        "answers come in time, with the model's stand-in and the customers on the same two cores",
        "(`python -m benchmarks.load`):",
        "",
        "| phase | for | answers by status | answers a second | own time p50 | p99 | refused within (p99) |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
        f"{streams['ended_well']} of {streams['n']} streams that were open at once ended well.",
    ]


def _for_long() -> list[str]:
    read = _read("soak")
    statuses = ", ".join(f"{n:,} {status}" for status, n in read["statuses"].items())
    streams, memory = read["streams"], read["memory_mb"]
    return [
        f"The same model for {read['minutes']:.0f} minutes, {read['questions_per_s']} questions a second, a tenth of",
        "them streamed; memory of all processes, of the second sixth of the time and of the last",
        "(`python -m benchmarks.soak`):",
        "",
        "| answers by status | streams that ended well | memory, second sixth | last sixth | growth |",
        "|---|---|---|---|---|",
        f"| {statuses} | {streams['ended_well']:,} of {streams['n']:,} | {memory['second_sixth']:.0f} MB | "
        f"{memory['last_sixth']:.0f} MB | {100 * read['growth']:.1f} % |",
    ]


def _nearest() -> list[str]:
    read = _read("milvus")
    rows = [
        f"| {label} | {found['recall']:.3f} ({found['ci95'][0]:.3f} to {found['ci95'][1]:.3f}) | "
        f"{found['p50_ms']:.1f} ms | {found['p99_ms']:.1f} ms |"
        for label, found in (("FAISS, in the worker", read["faiss"]), ("Milvus, on the same machine", read["milvus"]))
    ]
    return [
        f"The nearest {read['k']} of {read['keys']:,} vectors for {read['n']} questions that are not among them,",
        f"against an exact search (95 % interval); the upload took {read['upload_s']:.0f} s",
        "(`python -m benchmarks.milvus`):",
        "",
        "| where | found of the exact ones | p50 | p99 |",
        "|---|---|---|---|",
        *rows,
    ]

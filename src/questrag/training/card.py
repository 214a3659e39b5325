"""The model card that lies beside an encoder, written from its manifest."""

from collections.abc import Sequence

from questrag.artifacts import Artifact

_CARD = """---
license: apache-2.0
language: [en, hi]
pipeline_tag: sentence-similarity
base_model: {base}
---

# Encoder: {name}, int8 ONNX

Turns a question or a phrasing of an entry into a unit vector of {dim} numbers. Written by
`questrag train retriever`; `manifest.json` holds every argument, the versions, and the SHA-256 of each file: a file
that differs is refused at load.

- **From**: {backbone}.
- **Learned from**: {training_topics} topics with {training_phrasings} phrasings in English, Hinglish and Hindi,
  and {training_followups_read} follow-ups with what was asked before them (version {data}, seed {training_seed}).
  Entries that the development and test questions or conversations ask for were left out.
- **How**: objective {training_objective}, {training_steps_done} steps of {training_batch} pairs, the best after
  {training_best_step}.
- **Reads**: what `retrieval/text.py` makes of a question: Hinglish and Hindi words become their English meaning.
- **Precision**: weights int8, per channel, seven bits in use. The lowest cosine to full precision over eight probe
  sentences is {parity_cosine_min}.
- **Meant for**: searching a bank's own approved entries. **Not for**: judging people, or other languages.

## Data sets

| set | licence | used for |
|---|---|---|
| {backbone} | Apache-2.0 | first weights |
| the project's own data (`data/`) | CC BY 4.0 | entries, look-alike questions, conversations |

Nothing else was learned from.

## Development questions

Share with the right entry first, by the encoder alone: untrained {dev_untrained}, trained {dev_full_precision} at
full precision, {dev_int8} as shipped. These questions chose the best step; what counts is measured on others
(`questrag evaluate retrieval`).

| step | mean loss | right first |
|---|---|---|
{rows}
"""


def write_card(artifact: Artifact, history: Sequence[dict[str, float]]) -> None:
    """Write ``README.md`` into the artefact's folder; the manifest leaves it out."""
    rows = "\n".join(f"| {look['step']:.0f} | {look['loss']:.3f} | {look['right_first']:.1%} |" for look in history)
    base = artifact.info["backbone"]
    hub = base if "/" in base else f"sentence-transformers/{base}"
    text = _CARD.format(**{**artifact.info, "base": hub, "rows": rows})
    (artifact.folder / "README.md").write_text(text, encoding="utf-8")

"""A made-up knowledge base of any size, for timing only: its sentences are grammatical and mean little."""

import json
from itertools import product
from pathlib import Path

ACTIONS = "open close block unblock change update check request cancel renew transfer link activate stop track".split()
THINGS = (
    "savings account|current account|debit card|credit card|fixed deposit|recurring deposit|locker|cheque book|"
    "home loan|car loan|gold loan|education loan|UPI PIN|mobile number|nominee|standing instruction|forex card|"
    "NRO account|demand draft|passbook"
).split("|")
PLACES = (
    "at a branch|in the mobile app|by net banking|from abroad|at an ATM|on a Sunday|without a PAN card|"
    "by phone|for a minor|for a senior citizen|jointly with my spouse|after a name change|for a company|with video KYC"
).split("|")
SITUATIONS = (
    "when I have moved|if the amount is large|before the due date|after it has expired|when the app shows an error"
).split("|")


def write_corpus(path: Path, size: int) -> None:
    """Write ``size`` different entries, at most 21,000."""
    combinations = list(product(ACTIONS, THINGS, PLACES, SITUATIONS))[:size]
    if len(combinations) < size:
        raise ValueError(f"only {len(combinations)} different entries can be made, not {size}")
    with path.open("w", encoding="utf-8") as file:
        for number, (action, thing, place, situation) in enumerate(combinations):
            answer = (
                f"To {action} your {thing} {place} {situation}, keep your identity proof ready.\n"
                f"1. Sign in or visit the counter and choose {thing}.\n2. Select {action} and confirm the details.\n"
                f"3. Note reference {number} and wait for the message on your registered mobile number.\n"
                "If it is not done in time, ask the branch or write to customer care with the reference."
            )
            question = f"How can I {action} my {thing} {place} {situation}?"
            file.write(json.dumps({"id": f"e{number}", "question": question, "answer": answer}) + "\n")


def questions(n: int) -> list[str]:
    """Return ``n`` questions of customers' length, none of them an entry's own."""
    chosen = list(product(THINGS, ACTIONS, SITUATIONS))
    step = max(len(chosen) // n, 1)
    return [f"please tell me how to {a} the {t} {s} quickly" for t, a, s in (chosen * (n // len(chosen) + 1))[::step]][
        :n
    ]

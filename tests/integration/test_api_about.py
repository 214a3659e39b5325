"""What a page is told before anybody signs in."""

from pathlib import Path

from starlette.testclient import TestClient

from questrag import __version__
from questrag.chat.emergency import STEPS
from questrag.knowledge.base import EntryBase, read_knowledge
from questrag.knowledge.placeholders import Profile
from questrag.knowledge.profile import read_profile
from questrag.settings import PROJECT
from questrag.storage.memory import MemoryStore
from questrag.web.app import create_app
from questrag.wiring import Parts
from tests.fakes import an_assistant
from tests.integration.api import CHEAP_KIB, NO_PAGE, api, settings

ABOUT = "/api/v1/about"
SHIPPED = PROJECT / "data" / "knowledge"


def about(knowledge: EntryBase, **changes: object) -> dict[str, object]:
    parts = Parts(assistant=an_assistant(), store=MemoryStore(), knowledge=knowledge)
    app = create_app(settings(**changes), parts, password_memory_kib=CHEAP_KIB, page=NO_PAGE)
    with TestClient(app) as client:
        response = client.get(ABOUT)
    assert response.status_code == 200, response.text
    found: dict[str, object] = response.json()
    return found


def shipped(profile: Profile | None) -> EntryBase:
    knowledge, problems = read_knowledge(SHIPPED / "fraud.jsonl", profile)
    assert not problems
    return knowledge


def test_the_shipped_bank_is_an_example_and_its_emergency_steps_hold_its_numbers_in_three_languages() -> None:
    found = about(shipped(read_profile(SHIPPED / "profile.json")))

    assert found["version"] == __version__
    assert found["bank"] == {
        "name": "Namuna Bank",
        "website": "www.namuna-bank.example",
        "customer_care_number": "1800 000 0000",
        "card_block_number": "1800 000 0001",
        "fraud_report_email": "fraud@namuna-bank.example",
        "is_example": True,
    }
    assert (found["cybercrime_helpline"], found["cybercrime_portal"]) == ("1930", "cybercrime.gov.in")
    emergency = found["emergency"]
    assert isinstance(emergency, dict) and list(emergency) == ["en", "hinglish", "hi"]
    for card in emergency.values():
        assert (card["entry_id"], len(card["steps"])) == ("fraud-emergency", 5)
        assert "1800 000 0001" in card["steps"][0] and "1930" in card["steps"][1]
        assert card["as_of"]
    assert len({card["title"] for card in emergency.values()}) == 3
    assert emergency["hi"]["title"] == STEPS["hi"].splitlines()[0].removesuffix(":")


def test_what_the_bank_has_not_filled_in_is_empty() -> None:
    found = about(shipped(None))

    assert found["bank"] == {
        "name": "",
        "website": "",
        "customer_care_number": "",
        "card_block_number": "",
        "fraud_report_email": "",
        "is_example": False,
    }
    assert isinstance(found["emergency"], dict)
    assert "your bank's card block number" in found["emergency"]["en"]["steps"][0]


def test_a_knowledge_base_without_an_emergency_entry_has_emergency_steps_all_the_same() -> None:
    with api() as client:
        found = client.get(ABOUT).json()

    assert {card["entry_id"] for card in found["emergency"].values()} == {""}
    assert {len(card["steps"]) for card in found["emergency"].values()} == {3}


def test_a_page_is_told_whether_the_widget_and_a_hand_off_were_set_up(tmp_path: Path) -> None:
    knowledge = shipped(None)
    plain = about(knowledge)
    full = about(
        knowledge,
        widget_origins="https://bank.example",
        handoff_webhook_url="http://127.0.0.1:9/hook",
        data_dir=tmp_path,
    )

    assert (plain["guests"], plain["hand_off"]) == (False, False)
    assert (full["guests"], full["hand_off"]) == (True, True)

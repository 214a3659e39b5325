"""Three people who use the API in any order, and what each of them may see: a Hypothesis state machine."""

from collections import Counter
from typing import Any, Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from starlette.testclient import TestClient

from tests.integration.api import PASSWORD, an_app, sign_up

NAMES: Final = ("priya", "arun", "meera")
_WHO = st.sampled_from(NAMES)
_WORDS = st.text(alphabet="abcxyz कखग?.-'%_", min_size=1, max_size=20).filter(lambda text: any(map(str.isalnum, text)))
_PICK = st.integers(0, 7)

calls = Counter[str]()
"""Made by all machines since it was last cleared, by route; and how many steps were taken."""


class People(RuleBasedStateMachine):
    """Every text says whose it is, so that one in the wrong place shows."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = TestClient(an_app(), follow_redirects=False)
        self.client = self.entered.__enter__()
        self.headers = {name: sign_up(self.client, name) for name in NAMES}
        self.talks: dict[str, dict[str, list[str]]] = {name: {} for name in NAMES}
        """Messages by conversation, by person."""
        self.archived: set[str] = set()
        self.keys: dict[str, set[str]] = {name: set() for name in NAMES}

    def teardown(self) -> None:
        self.entered.__exit__(None, None, None)

    def call(self, who: str, method: str, path: str, body: Any = None, **params: Any) -> Any:
        calls[f"{method} {path.partition('?')[0].rstrip('0123456789abcdef')}"] += 1
        answer = self.client.request(method, path, json=body, params=params, headers=self.headers[who])
        assert answer.status_code < 500, answer.text
        others = [f"of-{name}" for name in NAMES if name != who]
        assert not any(mark in answer.text for mark in others), (who, method, path, answer.text)
        return answer

    def talk(self, who: str, pick: int) -> str | None:
        found = sorted(self.talks[who])
        return found[pick % len(found)] if found else None

    def message(self, who: str, pick: int) -> tuple[str, str] | None:
        found = [(talk, message) for talk, messages in sorted(self.talks[who].items()) for message in messages]
        return found[pick % len(found)] if found else None

    @rule(who=_WHO, words=_WORDS, pick=_PICK, anew=st.booleans())
    def ask(self, who: str, words: str, pick: int, anew: bool) -> None:
        talk = None if anew else self.talk(who, pick)
        body = {"query": f"{words} of-{who}"} | ({"conversation_id": talk} if talk else {})
        answer = self.call(who, "POST", "/api/v1/chat/", body)
        assert answer.status_code == 200
        told = answer.json()
        assert talk in (None, told["conversation_id"])
        self.talks[who].setdefault(told["conversation_id"], []).append(told["message_id"])

    @rule(who=_WHO, words=_WORDS, pick=_PICK, again=st.booleans())
    def ask_in_its_place(self, who: str, words: str, pick: int, again: bool) -> None:
        if (found := self.message(who, pick)) is None:
            return
        talk, message = found
        place = f"/api/v1/chat/messages/{message}"
        answer = (
            self.call(who, "POST", f"{place}/regenerate")
            if again
            else self.call(who, "POST", f"{place}/edit", {"query": f"{words} of-{who}"})
        )
        assert (answer.status_code, answer.json()["conversation_id"]) == (200, talk)
        self.talks[who][talk].append(answer.json()["message_id"])

    @rule(who=_WHO, pick=_PICK, rating=st.sampled_from(["up", "down"]))
    def rate(self, who: str, pick: int, rating: str) -> None:
        if found := self.message(who, pick):
            path = f"/api/v1/chat/messages/{found[1]}/feedback"
            assert self.call(who, "PUT", path, {"rating": rating}).status_code == 200

    @rule(who=_WHO, pick=_PICK, title=_WORDS, archived=st.booleans())
    def put_away(self, who: str, pick: int, title: str, archived: bool) -> None:
        if talk := self.talk(who, pick):
            body = {"title": f"{title} of-{who}", "archived": archived}
            assert self.call(who, "PATCH", f"/api/v1/chat/conversations/{talk}", body).status_code == 200
            (self.archived.add if archived else self.archived.discard)(talk)

    @rule(who=_WHO, pick=_PICK)
    def delete(self, who: str, pick: int) -> None:
        if talk := self.talk(who, pick):
            assert self.call(who, "DELETE", f"/api/v1/chat/conversation/{talk}").status_code == 204
            del self.talks[who][talk]
            self.archived.discard(talk)

    @rule(who=_WHO, words=_WORDS)
    def search(self, who: str, words: str) -> None:
        found = self.call(who, "GET", "/api/v1/chat/conversations", q=words, limit=100).json()["conversations"]
        assert {each["conversation_id"] for each in found} <= set(self.talks[who])

    @rule(who=_WHO, pick=_PICK)
    def ask_for_a_person(self, who: str, pick: int) -> None:
        talk = self.talk(who, pick)
        body = {"name": who, "contact": f"{who}@example.com", "note": f"of-{who}"}
        answer = self.call(who, "POST", "/api/v1/handoffs", body | ({"conversation_id": talk} if talk else {}))
        assert answer.status_code == 201

    @rule(who=_WHO)
    def make_a_key(self, who: str) -> None:
        if len(self.keys[who]) < 5:
            body = {"name": f"of-{who}", "scopes": ["chat"], "password": PASSWORD}
            self.keys[who].add(self.call(who, "POST", "/api/v1/auth/keys", body).json()["id"])

    @rule(who=_WHO)
    def sign_in_again(self, who: str) -> None:
        assert self.call(who, "POST", "/api/v1/auth/logout").status_code == 204
        assert self.call(who, "GET", "/api/v1/chat/conversations").status_code == 401
        answer = self.client.post("/api/v1/auth/login", json={"username": who, "password": PASSWORD})
        self.headers[who] = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    @rule(who=_WHO)
    def leave(self, who: str) -> None:
        answer = self.call(who, "POST", "/api/v1/auth/me/erase", {"password": PASSWORD})
        assert answer.status_code == 204
        assert self.call(who, "GET", "/api/v1/auth/me").status_code == 401
        self.archived -= set(self.talks[who])
        self.talks[who], self.keys[who] = {}, set()
        self.headers[who] = sign_up(self.client, who)

    @rule(thief=_WHO, owner=_WHO, pick=_PICK, what=st.integers(0, 6))
    def try_what_belongs_to_another(self, thief: str, owner: str, pick: int, what: int) -> None:
        found = self.message(owner, pick)
        if thief == owner or found is None:
            return
        talk, message = found
        method, path, body = [
            ("GET", f"/api/v1/chat/conversations/{talk}", None),
            ("GET", f"/api/v1/chat/conversations/{talk}/export", None),
            ("PATCH", f"/api/v1/chat/conversations/{talk}", {"title": "taken"}),
            ("DELETE", f"/api/v1/chat/conversation/{talk}", None),
            ("POST", f"/api/v1/chat/messages/{message}/regenerate", None),
            ("PUT", f"/api/v1/chat/messages/{message}/feedback", {"rating": "down"}),
            ("POST", "/api/v1/chat/", {"query": "and then?", "conversation_id": talk}),
        ][what]
        assert self.call(thief, str(method), str(path), body).status_code == 404

    @invariant()
    def everybody_sees_what_is_theirs(self) -> None:
        calls["steps"] += 1
        who = NAMES[calls.total() % len(NAMES)]
        for archived in (False, True):
            found = self.call(who, "GET", "/api/v1/chat/conversations", archived=archived, limit=100).json()
            listed = {each["conversation_id"] for each in found["conversations"]}
            assert listed == {talk for talk in self.talks[who] if (talk in self.archived) is archived}
        assert {each["id"] for each in self.call(who, "GET", "/api/v1/auth/keys").json()} == self.keys[who]


def play(a_seed: int, *, n_runs: int, n_steps: int) -> int:
    """Let the three do things at random; return how many they did.

    Raises:
        AssertionError: with what led to it.
    """
    calls.clear()
    machine = seed(a_seed)(People)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=n_runs,
            stateful_step_count=n_steps,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return calls["steps"]

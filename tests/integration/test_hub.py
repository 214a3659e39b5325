"""Models to the Hub and back, over HTTP, through the client that the Hub itself provides."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
import yaml

from questrag.artifacts import seal, sha256_of
from questrag.chat.errors import ArtifactError, Conflict, Invalid, Misconfigured, Unavailable
from questrag.hub.asking import Hub
from questrag.hub.layout import LARGEST_FILE, MOST_FILES, read_record
from questrag.hub.pulling import commit_of, pull, pulled
from questrag.hub.pushing import packed, push
from questrag.settings import PROJECT
from tests.hub_peer import (
    TOKEN,
    HubPeer,
    answers,
    cuts_off,
    flips_a_bit,
    hub_peer,
    knows_no_ranges,
    lists,
    sends_without_end,
    speaks_html,
)

# The Hub's client uploads in a way that its own HTTP library warns of.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

REPOSITORY = "bank/models"
NAMES = ("retriever", "ranking", "policy")
SHIPPED = PROJECT / "models"
RESULTS = PROJECT / "docs" / "results"


@pytest.fixture
def peer() -> Iterator[HubPeer]:
    with hub_peer() as peer:
        yield peer


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return models as small as they can be: what is tested here is how they travel."""
    folder = tmp_path / "made"
    fingerprint = _model(
        folder / "retriever",
        "encoder",
        {"model.onnx": bytes(range(256)) * 4000, "tokenizer.json": b"{}", "model.safetensors": b"8"},
    )
    info = {"encoder": f"retriever@{fingerprint}"}
    _model(folder / "ranking", "ranking", {"weights.json": b"[]"}, info)
    _model(folder / "policy", "policy", {"weights.json": b"[1]", "question.npy": b"\x93NUMPY"}, info)
    (folder / "policy" / "README.md").write_text("---\nlicense: cc-by-4.0\n---\n\n# A policy\n", encoding="utf-8")
    return folder


def _model(folder: Path, kind: str, files: dict[str, bytes], info: dict[str, str] | None = None) -> str:
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return seal(folder, kind, {"name": folder.name, **(info or {})}).fingerprint


def waiting(peer: HubPeer, waits: list[float] | None = None, *, token: str = TOKEN) -> Hub:
    kept = [] if waits is None else waits
    return Hub(peer.url, token, wait=kept.append)


def on_the_hub(models: Path) -> dict[str, bytes]:
    return {path.relative_to(models).as_posix(): path.read_bytes() for path in models.rglob("*") if path.is_file()}


def contents(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in on_the_hub(folder).items() if name != "pulled.json"}


def fetching_the_encoder(models: Path) -> str:
    return f"GET /cdn/{sha256_of(models / 'retriever' / 'model.onnx')}"


def nothing_is_left_of(home: Path) -> bool:
    return not home.exists() and not list(home.parent.glob(f".{home.name}*.partial"))


# There and back ------------------------------------------------------------------------------


def test_what_is_pushed_comes_back_byte_for_byte(peer: HubPeer, models: Path, tmp_path: Path) -> None:
    hub = waiting(peer)
    commit = push(hub, REPOSITORY, packed(models, NAMES, None))
    there = pull(hub, REPOSITORY, commit, tmp_path / "home")
    assert there.fetched and there.models.keys() == set(NAMES)
    came = contents(tmp_path / "home")
    assert {path: data for path, data in came.items() if "/" in path} == on_the_hub(models)
    assert sorted(set(came) - set(on_the_hub(models))) == ["LICENSE.md", "README.md"]
    assert read_record(tmp_path / "home").commit == commit


def test_the_shipped_models_make_the_same_journey(peer: HubPeer, tmp_path: Path) -> None:
    hub = waiting(peer)
    commit = push(hub, REPOSITORY, packed(SHIPPED, NAMES, RESULTS))
    pull(hub, REPOSITORY, commit, tmp_path / "home")
    for name in NAMES:
        assert on_the_hub(tmp_path / "home" / name) == on_the_hub(SHIPPED / name)


def test_a_second_push_sends_large_files_once_and_takes_away_what_is_gone(peer: HubPeer, models: Path) -> None:
    hub = waiting(peer)
    first = push(hub, REPOSITORY, packed(models, NAMES, None))
    uploads = len(peer.asked("PUT"))
    second = push(hub, REPOSITORY, packed(models, ["retriever"], None))
    assert len(peer.asked("PUT")) == uploads
    commits = peer.repositories[REPOSITORY].commits
    assert "policy/weights.json" in commits[first]
    assert not [path for path in commits[second] if path.startswith(("policy/", "ranking/"))]


def test_a_push_to_a_branch_leaves_main_as_it_is(peer: HubPeer, models: Path) -> None:
    commit = push(waiting(peer), REPOSITORY, packed(models, NAMES, None), branch="trial")
    assert peer.repositories[REPOSITORY].branches["trial"] == commit != peer.repositories[REPOSITORY].branches["main"]


def test_a_private_repository_is_private_and_an_open_one_is_not_taken_for_one(peer: HubPeer, models: Path) -> None:
    parcel = packed(models, NAMES, None)
    push(waiting(peer), REPOSITORY, parcel, private=True)
    assert peer.repositories[REPOSITORY].private
    peer.put("bank/open", {".gitattributes": b""})
    with pytest.raises(Misconfigured, match="public"):
        push(waiting(peer), "bank/open", parcel, private=True)
    assert peer.asked("commit/") == peer.asked(f"{REPOSITORY}/commit/")


def test_a_repository_that_holds_something_else_is_not_written_to(peer: HubPeer, models: Path) -> None:
    peer.put(REPOSITORY, {"notes.txt": b"mine"})
    with pytest.raises(ArtifactError, match=r"notes\.txt"):
        push(waiting(peer), REPOSITORY, packed(models, NAMES, None))


def test_a_push_looks_whether_all_arrived(peer: HubPeer, models: Path) -> None:
    peer.lies["ranking/weights.json"] = 1
    with pytest.raises(ArtifactError, match=r"does not hold ranking/weights\.json as it was sent"):
        push(waiting(peer), REPOSITORY, packed(models, NAMES, None))


def test_a_push_does_not_write_over_what_somebody_else_sent_meanwhile(peer: HubPeer, models: Path) -> None:
    hub = waiting(peer)
    push(hub, REPOSITORY, packed(models, NAMES, None))

    def somebody_else(_: object) -> bool:
        peer.put(REPOSITORY, {"README.md": b"# theirs\n"})
        return False  # and the request goes on

    peer.fails("/commit/", somebody_else)
    with pytest.raises(Misconfigured, match="A commit has happened since"):
        push(hub, REPOSITORY, packed(models, ["retriever"], None))
    repository = peer.repositories[REPOSITORY]
    assert repository.commits[repository.branches["main"]] == {"README.md": b"# theirs\n"}


def test_a_damaged_or_mixed_set_is_not_pushed(models: Path) -> None:
    with pytest.raises(Invalid, match="choose of"):
        packed(models, ["other"], None)
    (models / "policy" / "notes.json").write_bytes(b"{}")
    with pytest.raises(ArtifactError, match=r"notes\.json is not in manifest\.json"):
        packed(models, NAMES, None)
    (models / "policy" / "notes.json").unlink()
    (models / "retriever" / "tokenizer.json").write_bytes(b"[]")
    with pytest.raises(ArtifactError, match=r"tokenizer\.json is damaged"):
        packed(models, NAMES, None)
    seal(models / "retriever", "encoder", {"name": "retriever"})
    with pytest.raises(ArtifactError, match="was made for encoder"):
        packed(models, NAMES, None)


def test_without_a_token_a_push_names_hf_token_and_asks_nobody(peer: HubPeer, models: Path) -> None:
    with pytest.raises(Misconfigured, match="HF_TOKEN"):
        push(waiting(peer, token=""), REPOSITORY, packed(models, NAMES, None))
    assert peer.requests == []


def test_a_token_that_is_refused_is_nowhere_in_the_error(peer: HubPeer, models: Path) -> None:
    hub = Hub(peer.url, "hf_wrong-one", wait=lambda _: None)
    peer.fails("POST /api/repos", answers(403, X_Error_Message="hf_wrong-one has no write access"), times=9)
    with pytest.raises(Misconfigured, match="403") as caught:
        push(hub, REPOSITORY, packed(models, NAMES, None))
    assert "hf_wrong" not in f"{caught.value!s}{hub!r}"
    assert "no write access" in str(caught.value)


# The card ------------------------------------------------------------------------------------


def test_the_card_says_what_the_hub_reads_and_every_figure_has_n_and_interval() -> None:
    card = bytes(packed(SHIPPED, NAMES, RESULTS).files["README.md"]).decode()
    _, front, text = card.split("---\n", 2)
    about = yaml.safe_load(front)
    assert about["language"] == ["en", "hi"]
    assert (about["library_name"], about["license"], about["license_link"]) == ("onnx", "other", "LICENSE.md")
    assert about["base_model"] == "sentence-transformers/all-MiniLM-L6-v2"
    read = json.loads((RESULTS / "retrieval.json").read_text(encoding="utf-8"))
    low, high = read["ci95"]["recall@1"]
    assert f"n = {read['n']} questions" in text
    assert f"{100 * read['recall@1']:.1f} % [{100 * low:.1f}, {100 * high:.1f}]" in text
    rows = [line for line in text.splitlines() if line.startswith("|") and " %" in line]
    assert rows and all("[" in row for row in rows)


def test_figures_of_other_models_are_not_shown(models: Path) -> None:
    card = bytes(packed(models, NAMES, RESULTS).files["README.md"]).decode()
    assert "No result file was made with these models." in card
    assert "%" not in card


def test_one_licence_is_named_as_such(models: Path) -> None:
    card = bytes(packed(models, ["policy"], None).files["README.md"]).decode()
    assert yaml.safe_load(card.split("---\n")[1])["license"] == "cc-by-4.0"


# What must not come in -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"retriever/model.onnx": b"other"}, "exchanged"),
        ({"policy/weights.json": b"[2]"}, r"policy/weights\.json is damaged"),
        ({"policy/weights.json": None}, r"no policy/weights\.json"),
        ({"policy/manifest.json": None}, r"no policy/manifest\.json"),
        ({"policy/manifest.json": b"{"}, "manifest"),
        ({"policy/more.json": b"{}"}, r"more\.json, which is not in manifest"),
        ({"retriever/weights.pkl": b"x"}, r"weights\.pkl: such a file can run code"),
        ({"pytorch_model.bin": b"x"}, r"pytorch_model\.bin: such a file can run code"),
        ({"retriever/load.py": b"x"}, r"load\.py: such a file can run code"),
        ({"retriever/../../x.json": b"x"}, "leads out of its folder"),
        ({"/etc/x.json": b"x"}, "leads out of its folder"),
        ({"retriever\\x.json": b"x"}, "leads out of its folder"),
        ({"retriever/a/b.json": b"x"}, "no part of a model"),
        ({"elsewhere/model.onnx": b"x"}, "no part of a model"),
    ],
)
def test_what_is_no_intact_model_is_refused_and_what_was_there_stays(
    peer: HubPeer, models: Path, tmp_path: Path, change: dict[str, bytes | None], says: str
) -> None:
    hub, home = waiting(peer), tmp_path / "home"
    good = peer.put(REPOSITORY, on_the_hub(models))
    pull(hub, REPOSITORY, good, home)
    before = on_the_hub(home)
    changed = {path: data for path, data in (on_the_hub(models) | change).items() if data is not None}
    bad = peer.put(REPOSITORY, changed)
    with pytest.raises(ArtifactError, match=says):
        pull(hub, REPOSITORY, bad, home, replace=True)
    assert on_the_hub(home) == before
    with pytest.raises(ArtifactError, match=says):
        pull(hub, REPOSITORY, bad, tmp_path / "fresh")
    assert nothing_is_left_of(tmp_path / "fresh")


@pytest.mark.parametrize(
    ("sizes", "says"),
    [
        ({"retriever/model.onnx": LARGEST_FILE + 1}, f"at most {LARGEST_FILE:,}"),
        ({"policy/manifest.json": 2_000_000}, "at most 100,000"),
        ({"README.md": 2_000_000}, "at most 100,000"),
        ({"policy/weights.json": -5}, r"weights\.json of -5 bytes"),
        ({f"{name}/weights.json": LARGEST_FILE for name in ("ranking", "policy")}, "at most 1,000,000,000"),
    ],
)
def test_what_is_too_large_is_not_even_asked_for(
    peer: HubPeer, models: Path, tmp_path: Path, sizes: dict[str, int], says: str
) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models) | {"README.md": b"# models\n"})
    peer.lies.update(sizes)
    with pytest.raises(ArtifactError, match=says):
        pull(waiting(peer), REPOSITORY, commit, tmp_path / "home")
    assert peer.asked("resolve") == []


def test_more_files_than_models_have_are_not_even_asked_for(peer: HubPeer, models: Path, tmp_path: Path) -> None:
    many = {f"policy/{number}.json": b"{}" for number in range(MOST_FILES)}
    commit = peer.put(REPOSITORY, on_the_hub(models) | many)
    with pytest.raises(ArtifactError, match=f"at most {MOST_FILES}"):
        pull(waiting(peer), REPOSITORY, commit, tmp_path / "home")
    assert peer.asked("resolve") == []


def test_a_file_without_end_is_cut_where_its_announced_size_is(peer: HubPeer, models: Path, tmp_path: Path) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models))
    peer.fails(fetching_the_encoder(models), sends_without_end)
    with pytest.raises(ArtifactError, match="is longer than"):
        pull(waiting(peer), REPOSITORY, commit, tmp_path / "home")
    assert nothing_is_left_of(tmp_path / "home")


def test_a_bit_flipped_on_the_way_is_found_and_the_next_try_begins_anew(
    peer: HubPeer, models: Path, tmp_path: Path
) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models))
    peer.fails("GET /cdn/", flips_a_bit, times=9)
    with pytest.raises(ArtifactError, match=r"is damaged .* Nothing here was changed"):
        pull(waiting(peer), REPOSITORY, commit, tmp_path / "home")
    assert nothing_is_left_of(tmp_path / "home")
    peer.faults.clear()
    assert pull(waiting(peer), REPOSITORY, commit, tmp_path / "home").fetched


def test_models_that_were_not_made_for_one_another_do_not_come_in(peer: HubPeer, models: Path, tmp_path: Path) -> None:
    seal(models / "ranking", "ranking", {"encoder": "retriever@000000000000"})
    commit = peer.put(REPOSITORY, on_the_hub(models))
    with pytest.raises(ArtifactError, match=r"was made for encoder retriever@0+, not"):
        pull(waiting(peer), REPOSITORY, commit, tmp_path / "home")
    assert nothing_is_left_of(tmp_path / "home")


def test_an_answer_about_another_commit_is_not_taken(peer: HubPeer, models: Path, tmp_path: Path) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models))
    peer.fails("/revision/", lists("c" * 40))
    with pytest.raises(ArtifactError, match="the Hub answers with c"):
        pull(waiting(peer), REPOSITORY, commit, tmp_path / "home")


def test_an_empty_repository_is_no_set_of_models(peer: HubPeer, tmp_path: Path) -> None:
    commit = peer.put(REPOSITORY, {".gitattributes": b"", "README.md": b"# nothing\n"})
    with pytest.raises(ArtifactError, match="holds no model"):
        pull(waiting(peer), REPOSITORY, commit, tmp_path / "home")


# A Hub that has its troubles -----------------------------------------------------------------


def test_a_connection_that_is_cut_is_gone_on_with_where_it_was(peer: HubPeer, models: Path, tmp_path: Path) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models))
    peer.fails(fetching_the_encoder(models), cuts_off(600_000))
    waits: list[float] = []
    pull(waiting(peer, waits), REPOSITORY, commit, tmp_path / "home")
    ranges = [each.headers.get("range") for each in peer.asked(fetching_the_encoder(models))]
    assert ranges == [None, "bytes=600000-"]
    assert waits == [0.5]
    assert on_the_hub(tmp_path / "home" / "retriever") == on_the_hub(models / "retriever")


def test_a_pull_that_gave_up_is_gone_on_with_by_the_next_one(peer: HubPeer, models: Path, tmp_path: Path) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models))
    peer.fails(fetching_the_encoder(models), cuts_off(100_000), times=20)
    with pytest.raises(Unavailable, match=r"could not be had"):
        pull(waiting(peer), REPOSITORY, commit, tmp_path / "home")
    assert not (tmp_path / "home").exists()
    peer.faults.clear()
    peer.requests.clear()
    pull(waiting(peer), REPOSITORY, commit, tmp_path / "home")
    (again,) = peer.asked(fetching_the_encoder(models))
    assert again.headers["range"] == "bytes=500000-"  # five tries of 100,000
    assert peer.asked("manifest.json") == []  # what came whole is not fetched twice
    assert on_the_hub(tmp_path / "home" / "retriever") == on_the_hub(models / "retriever")


def test_a_server_that_knows_no_ranges_is_read_from_the_start(peer: HubPeer, models: Path, tmp_path: Path) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models))
    peer.fails(fetching_the_encoder(models), cuts_off(600_000))
    peer.fails(fetching_the_encoder(models), knows_no_ranges)
    pull(waiting(peer), REPOSITORY, commit, tmp_path / "home")
    assert on_the_hub(tmp_path / "home" / "retriever") == on_the_hub(models / "retriever")


def test_a_file_that_drips_is_not_waited_for_for_ever(peer: HubPeer, models: Path, tmp_path: Path) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models))
    ticks = count(step=10_000)
    with pytest.raises(Unavailable, match="comes too slowly"):
        pull(Hub(peer.url, wait=lambda _: None, now=lambda: float(next(ticks))), REPOSITORY, commit, tmp_path / "home")


@pytest.mark.parametrize("status", [500, 502, 503, 408, 429])
@pytest.mark.parametrize("on", ["/revision/", "/resolve/", "/cdn/"])
def test_one_bad_answer_is_waited_out(peer: HubPeer, models: Path, tmp_path: Path, status: int, on: str) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models))
    peer.fails(on, answers(status, Retry_After="7"))
    waits: list[float] = []
    pull(waiting(peer, waits), REPOSITORY, commit, tmp_path / "home")
    assert waits == [7.0]


def test_a_hub_that_asks_for_an_hour_is_not_waited_for(peer: HubPeer, models: Path, tmp_path: Path) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models))
    peer.fails("/revision/", answers(429, Retry_After="3600"))
    waits: list[float] = []
    with pytest.raises(Unavailable, match="429; it asks to be left alone for 3600 s"):
        pull(waiting(peer, waits), REPOSITORY, commit, tmp_path / "home")
    assert waits == []


def test_a_hub_that_stays_broken_ends_in_an_error_and_not_in_waiting(peer: HubPeer, tmp_path: Path) -> None:
    commit = peer.put(REPOSITORY, {})
    peer.fails("GET", answers(500), times=99)
    waits: list[float] = []
    with pytest.raises(Unavailable, match="answers 500"):
        pull(waiting(peer, waits), REPOSITORY, commit, tmp_path / "home")
    assert waits == [0.5, 1.0, 2.0, 4.0]


def test_a_hub_that_nobody_reaches_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        pull(Hub("http://127.0.0.1:9", wait=lambda _: None), REPOSITORY, "a" * 40, tmp_path / "home")


def test_what_answers_but_is_no_hub_is_found_out(peer: HubPeer, tmp_path: Path) -> None:
    peer.fails("GET", speaks_html)
    with pytest.raises(ArtifactError, match="HF_ENDPOINT"):
        pull(waiting(peer), REPOSITORY, "a" * 40, tmp_path / "home")


def test_a_repository_a_revision_or_a_right_that_is_missing_is_named(
    peer: HubPeer, models: Path, tmp_path: Path
) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models), private=True)
    home = tmp_path / "home"
    with pytest.raises(Misconfigured, match=r"bank/nothing .*\(404\)"):
        pull(waiting(peer), "bank/nothing", commit, home)
    with pytest.raises(Misconfigured, match=f"{'b' * 40} is not to be had"):
        pull(waiting(peer), REPOSITORY, "b" * 40, home)
    with pytest.raises(Misconfigured, match=r"401.*HF_TOKEN is not set"):
        pull(waiting(peer, token=""), REPOSITORY, commit, home)
    with pytest.raises(Misconfigured, match="401") as caught:
        pull(waiting(peer, token="hf_stale"), REPOSITORY, commit, home)
    assert "hf_stale" not in str(caught.value)
    assert pull(waiting(peer), REPOSITORY, commit, home).fetched


def test_the_token_goes_to_the_hub_and_not_to_where_it_sends_one(
    peer: HubPeer, models: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models), private=True)
    with caplog.at_level(logging.DEBUG):
        pull(waiting(peer), REPOSITORY, commit, tmp_path / "home")
    assert all("authorization" in each.headers for each in peer.asked("resolve"))
    assert peer.asked("/cdn/") and not [each for each in peer.asked("/cdn/") if "authorization" in each.headers]
    assert TOKEN not in caplog.text


# Which commit, and where ---------------------------------------------------------------------


def test_a_branch_is_taken_only_when_that_is_meant(peer: HubPeer, models: Path) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models))
    with pytest.raises(Invalid, match="--unpinned"):
        commit_of(waiting(peer), REPOSITORY, "main", unpinned=False)
    assert peer.requests == []
    assert commit_of(waiting(peer), REPOSITORY, "main", unpinned=True) == commit
    with pytest.raises(Invalid, match="40 hexadecimal"):
        commit_of(waiting(peer), REPOSITORY, commit[:12], unpinned=False)


def test_what_was_pulled_is_not_asked_for_again(peer: HubPeer, models: Path, tmp_path: Path) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models))
    pull(waiting(peer), REPOSITORY, commit, tmp_path / "home")
    peer.requests.clear()
    assert not pull(waiting(peer), REPOSITORY, commit, tmp_path / "home").fetched
    assert pulled(tmp_path / "home", REPOSITORY, commit)
    assert peer.requests == []


def test_two_that_pull_the_same_fetch_it_once(peer: HubPeer, models: Path, tmp_path: Path) -> None:
    commit = peer.put(REPOSITORY, on_the_hub(models))
    with ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda _: pull(waiting(peer), REPOSITORY, commit, tmp_path / "home"), range(3)))
    assert sorted(each.fetched for each in done) == [False, False, True]
    assert len(peer.asked(fetching_the_encoder(models))) == 1


def test_another_commit_takes_the_place_only_when_asked_and_the_earlier_one_is_kept(
    peer: HubPeer, models: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    first = peer.put(REPOSITORY, on_the_hub(models))
    pull(waiting(peer), REPOSITORY, first, home)
    second = peer.put(REPOSITORY, on_the_hub(models) | {"README.md": b"# newer\n"})
    with pytest.raises(Conflict, match="--replace"):
        pull(waiting(peer), REPOSITORY, second, home)
    done = pull(waiting(peer), REPOSITORY, second, home, replace=True)
    assert done.before is not None
    assert (read_record(home).commit, read_record(done.before).commit) == (second, first)


def test_a_model_that_was_exchanged_after_it_was_pulled_is_not_served(
    peer: HubPeer, models: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    commit = peer.put(REPOSITORY, on_the_hub(models))
    pull(waiting(peer), REPOSITORY, commit, home)
    seal(home / "policy", "policy", {"name": "another"})
    with pytest.raises(ArtifactError, match="is not what was pulled"):
        pulled(home, REPOSITORY, commit)


@pytest.mark.parametrize(
    "name", ["models", "bank/../x", "bank/a/b", "https://huggingface.co/bank/models", "bank/mo dels", ""]
)
def test_what_cannot_name_a_repository_is_refused_before_anybody_is_asked(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match="is not the name of a repository"):
        pull(Hub("http://127.0.0.1:9"), name, "a" * 40, tmp_path / "home")

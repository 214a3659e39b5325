"""What the sources may not do at all, so that no input can make them do it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from questrag.settings import PROJECT

SOURCES = sorted((PROJECT / "src" / "questrag").rglob("*.py"))
SERVING = [path for path in SOURCES if "training" not in path.parts]
PAGE = [
    path
    for folder in ("src", "public")
    for path in sorted((PROJECT / "frontend" / folder).rglob("*"))
    if path.suffix in (".ts", ".tsx", ".js") and ".test." not in path.name and "api" not in path.parts
]

NEVER_CALLED = {
    "code from text": {"eval", "exec", "compile", "__import__"},
    "a shell": {"os.system", "os.popen", "os.execv", "os.execvp", "os.spawnv", "subprocess.getoutput"},
    "a hash that is broken": {"hashlib.md5", "hashlib.sha1", "hashlib.new", "md5", "sha1"},
    "a server that is not verified": {"ssl._create_unverified_context", "ssl.create_unverified_context"},
}
NEVER_IMPORTED = {
    "objects that run code when they are read": {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"},
    "XML": {"xml", "lxml", "defusedxml", "xmltodict"},
    "YAML": {"yaml", "ruamel"},
    "templates": {"jinja2", "mako", "chameleon", "string.templatelib"},
    "LDAP": {"ldap", "ldap3"},
    "memcached": {"memcache", "pymemcache", "pylibmc", "aiomcache"},
    "archives": {"zipfile", "tarfile", "gzip", "bz2", "lzma", "shutil.unpack_archive"},
    "memory by address": {"ctypes", "cffi"},
    "ciphers of our own choice": {"cryptography", "Crypto", "Cryptodome", "nacl"},
}

UNVERIFIED = {
    ("verify", "False"),
    ("check_hostname", "False"),
    ("tlsInsecure", "True"),
    ("tlsAllowInvalidCertificates", "True"),
    ("tlsAllowInvalidHostnames", "True"),
    ("ssl_cert_reqs", "None"),
}


def _calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("what", NEVER_CALLED)
def test_nothing_calls(what: str) -> None:
    assert [f"{path}: {name}" for path in SOURCES for name, _ in _calls(path) if name in NEVER_CALLED[what]] == []


@pytest.mark.parametrize("what", NEVER_IMPORTED)
def test_nothing_outside_training_reads_or_writes(what: str) -> None:
    named = NEVER_IMPORTED[what]
    found = [f"{path}: {name}" for path in SERVING for name in _imports(path) if name in named or _top(name) in named]
    assert found == []


def _top(name: str) -> str:
    return name.partition(".")[0]


def test_a_program_is_started_without_a_shell_and_with_words_of_our_own() -> None:
    """One place asks git for the commit that a figure was measured at; nothing of a request gets there."""
    started = [(path.name, call) for path in SOURCES for name, call in _calls(path) if name.startswith("subprocess.")]
    assert [name for name, _ in started] == ["runs.py"]
    ((_, call),) = started
    assert isinstance(call.args[0], ast.Name)  # a list: no shell takes it apart
    assert "shell" not in {keyword.arg for keyword in call.keywords}


def test_arrays_are_read_without_objects_in_them() -> None:
    loads = [(path, call) for path in SOURCES for name, call in _calls(path) if name in ("np.load", "numpy.load")]
    assert len(loads) > 5
    for path, call in loads:
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert given.get("allow_pickle") == "False", f"{path}:{call.lineno}"


def test_certificates_are_verified_wherever_we_call_somebody() -> None:
    off = [
        f"{path}:{call.lineno}"
        for path in SOURCES
        for _, call in _calls(path)
        for keyword in call.keywords
        if (keyword.arg, ast.unparse(keyword.value)) in UNVERIFIED
    ]
    text = [str(path) for path in SOURCES if re.search("CERT_NONE|verify_mode", path.read_text(encoding="utf-8"))]
    assert (off, text) == ([], [])


def test_what_must_not_be_guessed_comes_from_the_operating_system() -> None:
    """`random` stands in what serves at one place: how long two writers of the audit log wait before they try again."""
    serving = [path for path in SOURCES if {"web", "custody", "delivery", "storage"} & set(path.parts)]
    users = [path.name for path in serving if {"random", "numpy.random"} & {_top(name) for name in _imports(path)}]
    assert users == ["audit_log.py"]


# The page ----------------------------------------------------------------------------------

NEVER_IN_THE_PAGE = {
    "text taken for HTML": r"dangerouslySetInnerHTML|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write",
    "text taken for code": r"\beval\(|new Function\(|setTimeout\([\"'`]|srcdoc|javascript:",
    "code of others": r"<script|createElement\([\"'`]script",
    "another way to send than HTTP": r"new WebSocket|RTCPeerConnection|new EventSource",
    "a cookie": r"document\.cookie",
    "another door to what a browser keeps": r"indexedDB|caches\.(open|match)|serviceWorker",
}


@pytest.mark.parametrize("what", NEVER_IN_THE_PAGE)
def test_the_page_has_nowhere(what: str) -> None:
    assert len(PAGE) > 100
    found = [path.name for path in PAGE if re.search(NEVER_IN_THE_PAGE[what], path.read_text(encoding="utf-8"))]
    assert found == []


def test_the_page_listens_to_messages_of_other_windows_at_one_place_which_looks_who_sent_them() -> None:
    listening = [path for path in PAGE if re.search(r"[\"'`]message[\"'`]|onmessage", path.read_text(encoding="utf-8"))]
    assert [path.name for path in listening] == ["widget.js"]
    after = listening[0].read_text(encoding="utf-8").partition('addEventListener("message"')[2]
    assert "event.origin !== host || event.source !== frame?.contentWindow) return;" in after.splitlines()[1]


def test_the_page_tells_another_window_only_where_it_knows_whose_it_is() -> None:
    told = [
        line.strip() for path in PAGE for line in path.read_text(encoding="utf-8").splitlines() if "postMessage" in line
    ]
    assert len(told) == 1
    assert '"*"' not in told[0]


def test_a_password_is_typed_into_a_field_that_hides_it_and_may_be_pasted_and_filled_in() -> None:
    fields = [path for path in PAGE if "assword" in path.read_text(encoding="utf-8") and path.suffix == ".tsx"]
    text = {path.name: path.read_text(encoding="utf-8") for path in fields}
    assert 'type={shown ? "text" : "password"}' in text["PasswordInput.tsx"]
    typed = {name: source.count("<PasswordInput") for name, source in text.items()}
    assert sum(typed.values()) >= 5
    for name, source in text.items():
        assert "onPaste" not in source, name
        assert 'type="password"' not in source, f"{name} has a field of its own"
        for field in re.findall(r"<PasswordInput[^>]*>", source):
            assert re.search(r'autoComplete="(current|new)-password"', field), f"{name}: {field}"

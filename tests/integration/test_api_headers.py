"""What browsers may do with our pages, and how much may be sent."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi import Request
from starlette.testclient import TestClient

from tests.integration.api import an_app, api, served

BANK = "https://www.bank.example"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text("<title>QUESTRAG</title>")
    (folder / "widget.js").write_text("start()")
    with TestClient(an_app(page=folder, widget_origins=f"{BANK},http://localhost:8080")) as client:
        yield client


def policy(client: TestClient, path: str) -> dict[str, list[str]]:
    response = client.get(path, headers={"Accept": "text/html"})
    directives = (part.split() for part in response.headers["content-security-policy"].split(";"))
    return {name: values for name, *values in directives}


EVERYWHERE = ["/", "/chat/some", "/widget", "/widget.js", "/api/v1/auth/me", "/health", "/nowhere", "/docs", "/widgets"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_says_what_it_may_load_and_who_may_reach_into_it(site: TestClient, path: str) -> None:
    found = policy(site, path)
    headers = site.get(path).headers

    assert found["default-src"] == ["'self'"]
    assert found["object-src"] == ["'none'"]
    assert found["base-uri"] == ["'none'"]
    assert found["form-action"] == ["'self'"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", EVERYWHERE)
def test_a_browser_that_came_over_tls_comes_over_nothing_else_for_a_year(site: TestClient, path: str) -> None:
    over_tls = site.get(f"https://testserver{path}").headers["strict-transport-security"]
    assert over_tls == "max-age=31536000; includeSubDomains"
    assert "strict-transport-security" not in site.get(path).headers  # browsers must not believe it there


def test_tls_that_ends_at_a_proxy_counts_only_where_the_proxy_is_trusted() -> None:
    forwarded = {"X-Forwarded-Proto": "https"}
    for proxies, told in (("203.0.113.9", True), ("", False)):
        app = an_app(trusted_proxies=proxies)
        with TestClient(app, client=("203.0.113.9", 50000)) as client:
            headers = client.get("/health/live", headers=forwarded).headers
        assert ("strict-transport-security" in headers) is told


def test_the_answer_to_a_preflight_has_the_same_headers() -> None:
    asking = {"Origin": BANK, "Access-Control-Request-Method": "POST"}
    with TestClient(an_app(allowed_origins=BANK), base_url="https://testserver") as client:
        allowed = client.options("/api/v1/chat/", headers=asking)
        refused = client.options("/api/v1/chat/", headers={**asking, "Origin": "https://evil.example"})

    for answer, status in ((allowed, 200), (refused, 400)):
        assert answer.status_code == status
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", EVERYWHERE)
def test_scripts_come_in_files_of_ours_except_on_the_page_of_the_api(site: TestClient, path: str) -> None:
    expected = ["'self'", "'unsafe-inline'"] if path == "/docs" else ["'self'"]
    assert policy(site, path)["script-src"] == expected


def test_where_the_api_is_not_described_its_page_is_a_page_like_any_other(tmp_path: Path) -> None:
    with TestClient(an_app(api_docs=False, page=tmp_path), follow_redirects=False) as client:
        closed = [client.get(path) for path in ("/docs", "/openapi.json", "/static-offline-docs/swagger-ui.css", "/")]
        policies = [answer.headers["content-security-policy"] for answer in closed]
        answers = client.get("/health/live").status_code

    assert [answer.status_code for answer in closed] == [404, 404, 404, 404]
    assert not [told for told in policies if "unsafe-inline' " in told.partition("script-src")[2]]
    assert answers == 200


@pytest.mark.parametrize("path", ["/widget", "/widget?theme=dark", "/widget/"])
def test_the_widget_may_be_framed_by_the_bank_s_pages(site: TestClient, path: str) -> None:
    assert policy(site, path)["frame-ancestors"] == ["'self'", BANK, "http://localhost:8080"]
    assert "x-frame-options" not in site.get(path).headers


@pytest.mark.parametrize("path", [path for path in EVERYWHERE if path != "/widget"] + ["/widget/chat", "//widget"])
def test_nothing_else_may_be_framed(site: TestClient, path: str) -> None:
    assert policy(site, path)["frame-ancestors"] == ["'none'"]
    assert site.get(path).headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", EVERYWHERE)
def test_what_the_api_answers_is_of_no_origin_where_somebody_opens_it_as_a_page(site: TestClient, path: str) -> None:
    assert ("sandbox" in policy(site, path)) is path.startswith("/api/")
    assert "sandbox" in policy(site, "/v1/models")


def test_where_no_page_is_named_only_our_own_may_frame_the_widget() -> None:
    with api() as client:
        assert policy(client, "/widget")["frame-ancestors"] == ["'self'"]


def test_the_widget_s_script_alone_may_be_loaded_by_any_page(site: TestClient) -> None:
    assert site.get("/widget.js").headers["cross-origin-resource-policy"] == "cross-origin"
    for path in ("/", "/widget", "/api/v1/auth/me"):
        assert "cross-origin-resource-policy" not in site.get(path).headers


# How much may be sent ----------------------------------------------------------------------

KIB = 1024


@pytest.fixture(scope="module", params=["h11", "httptools"])
def base(request: pytest.FixtureRequest) -> Iterator[str]:
    """Yield the address of a server whose routes say how many bytes reached them."""
    app = an_app()
    app.router.routes.clear()

    @app.post("/{path:path}")
    async def count(request: Request) -> int:
        if "authorization" not in request.headers:
            return -1
        return sum([len(chunk) async for chunk in request.stream()])

    with served(app, request.param) as base:
        yield base


def send(base: str, path: str, n_bytes: int, *, announced: bool = True, known: bool = True) -> httpx2.Response:
    body = b"x" * n_bytes
    pieces = (body[start : start + 64 * KIB] for start in range(0, n_bytes, 64 * KIB))
    headers = {"Authorization": "Bearer x"} if known else {}
    return httpx2.post(f"{base}{path}", content=body if announced else pieces, headers=headers, timeout=30)


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize(
    ("path", "most_kib"),
    [
        ("/api/v1/chat/", 64),
        ("/api/v1/handoffs", 64),
        ("/api/v1/knowledge/drafts", 1024),
        ("/api/v1/knowledge/import", 10 * 1024),
        ("/api/v1/knowledge/import/", 1024),
    ],
)
def test_a_body_may_be_as_long_as_its_route_needs(base: str, path: str, most_kib: int, announced: bool) -> None:
    most = most_kib * KIB
    taken, refused = (send(base, path, n, announced=announced) for n in (most, most + 1))

    assert (taken.status_code, taken.json()) == (200, most)
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"] == f"A body may have {most} bytes at most."


def test_a_file_is_not_read_before_its_route_wants_it(base: str) -> None:
    assert send(base, "/api/v1/knowledge/import", 3 * KIB, known=False).json() == -1


def test_a_file_that_is_far_too_long_is_refused_and_the_sender_hears_of_it(base: str) -> None:
    assert send(base, "/api/v1/knowledge/import", 13 * KIB * KIB, announced=False).status_code == 413


def test_parts_of_the_page_are_kept_by_browsers_and_the_page_itself_is_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>QUESTRAG</title>")
    (tmp_path / "assets" / "index-1a2b.js").write_text("let page = 1\n" * 200)
    with TestClient(an_app(page=tmp_path)) as client:
        script = client.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip"})
        assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert script.headers["content-encoding"] == "gzip"
        assert client.get("/").headers["cache-control"] == "no-cache"
        assert "immutable" not in client.get("/assets/gone.js").headers["cache-control"]


def test_a_page_that_is_still_being_built_keeps_nothing_from_starting(tmp_path: Path) -> None:
    with TestClient(an_app(page=tmp_path), follow_redirects=False) as client:
        assert client.get("/").headers["location"] == "/docs"

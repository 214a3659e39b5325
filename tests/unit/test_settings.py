from pathlib import Path

import pytest

from questrag.chat.errors import Misconfigured
from questrag.settings import Settings, load_settings
from tests.documents import GENERATED, settings_page

STRONG = "kR7vQ2xL9pT4mB8nC6wZ1sD3fG5hJ0yU"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # no .env here
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_generated_documents_are_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == GENERATED[path](), "run: python -m tests.documents"


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_defaults_that_others_rely_on() -> None:
    settings = load_settings()
    assert settings.environment == "development"
    assert (settings.algorithm, settings.access_token_expire_minutes) == ("HS256", 1440)
    assert (settings.top_k, settings.confidence_threshold, settings.device) == (5, 0.7, "cpu")


def test_several_keys_are_taken_in_order_and_gaps_do_not_matter() -> None:
    settings = load_settings(groq_api_key_1="a", groq_api_key_3="c")
    assert settings.groq_keys == ["a", "c"]


@pytest.mark.parametrize("secret", [None, "secret", "changeme-changeme-changeme-changeme", "a" * 40, "short"])
def test_production_does_not_start_with_a_missing_or_weak_secret(secret: str | None) -> None:
    with pytest.raises(Misconfigured, match="SECRET_KEY"):
        load_settings(environment="production", secret_key=secret)


@pytest.mark.parametrize("wildcard", ["*", "https://*.bank.example", "https://bank.*"])
def test_production_does_not_start_with_a_wildcard_origin(wildcard: str) -> None:
    with pytest.raises(Misconfigured, match="ALLOWED_ORIGINS"):
        load_settings(environment="production", secret_key=STRONG, allowed_origins=f"https://bank.example,{wildcard}")


def test_production_starts_with_a_strong_secret_and_named_origins() -> None:
    settings = load_settings(environment="production", secret_key=STRONG, allowed_origins="https://bank.example")
    assert settings.origins == ["https://bank.example"]


def test_an_error_names_the_variable_and_not_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOP_K", "many-of-them")
    with pytest.raises(Misconfigured, match="TOP_K") as caught:
        load_settings()
    assert "many-of-them" not in str(caught.value)


def test_the_development_secret_is_made_once_and_readable_by_the_owner_alone(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "var")
    secret = settings.signing_secret()
    assert len(secret) >= 32
    assert load_settings(data_dir=tmp_path / "var").signing_secret() == secret
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["development-secret"]
    assert (tmp_path / "var" / "development-secret").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["", "short", " \n"])
def test_a_development_secret_that_is_none_is_refused_by_its_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "development-secret").write_text(content)
    with pytest.raises(Misconfigured, match="development-secret holds no secret"):
        load_settings(data_dir=tmp_path).signing_secret()


def test_a_server_of_ones_own_needs_a_model() -> None:
    with pytest.raises(Misconfigured, match="LLM_MODEL is missing"):
        load_settings(llm_base_url="http://localhost:11434/v1")
    assert load_settings(llm_base_url="http://localhost:11434/v1", llm_model="qwen3").llm_model == "qwen3"


@pytest.mark.parametrize("name", ["llm_base_url", "groq_base_url", "hf_base_url", "handoff_webhook_url"])
@pytest.mark.parametrize("address", ["localhost:11434", "ftp://example.com", "http://", "api.example.com/v1"])
def test_an_address_that_is_none_is_refused_by_its_variable(name: str, address: str) -> None:
    with pytest.raises(Misconfigured, match=f"{name.upper()}: is not an address"):
        load_settings(**{name: address, "llm_model": "m"})


@pytest.mark.parametrize(
    "origin",
    [
        "https://bank.example/",
        "https://bank.example/page",
        "bank.example",
        "*",
        "https://*.bank.example",
        "https://bank.example:port",
        "https://a@bank.example",
        "ftp://bank.example",
        "https://bank.example;script-src",
        "https://bank.example https://evil.example",
    ],
)
def test_only_origins_may_frame_the_widget(origin: str) -> None:
    with pytest.raises(Misconfigured, match=r"WIDGET_ORIGINS: .* is not an origin such as"):
        load_settings(widget_origins=f"https://www.bank.example,{origin}")


def test_origins_that_frame_the_widget_are_written_as_browsers_write_them() -> None:
    given = " https://WWW.Bank.example, http://localhost:8080,https://bank.example:443,http://[::1]:80 ,"
    settings = load_settings(widget_origins=given)

    expected = ["https://www.bank.example", "http://localhost:8080", "https://bank.example", "http://[::1]"]
    assert settings.frame_origins == expected
    assert load_settings().frame_origins == []


MAIL = {"smtp_url": "smtp://desk%40bank:p4ss@mail.example:587", "handoff_email_to": "desk@bank.example"}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"handoff_email_to": MAIL["handoff_email_to"]}, "SMTP_URL is missing"),
        ({"smtp_url": MAIL["smtp_url"]}, "HANDOFF_EMAIL_TO is missing"),
        ({"handoff_webhook_secret": "s3cret"}, "HANDOFF_WEBHOOK_URL is missing"),
        ({**MAIL, "handoff_email_to": "desk"}, "HANDOFF_EMAIL_TO: is not an e-mail address"),
        ({**MAIL, "handoff_email_to": "a@b.example, c@d.example"}, "HANDOFF_EMAIL_TO: is not an e-mail address"),
        ({**MAIL, "email_from": "Desk <desk@bank.example>"}, "EMAIL_FROM: is not an e-mail address"),
        ({**MAIL, "email_from": "desk@bank.example\nBcc: e@f.example"}, "EMAIL_FROM: is not an e-mail address"),
    ],
)
def test_hand_offs_that_would_reach_nobody_are_refused_by_the_variable_to_set(
    given: dict[str, str], problem: str
) -> None:
    with pytest.raises(Misconfigured, match=problem):
        load_settings(**given)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "https://mail.example",
        "smtp://",
        "smtp://:587",
        "smtp://desk:p4ss@mail.example:65536",
        "smtp://desk:p4ss@mail.example:port",
        "smtps://desk:p4ss@[::1",
        "smtp://desk:p4ss@mail.example/inbox",
    ],
)
def test_a_mail_server_that_is_none_is_refused_and_its_password_not_shown(url: str) -> None:
    with pytest.raises(Misconfigured, match="SMTP_URL: is not a mail server such as") as caught:
        load_settings(**{**MAIL, "smtp_url": url})
    assert "p4ss" not in str(caught.value)


@pytest.mark.parametrize("url", ["smtp://localhost", "smtps://desk:p4ss@mail.example", "smtp://[::1]:2525/"])
def test_hand_offs_may_be_told_by_mail_and_by_webhook(url: str) -> None:
    settings = load_settings(
        **{**MAIL, "smtp_url": url},
        handoff_webhook_url="https://desk.bank.example/hook",
        handoff_webhook_secret="s3cret",
    )
    assert settings.handoff_email_to == "desk@bank.example"
    assert "p4ss" not in repr(settings)


def test_a_settings_file_that_is_not_utf8_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"LLM_MODEL=caf\xe9\n")
    with pytest.raises(Misconfigured, match=r"\.env is not UTF-8"):
        load_settings()


def test_the_settings_page_says_which_values_are_allowed() -> None:
    page = settings_page()
    assert "| `RETRIEVER` | `hybrid` | dense, lexical, hybrid |" in page
    assert "| `TOP_K` | `5` | 1 to 20 |" in page
    assert "| `LLM_DEADLINE_S` | `19.0` | above 0 to 300 |" in page


def test_a_cost_needs_both_prices_and_a_currency_of_three_letters() -> None:
    priced = load_settings(token_price_prompt=0, token_price_completion=12.5, token_currency="usd")
    assert (priced.token_price_prompt, priced.token_price_completion, priced.token_currency) == (0, 12.5, "USD")
    with pytest.raises(Misconfigured, match="TOKEN_PRICE_COMPLETION is missing"):
        load_settings(token_price_prompt=10)
    with pytest.raises(Misconfigured, match="TOKEN_PRICE_PROMPT is missing"):
        load_settings(token_price_completion=10)
    for wrong in ("rupees", "₹", "I N"):
        with pytest.raises(Misconfigured, match="TOKEN_CURRENCY: is not an ISO code"):
            load_settings(token_currency=wrong)
    with pytest.raises(Misconfigured, match="TOKEN_PRICE_PROMPT"):
        load_settings(token_price_prompt=-1, token_price_completion=1)


@pytest.mark.parametrize("proxies", ["*", "proxy.bank.example", "10.0.0.0/8, everybody", "10.0.0.1/8", "1.2.3"])
def test_a_proxy_that_is_trusted_has_an_address_and_not_everybody_is_one(proxies: str) -> None:
    with pytest.raises(Misconfigured, match="TRUSTED_PROXIES"):
        load_settings(trusted_proxies=proxies)


def test_by_default_there_are_limits_and_no_proxy_is_trusted() -> None:
    settings = load_settings()
    assert settings.proxies == []
    assert load_settings(trusted_proxies="10.0.0.0/8, 2001:db8::1").proxies == ["10.0.0.0/8", "2001:db8::1"]
    limits = {name: value for name, value in settings.model_dump().items() if name.startswith(("rate_limit_", "lock_"))}
    assert len(limits) == 9
    assert all(value > 0 for value in limits.values())


PROVIDER = {
    "oidc_issuer": "https://login.bank.example/realms/staff",
    "oidc_client_id": "questrag",
    "public_url": "https://help.bank.example",
}


def test_an_identity_provider_needs_three_settings() -> None:
    settings = load_settings(**PROVIDER)
    assert (settings.oidc_scopes, settings.oidc_role_claim) == ("openid profile email", "")
    assert load_settings(**PROVIDER | {"public_url": "http://localhost:8000/"}).public_url == "http://localhost:8000"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"oidc_client_id": ""}, "OIDC_CLIENT_ID is missing"),
        ({"public_url": ""}, "PUBLIC_URL is missing"),
        ({"oidc_issuer": ""}, "OIDC_ISSUER is missing"),
        ({"oidc_admin_value": "it"}, "OIDC_ROLE_CLAIM is missing"),
        ({"oidc_role_claim": "groups"}, "OIDC_ADMIN_VALUE is missing"),
        ({"oidc_issuer": "http://login.bank.example"}, "OIDC_ISSUER: is not"),
        ({"oidc_issuer": "login.bank.example"}, "OIDC_ISSUER: is not"),
        ({"oidc_issuer": "https://"}, "OIDC_ISSUER: is not"),
        ({"oidc_issuer": "https://login.bank.example/?tenant=1"}, "OIDC_ISSUER: is not"),
        ({"oidc_issuer": "http://localhost.bank.example"}, "OIDC_ISSUER: is not"),
        ({"oidc_issuer": "https://login.bank.example:port"}, "OIDC_ISSUER: is not"),
        ({"public_url": "http://help.bank.example"}, "PUBLIC_URL: is not"),
        ({"public_url": "https://help.bank.example/questrag"}, "PUBLIC_URL: is not"),
        ({"oidc_scopes": "profile email"}, "OIDC_SCOPES: has to begin with openid"),
        ({"oidc_session_hours": 0}, "OIDC_SESSION_HOURS"),
    ],
)
def test_an_identity_provider_that_cannot_work_stops_the_start(changes: dict[str, object], named: str) -> None:
    with pytest.raises(Misconfigured, match=named):
        load_settings(**PROVIDER | changes)

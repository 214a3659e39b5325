"""Every knob, with unit and default. Read once, at the front door; nobody below `wiring` sees it."""

import re
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator

from questrag.chat.errors import Misconfigured
from questrag.settings.models import hub_home, model_folder, model_problem
from questrag.settings.serving import PROJECT, listed
from questrag.settings.sign_in import SignIn

__all__ = ["PROJECT", "Settings", "load_settings"]

_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"\\]+@[^@\s<>()\[\],;:\"\\]+")


class Settings(SignIn):
    """Names are the environment variables, in capitals; `.env` in the working directory is read too."""

    widget_origins: str = ""
    """Web origins whose pages may show the chat in a frame, separated by commas. Empty: none but its own."""
    handoff_webhook_url: str = ""
    """Told when a customer asks for a person: an address that takes a JSON POST."""
    handoff_webhook_secret: SecretStr | None = None
    """Signs what the webhook is sent, see docs/hand-off.md."""
    handoff_email_to: str = ""
    """Told when a customer asks for a person: an e-mail address; needs SMTP_URL."""
    smtp_url: SecretStr | None = None
    """Mail server, as smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465."""
    email_from: str = ""
    """Sender of e-mails; empty: the same as HANDOFF_EMAIL_TO."""
    token_price_prompt: float | None = Field(default=None, ge=0)
    """What a million prompt tokens cost, in TOKEN_CURRENCY, by your contract; without it no cost is shown."""
    token_price_completion: float | None = Field(default=None, ge=0)
    """What a million completion tokens cost."""
    token_currency: str = "INR"  # noqa: S105 - tokens of a model
    """ISO code of the two prices."""
    golden_questions: Path | None = None
    """Questions that a changed knowledge base must go on answering, a retrieval test set as in docs/formats.md. Empty:
    data/golden.jsonl, as long as KB_PATH is the knowledge base that comes with it."""

    groq_api_key_1: SecretStr | None = None
    """Keys of Groq, used in turn."""
    groq_api_key_2: SecretStr | None = None
    """See GROQ_API_KEY_1."""
    groq_api_key_3: SecretStr | None = None
    """See GROQ_API_KEY_1."""
    groq_base_url: str = "https://api.groq.com/openai/v1"
    """Where Groq is reached."""
    groq_chat_model: str = "openai/gpt-oss-20b"
    """Writes the answers."""
    groq_eval_model: str = "openai/gpt-oss-120b"
    """Judges answers where a model is the judge."""
    hf_token_1: SecretStr | None = None
    """Tokens of Hugging Face, used in turn when Groq cannot answer."""
    hf_token_2: SecretStr | None = None
    """See HF_TOKEN_1."""
    hf_token_3: SecretStr | None = None
    """See HF_TOKEN_1."""
    hf_base_url: str = "https://router.huggingface.co/v1"
    """Where the Hugging Face router is reached."""
    hf_chat_model: str = "openai/gpt-oss-20b"
    """Writes the answers when Groq cannot."""
    hf_model_repo: str = ""
    """Repository of the Hugging Face Hub whose models serve instead of those in `models`: fetched into DATA_DIR at the
    first start, checked, and used from there, see docs/operations.md. A folder that has a setting of its own is taken
    from there. Needs HF_MODEL_REVISION."""
    hf_model_revision: str = ""
    """Whole commit id of HF_MODEL_REPO, 40 hexadecimal digits: what serves changes only when this does."""
    hf_token: SecretStr | None = None
    """For `questrag push`, and for a private HF_MODEL_REPO; HF_TOKEN_1 is for language models."""
    hf_endpoint: str = "https://huggingface.co"
    """Where the Hub is reached: a mirror, for instance."""
    llm_base_url: str = ""
    """Any other OpenAI-compatible server, such as Ollama or vLLM. Asked first when set; needs LLM_MODEL."""
    llm_api_key: SecretStr | None = None
    """Key of LLM_BASE_URL, where it wants one."""
    llm_model: str = ""
    """Model that LLM_BASE_URL serves."""
    llm_deadline_s: float = Field(default=19.0, gt=0, le=300)
    """For one answer, all providers and keys together."""
    llm_max_tokens: int = Field(default=1024, ge=16, le=8192)
    """Longest answer a model may write, its reasoning included."""

    policy: Literal["default", "rules", "bert", "logistic", "always", "never", "smalltalk", "threshold"] = "default"
    """Decides at each turn which passages are put in the prompt. `default` and `bert` are trained."""
    policy_model_path: Path = Field(default_factory=model_folder("policy"))
    """Folder of the policy `default`."""
    policy_bert_path: Path = Field(default_factory=model_folder("policy-bert"))
    """Folder of the policy `bert`."""
    policy_logistic_path: Path = Field(default_factory=model_folder("policy-logistic"))
    """Folder of the policy `logistic`."""
    policy_exploration: float = Field(default=0.0, ge=0.0, le=1.0)
    """Share of the policy's skips that become fetches, to learn from; never the other way round."""
    policy_audit_s: float = Field(default=3600.0, ge=0, le=604_800)
    """How often the server looks again at what the policy skipped; 0: never."""
    policy_audit_share: float = Field(default=0.1, ge=0, le=1)
    """Share of the conversations of the last seven days whose skips are looked at again."""
    policy_harm_limit: float = Field(default=0.05, ge=0, le=1)
    """Where more of them than this would have been answered otherwise (lower end of the 95 % interval), a policy that
    was learned from use is taken back."""
    policy_dial: float = Field(default=1.0, ge=0, le=100)
    """Between accuracy and cost: 1 is as trained, 0 shows all that may answer, more shows less."""
    retriever_model_path: Path = Field(default_factory=model_folder("retriever"))
    """Folder with the encoder."""
    ranking_model_path: Path = Field(default_factory=model_folder("ranking"))
    """Folder with the weights of the hybrid search, fitted for that encoder."""
    retriever: Literal["dense", "lexical", "hybrid"] = "hybrid"
    """How the knowledge base is searched."""
    faiss_index_path: Path | None = None
    """Where indexes are kept; empty: DATA_DIR/indexes."""
    vector_index_uri: str = ""
    """Milvus, as http://host:19530 or http://host:19530/database, where the vectors are searched instead of in this
    process; see docs/operations.md. Empty: FAISS in this process."""
    vector_index_token: SecretStr | None = None
    """For VECTOR_INDEX_URI, as user:password or a key."""
    vector_index_name: str = Field(default="questrag", pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")
    """Collections in Milvus begin with it: another one for each deployment that shares a server."""
    vector_index_timeout_s: float = Field(default=1.0, gt=0, le=30)
    """For one search in Milvus; then entries are found by words alone, and the receipt says so."""
    kb_path: Path = PROJECT / "data" / "knowledge"
    """Knowledge base: one JSONL file, or a folder of them."""
    bank_profile: Path | None = None
    """What the placeholders stand for; empty: profile.json in the folder KB_PATH, where there is one."""
    kb_reload_s: float = Field(default=10.0, ge=0, le=86_400)
    """How often to look whether KB_PATH, BANK_PROFILE, what is published or the policy that serves has changed, and
    take it up without a restart; 0: only when something is published on this host, or asked for."""
    device: Literal["cpu", "cuda"] = "cpu"
    """For training only: serving and indexing use the CPU."""
    top_k: int = Field(default=5, ge=1, le=20)
    """Passages put in front of the model."""
    similarity_threshold: float = Field(default=0.45, ge=0.0, le=1.0)
    """A hit below this score is no answer: a probability for the hybrid search, else on the retriever's own scale."""
    ask_back_threshold: float = Field(default=0.35, ge=0.0, le=1.0)
    """Where no hit reaches SIMILARITY_THRESHOLD but all together reach this, the customer is asked which one is
    meant. For the hybrid search only; 1: never."""
    confidence_threshold: float = Field(default=0.7, ge=0.0, le=1.0)
    """A trained policy that is less sure than this that nothing new is needed fetches."""
    prompt_budget_tokens: int = Field(default=3000, ge=200, le=100_000)
    """For system text, history, passages and question together."""
    live_turns: int = Field(default=6, ge=0, le=20)
    """A passage can be shown again for so many turns after it was last in a prompt."""

    @field_validator("widget_origins")
    @classmethod
    def _frames_are_origins(cls, value: str) -> str:
        for origin in listed(value):
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} is not an origin such as https://bank.example, without a path or wildcard"
                )
        return value

    @field_validator(
        "groq_base_url", "hf_base_url", "hf_endpoint", "llm_base_url", "handoff_webhook_url", "vector_index_uri"
    )
    @classmethod
    def _addresses_are_addresses(cls, value: str) -> str:
        if value and not re.match(r"https?://[^/\s]", value):
            raise ValueError("is not an address that starts with http:// or https://")
        return value

    @field_validator("handoff_email_to", "email_from")
    @classmethod
    def _mail_goes_to_one_address(cls, value: str) -> str:
        if value and not _EMAIL.fullmatch(value):
            raise ValueError("is not an e-mail address such as desk@bank.example")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server_is_one(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _is_mail_server(value.get_secret_value()):
            raise ValueError(
                "is not a mail server such as smtp://user:password@host:587 or smtps://user:password@host:465"
            )
        return value

    @model_validator(mode="after")
    def _hand_offs_reach_somebody(self) -> Self:
        if self.handoff_email_to and self.smtp_url is None:
            raise ValueError("SMTP_URL is missing: name the mail server that sends to HANDOFF_EMAIL_TO")
        if self.smtp_url is not None and not self.handoff_email_to:
            raise ValueError("HANDOFF_EMAIL_TO is missing: name the address that SMTP_URL is to send to")
        if self.handoff_webhook_secret is not None and not self.handoff_webhook_url:
            raise ValueError("HANDOFF_WEBHOOK_URL is missing: HANDOFF_WEBHOOK_SECRET has nothing to sign")
        return self

    @field_validator("token_currency")
    @classmethod
    def _currency_is_a_code(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z]{3}", value):
            raise ValueError("is not an ISO code of three letters such as INR")
        return value.upper()

    @model_validator(mode="after")
    def _prices_come_together(self) -> Self:
        if (self.token_price_prompt is None) != (self.token_price_completion is None):
            missing = "PROMPT" if self.token_price_prompt is None else "COMPLETION"
            raise ValueError(f"TOKEN_PRICE_{missing} is missing: a cost needs both prices, 0 where nothing is charged")
        return self

    @model_validator(mode="after")
    def _a_cost_has_a_price(self) -> Self:
        if (self.budget_cost_per_day or self.budget_cost_per_user_per_day) and self.token_price_prompt is None:
            raise ValueError("TOKEN_PRICE_PROMPT is missing: a budget in money needs the prices of tokens")
        return self

    @model_validator(mode="after")
    def _own_server_has_a_model(self) -> Self:
        if self.llm_base_url and not self.llm_model.strip():
            raise ValueError("LLM_MODEL is missing: name a model that the server at LLM_BASE_URL has")
        return self

    @model_validator(mode="after")
    def _models_of_the_hub_are_pinned(self) -> Self:
        if problem := model_problem(self.hf_model_repo, self.hf_model_revision):
            raise ValueError(problem)
        return self

    @property
    def hub_home(self) -> Path | None:
        """Where the models of HF_MODEL_REPO are, or will be; None: they are not asked for."""
        return hub_home(self.data_dir, self.hf_model_repo, self.hf_model_revision)

    @property
    def frame_origins(self) -> list[str]:
        """WIDGET_ORIGINS as browsers write them: in lower case, without the port that goes without saying."""
        return [_as_browsers_write(origin) for origin in listed(self.widget_origins)]

    @property
    def groq_keys(self) -> list[str]:
        return _given(self.groq_api_key_1, self.groq_api_key_2, self.groq_api_key_3)

    @property
    def hf_keys(self) -> list[str]:
        return _given(self.hf_token_1, self.hf_token_2, self.hf_token_3)

    @property
    def index_dir(self) -> Path:
        return self.faiss_index_path or self.data_dir / "indexes"

    @property
    def golden_path(self) -> Path | None:
        """The file of golden questions; a knowledge base that did not come with one has none of its own."""
        shipped = PROJECT / "data" / "golden.jsonl"
        return self.golden_questions or (shipped if self.kb_path == PROJECT / "data" / "knowledge" else None)


def load_settings(**overrides: object) -> Settings:
    """Read the environment.

    Raises:
        Misconfigured: one readable sentence that names every variable to change.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise Misconfigured("; ".join(_sentence(dict(problem)) for problem in error.errors())) from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{Path('.env').absolute()} is not UTF-8: save it as UTF-8") from None


def _sentence(problem: dict[str, object]) -> str:
    message = str(problem["msg"]).removeprefix("Value error, ")
    where = "_".join(str(part) for part in problem["loc"]).upper() if isinstance(problem["loc"], tuple) else ""
    return f"{where}: {message}" if where else message


def _as_browsers_write(origin: str) -> str:
    found = _ORIGIN.fullmatch(origin.lower())
    if found is None:
        raise ValueError(f"{origin!r} is not an origin")
    scheme, host, port = found.groups()
    return (
        f"{scheme}://{host}" if port in (None, {"http": "80", "https": "443"}[scheme]) else f"{scheme}://{host}:{port}"
    )


def _is_mail_server(url: str) -> bool:
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        return False
    return found.scheme in ("smtp", "smtps") and bool(found.hostname) and port != 0 and found.path in ("", "/")


def _given(*values: SecretStr | None) -> list[str]:
    return [value.get_secret_value() for value in values if value is not None]

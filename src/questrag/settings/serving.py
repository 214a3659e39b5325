"""Where the server keeps its data, and whom it lets in."""

import secrets
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from questrag.chat.errors import Misconfigured

PROJECT = Path(__file__).resolve().parents[3]
"""The checkout. An installed wheel sets the paths below by environment variable."""

_SECRET_CHARS = 32
_WEAK_SECRETS = ("secret", "changeme", "change-me", "change_me", "your-secret-key", "password", "questrag")


class Serving(BaseSettings):
    """What every setting needs, and the first ones."""

    model_config = SettingsConfigDict(
        env_file=".env", frozen=True, extra="ignore", env_ignore_empty=True, use_attribute_docstrings=True
    )

    environment: Literal["development", "production"] = "development"
    """Production refuses to start with a weak secret or a wildcard origin."""
    data_dir: Path = PROJECT / "var"
    """Database, indexes built and a development secret."""
    mongodb_uri: SecretStr | None = None
    """MongoDB, with the database name as its path; without it a SQLite file in DATA_DIR is used."""

    redis_url: SecretStr | None = None
    """Redis, as redis://:password@host:6379/0, in which workers and hosts count together what is limited, and know
    of each other's provider keys that rest; without it each worker knows only its own."""

    secret_key: SecretStr | None = None
    """Signs access tokens; at least 32 characters in production. Made and kept in DATA_DIR in development."""
    algorithm: Literal["HS256", "HS384", "HS512"] = "HS256"
    """Signature of access tokens."""
    access_token_expire_minutes: int = Field(default=1440, ge=1, le=43200)
    """How long a sign-in lasts; while the page is used, it is renewed."""
    session_days: float = Field(default=30.0, gt=0, le=366)
    """After this the password is asked for again, however the sign-in was renewed meanwhile; see OIDC_SESSION_HOURS for
    sign-ins at the identity provider."""
    api_docs: bool = True
    """Whether /docs and /openapi.json describe the API to everybody, who can read the same in the project."""
    allowed_origins: str = ""
    """Web origins that may call the API, separated by commas. Empty: no other origin than its own."""

    @field_validator("allowed_origins")
    @classmethod
    def _origins_are_origins(cls, value: str) -> str:
        for origin in filter(None, (part.strip() for part in value.split(","))):
            if origin != "*" and not origin.startswith(("http://", "https://")):
                raise ValueError(f"{origin!r} is not an origin such as https://bank.example")
        return value

    @model_validator(mode="after")
    def _production_is_safe(self) -> Self:
        if self.environment != "production":
            return self
        if self.secret_key is None:
            raise ValueError("SECRET_KEY is missing: production needs one of at least 32 random characters")
        secret = self.secret_key.get_secret_value()
        if len(secret) < _SECRET_CHARS or len(set(secret)) < 10 or secret.lower().startswith(_WEAK_SECRETS):
            raise ValueError("SECRET_KEY is weak: production needs at least 32 random characters")
        if "*" in self.allowed_origins:
            raise ValueError("ALLOWED_ORIGINS has a wildcard: production needs the origins by name")
        return self

    @property
    def origins(self) -> list[str]:
        return listed(self.allowed_origins)

    def signing_secret(self) -> str:
        """Return SECRET_KEY, or the development secret, made on first use and kept in DATA_DIR.

        Raises:
            Misconfigured: the file of the development secret holds none.
        """
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        kept = self.data_dir / "development-secret"
        if not kept.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            fresh = kept.with_suffix(f".{secrets.token_hex(4)}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48), encoding="utf-8")
            with suppress(FileExistsError):  # the first worker wins; the others read what it made
                kept.hardlink_to(fresh)
            fresh.unlink()
        secret = kept.read_text(encoding="utf-8", errors="replace").strip()
        if len(secret) < _SECRET_CHARS:
            raise Misconfigured(f"{kept} holds no secret of {_SECRET_CHARS} characters: remove it, and one is made")
        return secret


def listed(text: str) -> list[str]:
    """Return what stands between the commas.

    >>> listed("a, b,")
    ['a', 'b']
    """
    return [part.strip() for part in text.split(",") if part.strip()]

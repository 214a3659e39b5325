"""Sign-in with an identity provider of the bank's, by OpenID Connect."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from questrag.chat.addresses import is_safe
from questrag.settings.protection import Protection


class SignIn(Protection):
    """Off without OIDC_ISSUER."""

    public_url: str = ""
    """Address under which people open the page, such as https://help.bank.example. OIDC_ISSUER needs it: the identity
    provider sends people back to PUBLIC_URL/sign-in/return, and has to be told so."""
    oidc_issuer: str = ""
    """Issuer of an OpenID Connect provider, exactly as it names itself: people may sign in with their account there,
    see docs/operations.md. Empty: with a password only."""
    oidc_client_id: str = ""
    """How the provider knows this service."""
    oidc_client_secret: SecretStr | None = None
    """As the provider gave it; empty for a public client, which has PKCE alone."""
    oidc_label: str = Field(default="", max_length=60)
    """Name of the provider on the button. Empty: "the bank's account"."""
    oidc_scopes: str = "openid profile email"
    """What the provider is asked for; it has to begin with openid."""
    oidc_role_claim: str = ""
    """Claim whose values give a role at each sign-in, such as `groups`. Empty: everybody begins as a
    customer."""
    oidc_curator_value: str = ""
    """Value in OIDC_ROLE_CLAIM that makes somebody a curator."""
    oidc_admin_value: str = ""
    """Value in OIDC_ROLE_CLAIM that makes somebody an administrator."""
    oidc_session_hours: float = Field(default=12.0, gt=0, le=720)
    """After this the provider is asked again, however the session was renewed meanwhile."""

    @field_validator("public_url")
    @classmethod
    def _page_has_no_path(cls, value: str) -> str:
        if value and (not is_safe(value) or urlsplit(value).path not in ("", "/") or "?" in value or "#" in value):
            raise ValueError("is not an origin such as https://help.bank.example (http is for localhost only)")
        return value.rstrip("/")

    @field_validator("oidc_issuer")
    @classmethod
    def _issueris_safe(cls, value: str) -> str:
        if value and (not is_safe(value) or "?" in value or "#" in value):
            raise ValueError("is not an address such as https://login.bank.example (http is for localhost only)")
        return value

    @field_validator("oidc_scopes")
    @classmethod
    def _openid_is_asked_for(cls, value: str) -> str:
        if value.split()[:1] != ["openid"]:
            raise ValueError("has to begin with openid")
        return " ".join(value.split())

    @model_validator(mode="after")
    def _provider_is_complete(self) -> Self:
        given = {"OIDC_CLIENT_ID": self.oidc_client_id, "PUBLIC_URL": self.public_url}
        missing = [name for name, value in given.items() if not value.strip()]
        if self.oidc_issuer and missing:
            raise ValueError(f"{missing[0]} is missing: OIDC_ISSUER needs it")
        if self.oidc_client_id and not self.oidc_issuer:
            raise ValueError("OIDC_ISSUER is missing: OIDC_CLIENT_ID is of no use without it")
        if (self.oidc_curator_value or self.oidc_admin_value) and not self.oidc_role_claim:
            raise ValueError("OIDC_ROLE_CLAIM is missing: name the claim that holds the values that give a role")
        if self.oidc_role_claim and not (self.oidc_curator_value or self.oidc_admin_value):
            raise ValueError(
                "OIDC_ADMIN_VALUE is missing, or OIDC_CURATOR_VALUE: no value of OIDC_ROLE_CLAIM has a role"
            )
        return self

"""What a page has to know before anybody signs in."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from questrag import __version__
from questrag.chat.emergency import EMERGENCY_INTENT, emergency_card
from questrag.chat.types import LANGS, Lang
from questrag.web.dependencies import CurrentGuestOrigins, CurrentHandOffs, CurrentIdentityProvider, CurrentParts
from questrag.web.errors import refuses
from questrag.web.views import View

router = APIRouter(prefix="/api/v1", tags=["about"])


class BankView(View):
    """From the bank profile; a text is empty where the bank has not filled it in."""

    name: str
    website: str
    customer_care_number: str
    card_block_number: str
    fraud_report_email: str
    is_example: bool
    """The shipped profile of a bank that does not exist: nothing in it may be called or written to."""


class EmergencyView(View):
    """What to do at once after fraud, from the approved emergency entry; `entry_id` is empty where there is none."""

    title: str
    steps: list[str]
    entry_id: str
    as_of: str


class ModelView(View):
    id: str
    """To be sent as `model` with a question."""
    provider: str
    model: str
    kind: Literal["approved", "language_model"]
    """`approved`: answers are approved texts, word for word, and no language model is asked."""


class About(BaseModel):
    version: str
    bank: BankView
    emergency: dict[Lang, EmergencyView]
    cybercrime_helpline: Literal["1930"] = "1930"
    cybercrime_portal: Literal["cybercrime.gov.in"] = "cybercrime.gov.in"
    models: list[ModelView]
    """Without a choice, the first that can answer does."""
    guests: bool
    """Whether the widget may be put on other pages."""
    identity_provider: str | None
    """Name of the provider whose accounts may sign in here, empty where it has none; null: there is no provider."""
    hand_off: bool
    """Whether somebody is told at once (webhook or e-mail) when a customer asks for a person."""


@router.get("/about", summary="The bank, its emergency numbers and the models on offer", responses=refuses(503))
async def about(
    parts: CurrentParts, guests: CurrentGuestOrigins, provider: CurrentIdentityProvider, desk: CurrentHandOffs
) -> About:
    entry = next(parts.knowledge.passages(EMERGENCY_INTENT), None)
    return About(
        version=__version__,
        bank=BankView.model_validate(parts.bank),
        emergency={lang: EmergencyView.model_validate(emergency_card(entry, lang)) for lang in LANGS},
        models=[ModelView.model_validate(offer) for offer in parts.models],
        guests=bool(guests),
        identity_provider=provider.registration.label if provider else None,
        hand_off=desk.tells_at_once,
    )

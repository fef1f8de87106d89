"""Who is writing, and what that lets them see (trust.md 2).

A level rises only by a proof of a closed list; no model output, header or body field moves it (INV-7).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, TypeAlias, assert_never


class Level(StrEnum):
    """L0 anonymous, L1 a claimed contact, L2 a proven contact, L3 an account. Step-up is a proof's age, not a level."""

    L0 = "L0"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"

    @property
    def signed_in(self) -> bool:
        """Whether order data may be read and shown (product.md 1.3)."""
        return self in (Level.L2, Level.L3)


class ProofKind(StrEnum):
    CLAIM = "claim"
    """An SMS sender, an e-mail From, a typed contact: proves nothing, L1."""
    CODE = "code"
    """A correct code typed into this very conversation: L2."""
    WHATSAPP_SENDER = "whatsapp_sender"
    """Meta's signature over a number that is on exactly one customer record: L2."""
    APP_PROXY = "app_proxy"
    """Shopify's signature over logged_in_customer_id: L3."""
    ACCOUNT = "account"
    """Customer Account sign-in by OIDC: L3."""
    HUB_CODE = "hub_code"
    """A code typed into the Hub's own browser session: L3, unless the brand demands accounts."""


LIFETIME = timedelta(hours=12)
IDLE = timedelta(minutes=30)
STEP_UP = timedelta(minutes=5)
CLAIM_LIFETIME = timedelta(days=7)

Surface: TypeAlias = Literal["conversation", "hub"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One piece of evidence, with the customer it points to."""

    kind: ProofKind
    contact: str | None = None
    """E.164 or trimmed, case-folded e-mail."""
    customer: str | None = None
    """The customer's gid; None for a claim."""
    at: datetime
    """When it was given, aware."""
    seen_at: datetime | None = None
    """When the conversation was last active under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """Whom we take the writer for."""

    level: Level
    customer: str | None = None
    """Set from L2 on."""
    contact: str | None = None
    proof: Proof | None = None

    @property
    def signed_in(self) -> bool:
        return self.level.signed_in


ANONYMOUS = Shopper(level=Level.L0)


def shopper_from(proofs: Iterable[Proof], now: datetime, *, surface: Surface = "conversation", accounts_only: bool = False) -> Shopper:
    """The highest level the proofs still give at `now`. Pure.

    surface: where the proofs were given; a conversation's code never opens the Hub, the Hub's never raises a conversation.
    accounts_only: the brand's `hub_proof = account`: a code in the Hub then reaches L2 only (trust.md 2).
    Levels fall on expiry: 12 h after the proof, or 30 min without activity (trust.md 2, Sessions).
    """
    best = ANONYMOUS
    for proof in proofs:
        level = _level_of(proof, now, surface, accounts_only)
        if _RANK[level] > _RANK[best.level] or (level is best.level and best.proof is not None and proof.at > best.proof.at):
            best = Shopper(level=level, customer=proof.customer if level.signed_in else None, contact=proof.contact, proof=proof)
    return best


def is_stepped_up(shopper: Shopper, now: datetime, *, accounts_only: bool = False) -> bool:
    """Whether the proof is fresh enough for cancel, address and money (ASVS 7.5.3; product.md 1.2)."""
    proof = shopper.proof
    if proof is None or shopper.level is not Level.L3 or proof.kind is ProofKind.APP_PROXY:
        return False
    if accounts_only and proof.kind is not ProofKind.ACCOUNT:
        return False
    return timedelta(0) <= now - proof.at <= STEP_UP


def _level_of(proof: Proof, now: datetime, surface: Surface, accounts_only: bool) -> Level:
    if proof.kind is ProofKind.CLAIM or proof.customer is None:
        return Level.L1 if proof.contact and now - proof.at < CLAIM_LIFETIME else Level.L0
    seen = proof.seen_at or proof.at
    if now - proof.at >= LIFETIME or now - seen >= IDLE:
        return Level.L0
    match proof.kind:
        case ProofKind.CODE:
            return Level.L2 if surface == "conversation" else Level.L0
        case ProofKind.WHATSAPP_SENDER:
            return Level.L2 if surface == "conversation" else Level.L0
        case ProofKind.APP_PROXY | ProofKind.ACCOUNT:
            return Level.L3
        case ProofKind.HUB_CODE:
            if surface != "hub":
                return Level.L0
            return Level.L2 if accounts_only else Level.L3
        case _:
            assert_never(proof.kind)


_RANK = {Level.L0: 0, Level.L1: 1, Level.L2: 2, Level.L3: 3}

"""The brand we speak for: its name, voice, hours, languages, channels and hub."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import NewType

from knowledge.terms import ChangeKind

BrandId = NewType("BrandId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """What the Customer Hub may do for this brand (product.md 4.7, F-02, F-12)."""

    active: bool = False
    changes: frozenset[ChangeKind] = frozenset()
    """Kinds of change that are on where no approved rule speaks of them (F-12)."""
    increase_quantity: bool = False
    returns: bool = True
    """Whether a returns route exists; without one a shipped line goes to a person (F-08)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """When people answer, in the brand's zone, and how soon."""

    days: frozenset[str] = frozenset({"mon", "tue", "wed", "thu", "fri"})
    opens: time = time(9)
    closes: time = time(18)
    reply_within: timedelta = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How the brand sounds. None of it overrides a verdict, a disclosure or a limit (V-24)."""

    tone: str = "friendly"
    """neutral, professional, friendly or playful."""
    persona: str | None = None
    banned: tuple[str, ...] = ()
    disclaimer: str | None = None
    phrases: dict[str, dict[str, str]] = field(default_factory=dict)
    """locale → catalogue key → the brand's own sentence, with the same slots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """One brand. Many live in one installation; every row carries its id."""

    id: BrandId
    name: str
    shop: str
    """`name.myshopify.com`."""
    site: str
    """The brand's own address, https."""
    currency: str
    time_zone: str
    """IANA."""
    locales: tuple[str, ...]
    """The first is the default."""
    channels: frozenset[str] = frozenset({"webchat"})
    all_orders: bool = False
    whatsapp_sender_proves: bool = True
    """The switch of trust.md 2: WhatsApp's signed sender counts as L2."""
    hub_proof: str = "code"
    """`account`: only a customer account reaches L3 in the Hub."""
    hub: HubSettings = HubSettings()
    handoff: OfficeHours = OfficeHours()
    voice: Voice = Voice()
    colours: dict[str, str] = field(default_factory=dict)
    """`--db-*` custom properties."""
    contact_email: str | None = None
    hub_url: str | None = None
    """Where this brand's Hub and short links live; else the installation's public address."""

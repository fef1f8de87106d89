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
class SmsSettings:
    """The brand's number at Twilio. Its auth token is a sealed credential, `twilio_auth_token`."""

    number: str
    """E.164."""
    account: str
    """Account SID."""
    service: str | None = None
    """Messaging Service SID, if messages go out through one."""
    registered: bool = True
    """Whether the sender is registered for this traffic (L-11): until then the channel is Unavailable."""
    countries: tuple[str, ...] = ()
    """Calling codes codes and answers may go to, e.g. `1`, `33`; empty: every country but premium numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsAppSettings:
    """The brand's number at Meta's Cloud API. Sealed credentials: `meta_app_secret`, `meta_access_token`, `meta_verify_token`."""

    phone_number_id: str
    number: str
    """E.164, for display."""
    templates: dict[str, str] = field(default_factory=dict)
    """language → the approved template's name, used when the 24-hour window is closed; its one placeholder takes the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The brand's mailbox. Sealed credentials: `mail_webhook_secret`, `imap_password`, `smtp_password`."""

    address: str
    authserv_id: str | None = None
    """The name our own mail host signs `Authentication-Results` with; without it no mail counts as aligned."""
    imap_host: str | None = None
    imap_port: int = 993
    imap_user: str | None = None
    imap_folder: str = "INBOX"
    imap_tls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """What may be spent (INV-9). What is spent is kept per brand, contact and day; beyond it catalogue answers, or none, are given."""

    tokens_per_turn: int = 6_000
    tokens_per_contact_day: int = 60_000
    tokens_per_brand_day: int = 2_000_000
    segments_per_contact_hour: int = 20
    segments_per_contact_day: int = 60
    segments_per_brand_day: int = 20_000


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
    """Those the brand has switched on; whether one is Active also needs what `channels.availability` asks for."""
    sms: SmsSettings | None = None
    whatsapp: WhatsAppSettings | None = None
    mail: MailSettings | None = None
    budgets: Budgets = Budgets()
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

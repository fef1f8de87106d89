"""What comes in, the same from every channel."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

MessageId = NewType("MessageId", str)
ConversationId = NewType("ConversationId", str)


class Channel(StrEnum):
    WEBCHAT = "webchat"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    EMAIL = "email"


class Signal(StrEnum):
    """What kind of thing reached the conversation."""

    SAID = "said"
    """The shopper wrote or tapped."""
    SIGNED_IN = "signed_in"
    """A proof raised this conversation: wishes that waited go on."""
    CODE_SENT = "code_sent"
    """A contact was typed where one was asked for; the code, if any, is on its way (the same either way)."""
    CODE_WRONG = "code_wrong"
    CODE_SPENT = "code_spent"
    """Too many tries for this code or this contact."""
    RETRY = "retry"
    """A job wakes the conversation after the shop could not be reached (F-06)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHeaders:
    """What ties a mail to its thread (RFC 5322, 3.6.4)."""

    message_id: str
    """With its angle brackets; empty where the mail had none."""
    references: tuple[str, ...] = ()
    """The chain above it, oldest first, its own id not included."""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message as a channel's sender delivered it: verified, parsed, and not yet joined to a conversation."""

    channel: "Channel"
    id: str
    """The sender's own id (`MessageSid`, `wamid`, a mail's key): with brand and channel it is unique for ever."""
    contact: str
    """E.164 with its plus sign, or the case-folded address of `From`. A claim."""
    text: str = ""
    choice: str | None = None
    """The id of the button or list row tapped."""
    media: tuple[str, ...] = ()
    """Kinds of what cannot be read here: `image`, `audio`, `video`, `document`, `sticker`, `location`, `contacts`, `unsupported`."""
    mail: MailHeaders | None = None
    at: datetime | None = None
    """When the sender says it was written, aware; a hint."""
    opt_out_type: str | None = None
    """What the provider itself did with an opt-out word: `STOP`, `HELP` or `START` (Twilio's OptOutType)."""
    automatic: str | None = None
    """Why no answer may be given (RFC 3834): `auto-submitted`, `bulk`, `list`, `empty-return-path`, `own`; None for a person's mail."""
    aligned: bool = False
    """E-mail: DMARC passed and aligned according to our own mail host. A signal, never identity."""
    opens_window: bool = True
    """WhatsApp: whether it opens the 24-hour window (a message or a tap does)."""


class DeliveryState(StrEnum):
    """What a provider says of a message it took. They only go up; `failed` is final (trust.md 4.6)."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A provider's word on one message we sent."""

    provider_ref: str
    """`MessageSid` or `wamid`."""
    state: DeliveryState
    ref: str | None = None
    """Ours, where the provider gives it back (status-callback address, `biz_opaque_callback_data`)."""
    error: str | None = None
    """The provider's error code."""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message or signal of one conversation, cleaned at intake (no NUL, no lone surrogate)."""

    id: MessageId
    channel: Channel
    conversation: ConversationId
    signal: Signal = Signal.SAID
    text: str = ""
    choice: str | None = None
    """The id of the choice or button tapped, if one was."""
    locale: str | None = None
    """What the browser or channel says, a hint only."""
    at: datetime
    media: tuple[str, ...] = ()
    """As `Received.media`."""
    mail: MailHeaders | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message a provider has approved beforehand, for use outside WhatsApp's 24-hour window (V-08)."""

    name: str
    locale: str
    """As approved, e.g. `en_US`."""
    values: tuple[str, ...] = ()
    """The body's placeholders, in order."""
    url_suffix: str | None = None
    """What follows the approved address of its link button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One rendered message, ready for a channel's transport."""

    to: str
    text: str
    html: str | None = None
    subject: str | None = None
    buttons: tuple[tuple[str, str], ...] = ()
    """(id, label), WhatsApp's quick replies or list rows."""
    link: tuple[str, str] | None = None
    """(label, url), WhatsApp's CTA-URL."""
    segments: int = 0
    """SMS parts."""
    template: Template | None = None
    """WhatsApp: sent in place of the text."""
    mail: MailHeaders | None = None
    """E-mail: our own Message-ID, the chain it answers (parent last) and the subject."""
    locale: str = ""
    ai: bool = True
    """Marks generated content (L-03)."""

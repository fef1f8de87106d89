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

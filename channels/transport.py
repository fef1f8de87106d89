"""How a rendered message leaves: one request, and what may be said of it afterwards (trust.md 5.3).

SendError
├── Refused       the provider surely did not take it: try later, or give up
└── Unconfirmed   it may have been taken: never sent again before it was looked up past the horizon
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from channels.message import Outbound


class SendError(Exception):
    """The request did not end in a confirmation."""


class Refused(SendError):
    """The provider did not take it, for sure.

    for_good: trying again cannot help (a bad number, an opted-out contact). after: how long the provider asks to wait.
    opted_out: the contact has opted out at the provider (Twilio's 21610). code: the provider's error code.
    """

    def __init__(
        self, why: str, *, for_good: bool = False, after: timedelta | None = None, opted_out: bool = False, code: str | None = None
    ) -> None:
        super().__init__(why)
        self.for_good, self.after, self.opted_out, self.code = for_good, after, opted_out, code


class Unconfirmed(SendError):
    """No answer, or one that does not tell: it may have been taken."""


class Settled(StrEnum):
    """What a look-up of an unconfirmed send came to, where it was not found."""

    ABSENT = "absent"
    """It is not there: send it again."""
    CANNOT_TELL = "cannot_tell"
    """Neither can be shown: a person sees it, and it is never sent again blindly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One attempt at one message."""

    ref: str
    """Ours, made before the first try and kept by every resend."""
    out: Outbound
    sending_at: datetime
    """Stamped afresh and committed before this very attempt. Aware."""
    expires_at: datetime
    """No byte of the request may be written at or after it: a worker that was frozen must not send late (R14)."""


class Transport(Protocol):
    """One brand's way out on one channel."""

    @property
    def timeout(self) -> timedelta:
        """How long one request may take in all."""
        ...

    @property
    def horizon(self) -> timedelta:
        """After `sending_at`: when a request can surely no longer be under way. At least `timeout` and 60 s; a stated assumption."""
        ...

    async def send(self, posting: Posting) -> str:
        """Send once; returns the provider's id. Raises Refused or Unconfirmed."""
        ...

    async def look_up(self, posting: Posting) -> str | Settled:
        """Whether an unconfirmed attempt was taken: the provider's id, or why there is none. Raises SendError if it cannot be asked now."""
        ...

"""New mail of a brand's mailbox by IMAP, since a cursor: what no webhook brought is found here (R8).

InboxError
├── InboxUnreachable   ask again later
└── InboxRefused       sign-in or folder was refused: an operator must look
"""

import asyncio
import imaplib
import re
import ssl
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import imap_tools
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from channels.email.certificates import certificate_trouble
from channels.email.mime import LARGEST, Unreadable
from channels.email.receive import parse
from channels.message import Received
from knowledge.brand import MailSettings

_MANY = 10
"""Mails fetched with one command."""
_MOST_BYTES = 16 * LARGEST
"""Held at once: whoever fills a mailbox with large mails must not fill our memory."""
_THREADS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="imap")
"""Their own: a mail host that does not answer must not take those in which names are looked up."""
_OVERLAP = timedelta(days=2)
"""How far back is looked when a mailbox's numbers have become void. What was kept before is known by its key."""
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class InboxError(OSError):
    """The mailbox could not be read."""


class InboxUnreachable(InboxError):
    """No connection, or it broke before anything was read."""


class InboxRefused(InboxError):
    """The host refused the sign-in or the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Up to where a mailbox was read: UIDVALIDITY, the last UID, and when that was."""

    validity: int
    uid: int
    at: datetime

    def __str__(self) -> str:
        return f"{self.validity}:{self.uid}:{self.at.astimezone(UTC).isoformat(timespec='seconds')}"

    @classmethod
    def read(cls, kept: str | None) -> "Cursor | None":
        """None where there is none, or one that cannot be read."""
        found = re.fullmatch(r"(\d+):(\d+):(.+)", kept or "")
        try:
            return cls(validity=int(found[1]), uid=int(found[2]), at=datetime.fromisoformat(found[3])) if found else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One look into a mailbox."""

    mail: tuple[Received, ...]
    """Oldest first. Of a mail above 1 MB only the beginning was read, where its words are."""
    place: str
    """The cursor, to be kept once the mails are: the next look begins there."""
    more: bool = False
    """Whether there was more than one look takes: ask again."""
    unreadable: tuple[str, ...] = ()
    """Why a mail could not be used, one reason each; they are passed over for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    raw: tuple[bytes, ...]
    cursor: Cursor
    more: bool = False


async def new_mail(
    settings: MailSettings,
    password: str,
    place: str = "",
    *,
    own: Collection[str] = (),
    limit: int = 500,
    timeout: float = 20.0,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Found:
    """Mails that came since the cursor, at most `limit`; nothing in the mailbox is changed, no flag set.

    place: the cursor last kept; empty the first time: then nothing is old enough to answer, and only a cursor is given. When the mailbox's
    numbers became void (UIDVALIDITY) it is read again from two days before the last look: what was kept before is known by its key.
    own: our own addresses, besides the mailbox's. timeout: seconds for one command.
    Raises InboxUnreachable or InboxRefused. A connection lost half-way gives what was read until then, and `more`.
    """
    if not settings.imap_host or not settings.imap_user:
        raise InboxRefused("no IMAP host or user")
    loop = asyncio.get_running_loop()
    look = await loop.run_in_executor(_THREADS, _look, settings, password, Cursor.read(place), now(), limit, timeout)
    mail, unreadable = await loop.run_in_executor(_THREADS, _parsed, look.raw, {*own, settings.address}, settings.authserv_id)
    return Found(mail=mail, place=str(look.cursor), more=look.more, unreadable=unreadable)


def _parsed(raws: tuple[bytes, ...], own: Collection[str], authserv_id: str | None) -> tuple[tuple[Received, ...], tuple[str, ...]]:
    """Away from the event loop: a stranger's mail may take half a second to read."""
    mail: list[Received] = []
    unreadable: list[str] = []
    for raw in raws:
        try:
            mail.append(parse(raw, own=own, authserv_id=authserv_id))
        except Unreadable as error:
            unreadable.append(str(error))
    return tuple(mail), tuple(unreadable)


def _look(settings: MailSettings, password: str, kept: Cursor | None, now: datetime, limit: int, timeout: float) -> _Look:
    found: list[tuple[int, bytes]] = []
    validity = 0
    try:
        with _opened(settings, password, timeout) as mailbox:
            validity, following = _numbers(mailbox)
            if kept is None:
                return _Look(raw=(), cursor=Cursor(validity=validity, uid=following - 1, at=now))
            is_same = kept.validity == validity
            waiting = _waiting(mailbox, kept.uid if is_same else 0, None if is_same else kept.at - _OVERLAP)
            asked = waiting[:limit]
            read = 0
            while read < len(asked) and sum(len(raw) for _, raw in found) < _MOST_BYTES:
                found += _fetched(mailbox, asked[read : read + _MANY])
                read += _MANY
            asked = asked[:read]
            # What is numbered up to here was read or is gone; nothing below it is asked for again.
            reached = asked[-1] if asked else kept.uid if is_same else following - 1
            cursor = Cursor(validity=validity, uid=reached, at=now)
            return _Look(raw=tuple(raw for _, raw in found), cursor=cursor, more=len(waiting) > len(asked))
    except (MailboxLoginError, MailboxFolderSelectError) as error:
        raise InboxRefused(type(error).__name__) from error
    except (imaplib.IMAP4.error, ImapToolsError, OSError, EOFError) as error:
        if not found:
            raise InboxUnreachable(certificate_trouble(error, settings.imap_host or "") or type(error).__name__) from error
        cursor = Cursor(validity=validity, uid=found[-1][0], at=now)
        return _Look(raw=tuple(raw for _, raw in found), cursor=cursor, more=True)


@contextmanager
def _opened(settings: MailSettings, password: str, timeout: float) -> Iterator[imap_tools.BaseMailBox]:
    host, port = settings.imap_host or "", settings.imap_port
    mailbox: imap_tools.BaseMailBox
    if settings.imap_tls:
        mailbox = imap_tools.MailBox(host, port, timeout=timeout, ssl_context=ssl.create_default_context())
    else:
        mailbox = imap_tools.MailBoxUnencrypted(host, port, timeout=timeout)
    try:
        mailbox.login(settings.imap_user or "", password, initial_folder=None)
        mailbox.folder.set(settings.imap_folder, readonly=True)  # EXAMINE: nothing we do can change a flag
        yield mailbox
    finally:
        with _unheard():
            mailbox.logout()
        with _unheard():
            mailbox.client.shutdown()  # a logout that fails leaves the socket open


@contextmanager
def _unheard() -> Iterator[None]:
    """Saying goodbye to a host that has gone is no error."""
    try:
        yield
    except (imaplib.IMAP4.error, ImapToolsError, OSError, EOFError):
        return


def _numbers(mailbox: imap_tools.BaseMailBox) -> tuple[int, int]:
    """UIDVALIDITY and the number the next mail will get."""
    untagged = mailbox.client.untagged_responses
    validity = _number(untagged["UIDVALIDITY"][-1])
    following = untagged.get("UIDNEXT")
    return validity, _number(following[-1]) if following else max(_uids(mailbox, "ALL"), default=0) + 1


def _number(given: bytes | tuple[bytes, bytes]) -> int:
    return int(given if isinstance(given, bytes) else given[0])


def _waiting(mailbox: imap_tools.BaseMailBox, last: int, since: datetime | None) -> list[int]:
    """UIDs above `last`, ascending. `n:*` always names the newest mail, even below n: hence the comparison."""
    criteria = f"UID {last + 1}:*"
    if since is not None:
        criteria += f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}"
    return sorted(uid for uid in _uids(mailbox, criteria) if uid > last)


def _uids(mailbox: imap_tools.BaseMailBox, criteria: str) -> set[int]:
    kind, data = mailbox.client.uid("SEARCH", criteria)
    if kind != "OK":
        raise imaplib.IMAP4.error("SEARCH")
    return {int(each) for line in data if line for each in line.split()}


def _fetched(mailbox: imap_tools.BaseMailBox, uids: list[int]) -> list[tuple[int, bytes]]:
    """Raw mails by UID, ascending. One that was expunged meanwhile is left out."""
    kind, data = mailbox.client.uid("FETCH", ",".join(map(str, uids)), f"(UID BODY.PEEK[]<0.{LARGEST}>)")
    if kind != "OK":
        raise imaplib.IMAP4.error("FETCH")
    found: dict[int, bytes] = {}
    for place, item in enumerate(data):
        if isinstance(item, tuple):
            after = data[place + 1] if place + 1 < len(data) else b""
            number = re.search(rb"\bUID (\d+)", item[0]) or re.search(rb"\bUID (\d+)", after if isinstance(after, bytes) else b"")
            if number:
                found[int(number[1])] = item[1]
    return sorted((uid, raw) for uid, raw in found.items() if uid in set(uids))

"""A text message leaves through Twilio's Messages API, and what became of it where no answer came (trust.md 5.3).

Twilio knows no idempotency key. So nothing is written after an attempt's deadline; what may have been taken is looked up past the
horizon; and where two equal messages stand so close that they cannot be told apart, that is said.
"""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

from channels.message import Channel, Received
from channels.request import HORIZON, post, wall_time
from channels.sms.receive import Unreadable, kind_of_media, sender
from channels.sms.segments import plain
from channels.transport import Posting, Refused, SendError, Settled, Unconfirmed
from knowledge.brand import SmsSettings

TIMEOUT = timedelta(seconds=10)
PAGE_SIZE = 200
MOST_PAGES = 25
"""Pages a look-up reads before it says that it cannot tell: 5,000 messages to one number."""
OVERLAP = timedelta(minutes=10)
"""How far a reconciliation looks back behind its cursor: a message listed late is still found; the inbox keeps it from counting twice."""
_GRAIN = timedelta(seconds=2)
"""Twilio dates messages in whole seconds, and so is its clock read."""
_TWINS = timedelta(seconds=10)
"""An equal message this shortly before the attempt might be the one meant."""
_REMEMBERED = 10_000
_TRIAL = "Sent from your Twilio trial account - "

_LATER = frozenset({20429, 14107, 21611, 30001, 63018, 63038})
"""Twilio's codes for "too much at once": the same message may be taken later."""
_OPTED_OUT = 21610
_WAIT_FOR_KEYS = timedelta(minutes=1)
"""A refused token or account is put right by a person, not by the next try."""


class TwilioTransport:
    """One brand's number at Twilio.

    status_url: where Twilio reports to, `https://…/webhooks/sms/{brand}/status`; the ref is added to it. Empty: no reports are asked for.
    now: the clock that stamped `sending_at` and `expires_at`.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        base_url: str,
        settings: SmsSettings,
        auth_token: str,
        status_url: str,
        *,
        timeout: timedelta = TIMEOUT,
        horizon: timedelta | None = None,
        now: Callable[[], datetime] = wall_time,
    ) -> None:
        self._http, self._base, self._settings, self._now = http, base_url.rstrip("/"), settings, now
        self._auth = (settings.account, auth_token)
        self._status_url = status_url
        self._timeout = timeout
        self._horizon = horizon if horizon is not None else timeout + HORIZON
        self._given: dict[str, str] = {}

    @property
    def timeout(self) -> timedelta:
        return self._timeout

    @property
    def horizon(self) -> timedelta:
        return self._horizon

    async def send(self, posting: Posting) -> str:
        """The message's SID. Raises Refused or Unconfirmed."""
        response = await post(
            self._http,
            f"{self._base}{_messages_path(self._settings)}",
            before=posting.expires_at,
            within=self._timeout,
            now=self._now,
            data=self._form(posting),
            auth=self._auth,
        )
        if response.is_success:
            sid = _object_of(response).get("sid")
            if isinstance(sid, str) and sid:
                self._remember(sid, posting.ref)
                return sid
            raise Unconfirmed("taken, by the status; the answer names no message")
        raise _refusal(response)

    async def look_up(self, posting: Posting) -> str | Settled:
        """Find the attempt by its words among what was made for this number since. Raises SendError where it cannot be asked now.

        Without a date filter: a message still queued has no `DateSent`, and one left out would be sent twice. Equal words within
        seconds before the attempt, or twice since, cannot be told apart.
        """
        since: datetime | None = None
        certain: list[str] = []
        near = 0
        pages = 0
        try:
            listed = _pages(
                self._http, self._base, self._settings, self._auth[1], {"To": posting.out.to}, timeout=self._timeout, now=self._now
            )
            async for page, skew in listed:
                since = posting.sending_at + skew - _GRAIN
                if pages == MOST_PAGES:
                    return Settled.CANNOT_TELL
                pages += 1
                for row in page:
                    made = _date_of(row)
                    if not self._is_ours(row, posting) or made is None or made < since - _TWINS:
                        continue
                    if made >= since:
                        certain.append(str(row["sid"]))
                    else:
                        near += 1
                if page and all((_date_of(row) or since) < since - timedelta(days=1) for row in page):
                    break
        except _MayNotList:
            return Settled.CANNOT_TELL
        found = set(certain)
        if near or len(found) > 1:
            return Settled.CANNOT_TELL
        if not found:
            return Settled.ABSENT
        self._remember(sid := found.pop(), posting.ref)
        return sid

    def _remember(self, sid: str, ref: str) -> None:
        """It is this message, and so no other with the same words. Looked up again, because keeping that failed, it is still itself."""
        self._given[sid] = ref
        while len(self._given) > _REMEMBERED:
            self._given.pop(next(iter(self._given)))

    def _form(self, posting: Posting) -> dict[str, str]:
        """Body as rendered: Twilio's own re-encoding is off, so that it can be found again and no name is altered (V-02)."""
        form = {"To": posting.out.to, "Body": posting.out.text, "SmartEncoded": "false"}
        if self._settings.service:
            form["MessagingServiceSid"] = self._settings.service
        else:
            form["From"] = self._settings.number
        if self._status_url:
            joint = "&" if urlsplit(self._status_url).query else "?"
            form["StatusCallback"] = f"{self._status_url}{joint}{urlencode({'ref': posting.ref})}"
        return form

    def _is_ours(self, row: dict[str, Any], posting: Posting) -> bool:
        """Ours by sender, recipient and words. A message of a service has no `from` until a sender was chosen."""
        sid = row.get("sid")
        if not str(row.get("direction", "")).startswith("outbound") or row.get("to") != posting.out.to or not sid:
            return False
        if self._given.get(str(sid), posting.ref) != posting.ref:
            return False
        if self._settings.service:
            from_us = row.get("messaging_service_sid") == self._settings.service
        else:
            from_us = row.get("from") in (self._settings.number, None)
        return from_us and _said(str(row.get("body") or "")) == _said(posting.out.text)


async def inbound_since(
    http: httpx.AsyncClient, base_url: str, settings: SmsSettings, auth_token: str, since: datetime, *, timeout: timedelta = TIMEOUT
) -> tuple[Received, ...]:
    """What shoppers wrote to the brand's number since shortly before `since` (aware), oldest first: Twilio repeats no webhook of itself.

    Each carries the same id as its webhook, so the inbox knows what it has. Raises SendError where it cannot be asked now.
    """
    start = since.astimezone(UTC) - OVERLAP
    found: dict[str, Received] = {}
    filters = {"To": settings.number, "DateSent>": start.date().isoformat()}
    try:
        async for page, _ in _pages(http, base_url.rstrip("/"), settings, auth_token, filters, timeout=timeout):
            for row in page:
                made = _date_of(row)
                if row.get("direction") != "inbound" or made is None or made < start:
                    continue
                taken = await _received(http, base_url.rstrip("/"), (settings.account, auth_token), row, made, timeout)
                if taken is not None:
                    found[taken.id] = taken
            if page and all((_date_of(row) or start) < start - OVERLAP for row in page):
                break  # newest first: the day's earlier ones were read in earlier rounds
    except _MayNotList as error:
        raise Refused(str(error), code=error.code) from error
    return tuple(sorted(found.values(), key=lambda one: (one.at or start, one.id)))


class _Gone(Refused):
    """There is no such thing at Twilio, or no more."""


class _MayNotList(Exception):
    """These credentials may not list messages: asking again will not help."""

    def __init__(self, why: str, code: str | None = None) -> None:
        super().__init__(why)
        self.code = code


def _messages_path(settings: SmsSettings) -> str:
    return f"/2010-04-01/Accounts/{quote(settings.account, safe='')}/Messages.json"


async def _pages(
    http: httpx.AsyncClient,
    base: str,
    settings: SmsSettings,
    token: str,
    filters: dict[str, str],
    *,
    timeout: timedelta,
    now: Callable[[], datetime] = wall_time,
) -> AsyncIterator[tuple[list[dict[str, Any]], timedelta]]:
    """Page by page, newest first as Twilio gives them, with how far Twilio's clock is ahead of ours."""
    path: str | None = f"{_messages_path(settings)}?{urlencode({**filters, 'PageSize': str(PAGE_SIZE)})}"
    seen: set[str] = set()
    while path is not None and path not in seen:
        seen.add(path)
        asked = now()
        response = await _ask(http, f"{base}{path}", (settings.account, token), timeout)
        answer, skew = _object_of(response), _skew(response, asked, now())
        rows = answer.get("messages")
        if not isinstance(rows, list):
            raise Refused("the list of messages is not one")
        yield [row for row in rows if isinstance(row, dict)], skew
        following = answer.get("next_page_uri")
        # Only a path on the same host is followed: the token goes with it.
        path = following if isinstance(following, str) and following.startswith("/2010-04-01/") else None


async def _ask(http: httpx.AsyncClient, url: str, auth: tuple[str, str], timeout: timedelta) -> httpx.Response:
    try:
        response = await http.get(url, auth=auth, timeout=timeout.total_seconds(), follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refused(f"the list could not be read: {type(error).__name__}") from error
    if response.status_code == httpx.codes.FORBIDDEN:
        raise _MayNotList("listing messages is not permitted to this token", _code_of(response))
    if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        raise _Gone(f"the list could not be read: {response.status_code}", code=_code_of(response))
    if not response.is_success:
        raise Refused(f"the list could not be read: {response.status_code}", after=_after(response), code=_code_of(response))
    return response


async def _received(
    http: httpx.AsyncClient, base: str, auth: tuple[str, str], row: dict[str, Any], made: datetime, timeout: timedelta
) -> Received | None:
    try:
        contact = sender(str(row.get("from") or ""))
    except Unreadable:
        return None
    media: tuple[str, ...] = ()
    if str(row.get("num_media") or "0") != "0":
        sid = quote(str(row["sid"]), safe="")
        address = f"{base}/2010-04-01/Accounts/{quote(auth[0], safe='')}/Messages/{sid}/Media.json"
        media = await _media_at(http, address, auth, timeout)
    return Received(channel=Channel.SMS, id=str(row["sid"]), contact=contact, text=str(row.get("body") or ""), media=media, at=made)


async def _media_at(http: httpx.AsyncClient, address: str, auth: tuple[str, str], timeout: timedelta) -> tuple[str, ...]:
    """The kinds of what came with a message. One whose pictures were deleted is still a message, and must not stop all that follow."""
    try:
        listed = _object_of(await _ask(http, address, auth, timeout)).get("media_list")
    except (_MayNotList, _Gone):
        return ("unsupported",)
    found = listed if isinstance(listed, list) else []
    return tuple(kind_of_media(str(one.get("content_type", ""))) for one in found if isinstance(one, dict)) or ("unsupported",)


def _refusal(response: httpx.Response) -> SendError:
    """What a status that is no success says about the message: a 5xx may come after it was taken, a 4xx does not."""
    code = _code_of(response)
    if response.status_code >= 500 or response.status_code == httpx.codes.REQUEST_TIMEOUT:
        return Unconfirmed(f"{response.status_code}, which does not say whether it was taken")
    why = f"Twilio: {response.status_code}, code {code}"
    number = int(code) if code is not None else 0
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS or number in _LATER:
        return Refused(why, after=_after(response), code=code)
    if response.status_code != httpx.codes.BAD_REQUEST:
        return Refused(why, after=_WAIT_FOR_KEYS, code=code)
    return Refused(why, for_good=True, opted_out=number == _OPTED_OUT, code=code)


def _object_of(response: httpx.Response) -> dict[str, Any]:
    try:
        made = response.json()
    except ValueError:
        return {}
    return made if isinstance(made, dict) else {}


def _code_of(response: httpx.Response) -> str | None:
    code = _object_of(response).get("code")
    return str(code) if isinstance(code, int) else None


def _after(response: httpx.Response) -> timedelta | None:
    said = response.headers.get("retry-after", "")
    return timedelta(seconds=min(int(said), 3_600)) if said.isascii() and said.isdigit() else None


def _date_of(row: dict[str, Any]) -> datetime | None:
    """When the message was made at Twilio (RFC 2822), aware."""
    for name in ("date_created", "date_sent"):
        try:
            made = parsedate_to_datetime(str(row.get(name) or ""))
        except ValueError:
            continue
        return made if made.tzinfo is not None else made.replace(tzinfo=UTC)
    return None


def _skew(response: httpx.Response, asked: datetime, answered: datetime) -> timedelta:
    """How far Twilio's clock is ahead of ours, by the `Date` of its answer; nothing where the two agree within their grain."""
    try:
        theirs = parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError:
        return timedelta()
    if theirs.tzinfo is None:
        return timedelta()
    if theirs < asked - _GRAIN:
        return theirs - asked
    return theirs - answered if theirs > answered + _GRAIN else timedelta()


def _said(text: str) -> str:
    """The words as they may come back: spaces at the ends gone, a trial account's preface taken off."""
    return " ".join(plain(text.removeprefix(_TRIAL)).split())

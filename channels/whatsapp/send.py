"""One brand's number at Meta's Cloud API: a message sent once, and what Meta's answer means (V-08, V-09, trust.md 5.3).

Meta knows no key that makes a second try harmless, and lists nothing that was sent. Our own reference goes with each message as
`biz_opaque_callback_data` and comes back with its first status: that, kept as a receipt, settles a send whose answer was lost.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

from channels.message import Outbound, Template
from channels.request import HORIZON, post, wall_time
from channels.transport import Posting, Refused, Settled, Unconfirmed
from channels.whatsapp.render import BUTTONS_MOST, LABEL_MOST
from channels.words import words
from knowledge.brand import WhatsAppSettings

TIMEOUT = timedelta(seconds=10)

LATER = {
    "4": timedelta(minutes=5),  # the app's own call rate, counted by the hour
    "80007": timedelta(minutes=5),  # the account's rate
    "130429": timedelta(seconds=5),  # throughput of the number
    "131048": timedelta(hours=1),  # too many were blocked or reported
    "131056": timedelta(seconds=10),  # one message in six seconds between the same two numbers
    "133004": timedelta(minutes=1),  # server temporarily unavailable
    "131057": timedelta(minutes=5),  # the account is being moved
    "190": timedelta(minutes=2),  # the access token: a person has to renew it
    "0": timedelta(minutes=2),
    "3": timedelta(minutes=2),
    "10": timedelta(minutes=2),
    "131005": timedelta(minutes=2),  # access denied
    "131042": timedelta(minutes=10),  # the account owes money
    "133010": timedelta(minutes=10),  # the number is not registered
}
"""Meta's error codes after which another try may help, and when. Any other code is final: the window is closed (131047), the message
cannot be delivered to that number (131026), it is badly formed (100, 131008, 131009), a template does not exist (132…)."""


class MetaTransport:
    """channels.transport.Transport over POST /{phone_number_id}/messages."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        base_url: str,
        settings: WhatsAppSettings,
        access_token: str,
        *,
        now: Callable[[], datetime] = wall_time,
        timeout: timedelta = TIMEOUT,
    ) -> None:
        """base_url: with the API's version, e.g. `https://graph.facebook.com/v23.0`. now: the clock `Posting.expires_at` is stamped by."""
        self._http, self._now, self._timeout = http, now, timeout
        self._url = f"{base_url.rstrip('/')}/{settings.phone_number_id}/messages"
        self._token = access_token

    @property
    def timeout(self) -> timedelta:
        return self._timeout

    @property
    def horizon(self) -> timedelta:
        return self._timeout + HORIZON

    async def send(self, posting: Posting) -> str:
        """Send once; returns the `wamid`. Raises Refused or Unconfirmed."""
        answer = await post(
            self._http,
            self._url,
            before=posting.expires_at,
            within=self._timeout,
            now=self._now,
            headers={"Authorization": f"Bearer {self._token}"},
            json={**body(posting.out), "biz_opaque_callback_data": posting.ref},
        )
        return _wamid(answer)

    async def look_up(self, posting: Posting) -> str | Settled:
        """Meta has nothing to look anything up in: either a status has named our reference by now, which the store has seen to, or a
        person decides. Never a second send on a guess."""
        return Settled.CANNOT_TELL


def body(out: Outbound) -> dict[str, Any]:
    """The request's JSON, its reference apart."""
    head: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": out.to}
    if out.template is not None:
        return {**head, "type": "template", "template": _template(out.template)}
    if out.link is not None:
        label, url = out.link
        action: dict[str, Any] = {"name": "cta_url", "parameters": {"display_text": label, "url": url}}
        return {**head, "type": "interactive", "interactive": {"type": "cta_url", "body": {"text": out.text}, "action": action}}
    if out.buttons:
        return {**head, "type": "interactive", "interactive": {"body": {"text": out.text}, **_choices(out)}}
    return {**head, "type": "text", "text": {"preview_url": False, "body": out.text}}


def _choices(out: Outbound) -> dict[str, Any]:
    if len(out.buttons) <= BUTTONS_MOST and all(len(label) <= LABEL_MOST for _, label in out.buttons):
        buttons = [{"type": "reply", "reply": {"id": id_, "title": label}} for id_, label in out.buttons]
        return {"type": "button", "action": {"buttons": buttons}}
    rows = [{"id": id_, "title": label} for id_, label in out.buttons]
    return {"type": "list", "action": {"button": words(out.locale).say("whatsapp.choose"), "sections": [{"rows": rows}]}}


def _template(template: Template) -> dict[str, Any]:
    components: list[dict[str, Any]] = []
    if template.values:
        # A placeholder takes no line break, no tab and no long run of blanks (132018 otherwise).
        said = [{"type": "text", "text": " ".join(value.split())} for value in template.values]
        components.append({"type": "body", "parameters": said})
    if template.url_suffix is not None:
        suffix = {"type": "text", "text": template.url_suffix}
        components.append({"type": "button", "sub_type": "url", "index": "0", "parameters": [suffix]})
    return {"name": template.name, "language": {"code": template.locale}, "components": components}


def _wamid(answer: httpx.Response) -> str:
    """The id of the message Meta took. Raises Refused where it surely took none, Unconfirmed where that cannot be known."""
    said = _json(answer)
    if answer.is_success:
        found = said.get("messages")
        first = found[0] if isinstance(found, list) and found else None
        wamid = first.get("id") if isinstance(first, dict) else None
        if isinstance(wamid, str) and wamid:
            return wamid
        raise Unconfirmed(f"HTTP {answer.status_code} without a message id")
    if answer.status_code >= 500 or answer.status_code == 408 or answer.is_redirect:
        # Whatever the body says: it may have been taken before something broke.
        raise Unconfirmed(f"HTTP {answer.status_code}")
    raise _refusal(answer, said)


def _refusal(answer: httpx.Response, said: dict[str, Any]) -> Refused:
    error = said.get("error")
    given = error.get("code") if isinstance(error, dict) else None
    code = str(given) if isinstance(given, int) else None
    why = f"HTTP {answer.status_code}, code {code}"
    if code is not None and (code in LATER or 200 <= int(code) <= 299):
        return Refused(why, after=_asked(answer) or LATER.get(code, LATER["10"]), code=code)
    if code is None and answer.status_code in (401, 403, 429):
        return Refused(why, after=_asked(answer) or timedelta(minutes=1), code=str(answer.status_code))
    return Refused(why, for_good=True, code=code or str(answer.status_code))


def _asked(answer: httpx.Response) -> timedelta | None:
    """How long Meta itself asks to wait, if it does."""
    seconds = answer.headers.get("retry-after", "")
    return timedelta(seconds=min(int(seconds), 86_400)) if seconds.isascii() and seconds.isdigit() else None


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}

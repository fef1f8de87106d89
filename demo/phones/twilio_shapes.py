"""What Twilio's Messages API looks like on the wire: its messages, its pages, its errors, and how it counts parts."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Literal
from urllib.parse import urlencode

Direction = Literal["inbound", "outbound-api"]

ERRORS = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable"),
    21211: (400, "Invalid 'To' Phone Number"),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number provided is not a valid, message-capable Twilio phone number for this destination."),
    21609: (400, "The 'StatusCallback' URL is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (400, "This 'From' number has exceeded the maximum number of queued messages"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit."),
    30003: (400, "Unreachable destination handset"),
}

_GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
_ESCAPED = "^{}\\[~]|€\f"


@dataclass(slots=True, kw_only=True)
class Message:
    """One message of the account, in either direction."""

    sid: str
    direction: Direction
    sender: str
    to: str
    body: str
    created: datetime
    status: str
    updated: datetime
    sent: datetime | None = None
    """None while it is queued, as with Twilio: a filter by `DateSent` does not find it then."""
    service: str | None = None
    status_callback: str = ""
    media: tuple[str, ...] = ()
    """Content types."""
    error: int | None = None


def message_json(message: Message, account: str) -> dict[str, Any]:
    """The Message resource."""
    path = f"/2010-04-01/Accounts/{account}/Messages/{message.sid}"
    waiting_for_sender = message.service is not None and message.status == "accepted"
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": format_datetime(message.created),
        "date_sent": None if message.sent is None else format_datetime(message.sent),
        "date_updated": format_datetime(message.updated),
        "direction": message.direction,
        "error_code": message.error,
        "error_message": None if message.error is None else ERRORS.get(message.error, (0, "Unknown error"))[1],
        "from": None if waiting_for_sender else message.sender,
        "messaging_service_sid": message.service,
        "num_media": str(len(message.media)),
        "num_segments": "0" if waiting_for_sender else str(parts_of(message.body)[0]),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": message.to,
        "uri": f"{path}.json",
    }


def page_json(
    account: str, rows: list[dict[str, Any]], *, query: dict[str, str], size: int, page: int, after: str | None
) -> dict[str, Any]:
    """One page of the list. after: the sid of its last row where another page follows."""
    base = f"/2010-04-01/Accounts/{account}/Messages.json"
    asked = {name: value for name, value in query.items() if name not in ("Page", "PageToken", "PageSize")} | {"PageSize": str(size)}
    following = None if after is None else f"{base}?{urlencode({**asked, 'Page': page + 1, 'PageToken': f'PA{after}'})}"
    return {
        "end": page * size + len(rows) - 1,
        "first_page_uri": f"{base}?{urlencode({**asked, 'Page': 0})}",
        "messages": rows,
        "next_page_uri": following,
        "page": page,
        "page_size": size,
        "previous_page_uri": None,
        "start": page * size,
        "uri": f"{base}?{urlencode(query)}",
    }


def error_json(code: int) -> tuple[int, dict[str, Any]]:
    """(HTTP status, body) of an error."""
    status, message = ERRORS.get(code, (400, "Bad request"))
    return status, {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}


def parts_of(body: str) -> tuple[int, str]:
    """How many parts a text is sent in, and in which alphabet."""
    if all(sign in _GSM or sign in _ESCAPED for sign in body):
        units, single, part, name = [2 if sign in _ESCAPED else 1 for sign in body], 160, 153, "GSM-7"
    else:
        units, single, part, name = [len(sign.encode("utf-16-le", "surrogatepass")) // 2 for sign in body], 70, 67, "UCS-2"
    if sum(units) <= single:
        return 1, name
    parts, used = 1, 0
    for unit in units:
        if used + unit > part:
            parts, used = parts + 1, 0
        used += unit
    return parts, name

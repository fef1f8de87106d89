"""Stand-ins for Twilio's Messages API and Meta's Graph, in a process of their own, and a mail host beside them (`mail_host.py`).

None knows a key that makes a second try harmless; each takes a message first and answers later. `python -m evals.chaos.provider` prints
its ports, then one JSON line per event; JSON lines on its input change its manners.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from evals.chaos.mail_host import MailHost
from evals.chaos.record import tokens

Say = Callable[[dict[str, Any]], None]
_REASONS = {200: "OK", 201: "Created", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}
USUAL = {"late": 0.0, "took_500": 0.0, "took_drop": 0.0, "drop": 0.0, "busy": 0.0}
"""Share of requests that: land 0.3–0.6 s late; are taken, then answered 500; are taken, then cut off; are cut off untaken; get a 429."""


@dataclass(slots=True)
class Manners:
    """How the next requests fare: scripted steps by word of the message first, then chance."""

    shares: dict[str, float] = field(default_factory=lambda: dict(USUAL))
    steps: list[dict[str, Any]] = field(default_factory=list)
    """{"word": part of the text, "do": kind, "ok" or "hold", "seconds": delay before it is taken}; each is used once, in order per word."""
    delay: tuple[float, float] = (0.005, 0.02)
    """Seconds between taking and answering."""

    def next(self, text: str, chance: random.Random) -> tuple[str, float]:
        for place, step in enumerate(self.steps):
            if step["word"] in text:
                del self.steps[place]
                return step["do"], float(step.get("seconds", 0.0))
        drawn = chance.random()
        for kind, share in self.shares.items():
            drawn -= share
            if drawn < 0:
                return kind, chance.uniform(0.3, 0.6) if kind == "late" else 0.0
        return "ok", 0.0


class Provider:
    """What was taken, by whom it was asked for, and what shoppers wrote to us (for reconciliation)."""

    def __init__(self, say: Say, seed: int = 0) -> None:
        self._say = say
        self._chance = random.Random(seed)
        self.manners = Manners()
        self.taken: list[dict[str, Any]] = []
        self.written: list[dict[str, Any]] = []
        self._asked = 0
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._held: dict[str, asyncio.Event] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: requests one after the other."""
        try:
            while (request := await read_request(reader)) is not None:
                answer = await self._answer(*request)
                if answer is None:
                    break
                status, body = answer
                payload = json.dumps(body).encode()
                head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\nContent-Length: {len(payload)}\r\n"
                writer.write(head.encode() + (b"Retry-After: 1\r\n" if status == 429 else b"") + b"\r\n" + payload)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, method: str, target: str, body: bytes) -> tuple[int, dict[str, Any]] | None:
        parts = urlsplit(target)
        if parts.path.startswith("/graph/") and parts.path.endswith("/messages"):
            return await self._graph(json.loads(body))
        if not parts.path.endswith("/Messages.json"):
            return 404, {"code": 20404, "message": "not found", "status": 404}
        if method == "GET":
            return 200, self._list(parse_qs(parts.query))
        return await self._twilio(dict(parse_qsl(body.decode(), keep_blank_values=True)))

    async def _twilio(self, form: dict[str, str]) -> tuple[int, dict[str, Any]] | None:
        callback = form.get("StatusCallback", "")
        ref = (parse_qs(urlsplit(callback).query).get("ref") or [""])[0]
        taken: list[dict[str, Any]] = []

        def take(number: int) -> dict[str, Any]:
            row = _listed(f"SM{number:032x}", form.get("From", ""), form["To"], form["Body"], "outbound-api")
            taken.append({**row, "messaging_service_sid": form.get("MessagingServiceSid")})
            return {"sid": row["sid"], "callback": callback, "_row": taken[0]}

        match await self.deal("sms", ref, form["To"], form["Body"], take):
            case "busy":
                return 429, {"code": 20429, "message": "Too Many Requests", "status": 429}
            case "took_500":
                return 500, {"code": 20500, "message": "Internal Server Error", "status": 500}
            case "drop" | "took_drop":
                return None
            case _:
                return 201, {name: value for name, value in taken[0].items() if not name.startswith("_")}

    async def _graph(self, given: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        """Meta's Cloud API: no key makes a second try harmless, and nothing that was sent can be listed."""
        ref, to = str(given.get("biz_opaque_callback_data", "")), "+" + str(given["to"]).removeprefix("+")
        text = (given.get("text") or given.get("interactive", {}).get("body") or {}).get("body") or given["interactive"]["body"]["text"]
        wamid = ""

        def take(number: int) -> dict[str, Any]:
            nonlocal wamid
            wamid = f"wamid.{number:032x}"
            return {"sid": wamid, "callback": ref, "_row": {"sid": wamid, "to": to, "body": text}}

        match await self.deal("whatsapp", ref, to, text, take):
            case "busy":
                return 429, {"error": {"message": "Rate limit hit", "type": "OAuthException", "code": 130429}}
            case "took_500":
                return 500, {"error": {"message": "An unknown error has occurred", "type": "OAuthException", "code": 1}}
            case "drop" | "took_drop":
                return None
            case _:
                contact = {"input": to, "wa_id": to.removeprefix("+")}
                return 200, {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]}

    async def deal(
        self,
        channel: str,
        ref: str,
        to: str,
        text: str,
        take: Callable[[int], dict[str, Any]],
        *,
        since: tuple[float, float] | None = None,
    ) -> str:
        """One request treated as its words or chance will have it; what its channel must answer: ok, busy, drop, took_500, took_drop.

        take: keeps the message for its channel. since: (monotonic, wall) when the request began, where that was earlier than now.
        """
        self._asked += 1
        number = self._asked
        asked, wall = since or (time.monotonic(), time.time())
        self._attempts[to, text] += 1
        kind, seconds = self.manners.next(text, self._chance)
        about = {"n": number, "channel": channel, "ref": ref, "to": to}
        self._say({"e": "asked", **about, "text": text, "t": asked, "do": kind, "try": self._attempts[to, text]})
        if kind in ("busy", "drop"):
            return kind
        if kind == "hold":
            self._held[text] = asyncio.Event()
            await self._held[text].wait()
        elif seconds:
            # Whoever asked may be dead by then: the message lands all the same.
            await asyncio.sleep(seconds)
        kept = take(number)
        self.taken.append(kept.pop("_row"))
        self._say({"e": "landed", **about, "text": text, "asked": asked, "t": time.monotonic(), "wall": wall, "do": kind, **kept})
        if kind in ("took_500", "took_drop"):
            return kind
        await asyncio.sleep(self._chance.uniform(*self.manners.delay))
        self._say({"e": "answered", **about, "t": time.monotonic()})
        return "ok"

    def _list(self, query: dict[str, list[str]]) -> dict[str, Any]:
        """Twilio's list, newest first: by `To`, `From` and `DateSent>` (days or moments), in pages."""
        found = [*(one for one in self.taken if "_at" in one), *self.written]  # Twilio's own alone
        for key, name in (("To", "to"), ("From", "from")):
            if key in query:
                found = [one for one in found if one[name] == query[key][0]]
        for key in ("DateSent>", "DateSent>="):
            if key in query:
                since = _moment(query[key][0])
                found = [one for one in found if one["_at"] >= since]
        found.sort(key=lambda one: one["_at"], reverse=True)
        size, page = int(query.get("PageSize", ["50"])[0]), int(query.get("Page", ["0"])[0])
        rows = found[page * size : (page + 1) * size]
        more = len(found) > (page + 1) * size
        rest = "&".join(f"{key}={value[0]}" for key, value in query.items() if key != "Page").replace("+", "%2B").replace(" ", "%20")
        following = f"/2010-04-01/Accounts/{self.account}/Messages.json?{rest}&Page={page + 1}" if more else None
        self._say({"e": "listed", "n": len(rows), "to": query.get("To", [""])[0], "t": time.monotonic()})
        return {
            "messages": [{k: v for k, v in one.items() if not k.startswith("_")} for one in rows],
            "next_page_uri": following,
            "page": page,
        }

    account = "AC" + "0" * 32

    def told(self, order: dict[str, Any]) -> None:
        """A line from the driver."""
        match order["do"]:
            case "shares":
                self.manners.shares = {**USUAL, **order["shares"]}
            case "steps":
                self.manners.steps += order["steps"]
            case "delay":
                self.manners.delay = (order["least"], order["most"])
            case "release":
                for text, event in self._held.items():
                    if order["word"] in text:
                        event.set()
            case "write":
                # What shoppers sent while nobody listened.
                for one in order["messages"]:
                    row = _listed(one["id"], one["from"], one["to"], one["text"], "inbound", datetime.fromisoformat(one["at"]))
                    self.written.append(row)
            case other:
                raise ValueError(other)
        self._say({"e": "told", "do": order["do"], "t": time.monotonic()})


async def read_request(reader: asyncio.StreamReader) -> tuple[str, str, bytes] | None:
    """(method, target, body) of one HTTP/1.1 request with a Content-Length, or None at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(fields.get("content-length", "0")))
    return method, target, body


def _listed(sid: str, sender: str, to: str, text: str, direction: str, at: datetime | None = None) -> dict[str, Any]:
    moment = (at or datetime.now(UTC)).replace(microsecond=0)
    when = format_datetime(moment)
    return {
        "sid": sid,
        "account_sid": Provider.account,
        "from": sender,
        "to": to,
        "body": text,
        "direction": direction,
        "status": "received" if direction == "inbound" else "queued",
        "num_media": "0",
        "num_segments": "1",
        "date_created": when,
        "date_updated": when,
        "date_sent": when,
        "error_code": None,
        "error_message": None,
        "_at": moment,
    }


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def said_in(event: dict[str, Any]) -> tuple[str, ...]:
    """The messages an event of the provider is about."""
    return tokens(str(event.get("text", "")))


async def main() -> None:
    output = sys.stdout

    def say(event: dict[str, Any]) -> None:
        output.write(json.dumps(event) + "\n")
        output.flush()

    provider = Provider(say, seed=int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    mail = await asyncio.start_server(MailHost(provider).serve, "127.0.0.1", 0)
    say({"e": "open", "port": server.sockets[0].getsockname()[1], "smtp": mail.sockets[0].getsockname()[1]})
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async with server, mail:
        # Gone with the driver: its end of the pipe closes.
        while line := await orders.readline():
            provider.told(json.loads(line))


if __name__ == "__main__":
    asyncio.run(main())

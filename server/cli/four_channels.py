"""One shopper asks the same on all four channels at once, each in the way people do there; what was said, for the demo to print."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx

ASKED = "Can I change the size of my last order?"
SHOPPER, NUMBER, ADDRESS = "ana", "+12025550123", "ana.torres@example.com"
"""A sample customer of the demo brand, as the world file has her."""
PATIENCE_S = 40.0

_CODE = re.compile(r"#(\d{6})\s*$")
_INVITES = re.compile(r"\bCODE\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message, and what its channel has to say of it."""

    by_shopper: bool
    text: str
    note: str = ""


Talk: TypeAlias = tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the app and the outside world listen. `shop` is the storefront's address."""

    app: str
    shop: str
    phones: str
    mailbox: str
    brand: str


async def ask_everywhere(places: Places) -> Mapping[str, Talk]:
    """The four talks by their channel's name. Raises TimeoutError where no answer comes, RuntimeError on an HTTP error."""
    async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False, follow_redirects=False) as http:
        talks = await asyncio.gather(_webchat(http, places), _sms(http, places), _whatsapp(http, places), _email(http, places))
    return dict(zip(("Webchat", "SMS", "WhatsApp", "E-mail"), talks, strict=True))


# Webchat: logged in at the shop, so the storefront itself says who it is


async def _webchat(http: httpx.AsyncClient, places: Places) -> Talk:
    api = f"{places.app}/api/chat/{places.brand}"
    begun = await _json(await http.post(f"{api}/conversations", json={"locale": "en", "ticket": await _ticket(http, places.shop)}))
    headers = {"Authorization": f"Bearer {begun['token']}"}
    log = await _json(await http.get(f"{api}/events?wait=1", headers=headers))
    greeting, after = Said(by_shopper=False, text=log["events"][0]["text"]), log["after"]
    await _json(await http.post(f"{api}/messages", json={"id": "demo-1", "text": ASKED}, headers=headers))
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        log = await _json(await http.get(f"{api}/events?after={after}&wait=20", headers=headers))
        after = log["after"]
        for event in log["events"]:
            if event["kind"] == "message" and event["author"] == "agent":
                asked = Said(by_shopper=True, text=ASKED, note="logged in at the shop")
                return (greeting, asked, Said(by_shopper=False, text=event["text"], note=_shown(event)))
    raise TimeoutError("no answer came in the webchat")


def _shown(event: Mapping[str, Any]) -> str:
    cards = [block["title"] for block in event.get("blocks", []) if block["kind"] == "order_card"]
    return f"with an order card: {cards[0]}" if cards else ""


async def _ticket(http: httpx.AsyncClient, shop: str) -> str | None:
    """The storefront's word on who is logged in, as the widget gets it."""
    await http.post(f"{shop}/account/as", data={"customer": SHOPPER})
    answer = await http.get(f"{shop}/apps/deskbell/session")
    return str(answer.json()["ticket"]) if answer.status_code == 200 else None


# The phones. By text a number proves nothing: a code goes there and comes back


class _Thread:
    """What stands on one phone, or in one mailbox."""

    def __init__(self, http: httpx.AsyncClient, places: Places, channel: str) -> None:
        self._http, self._places, self._channel = http, places, channel
        self._version = -1

    async def now(self) -> list[dict[str, Any]]:
        """Every message, oldest first. On a phone it is answered as soon as one has come that was not there the last time."""
        if self._channel == "email":
            found = await _json(await self._http.get(f"{self._places.mailbox}/thread", params={"address": ADDRESS}))
            return list(reversed(found["messages"]))
        asked = {"phone": NUMBER, "after": str(self._version), "wait": "5"}
        found = await _json(await self._http.get(f"{self._places.phones}/api/threads", params=asked))
        self._version = found["version"]
        return list(found[self._channel])

    async def first(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that fits, once it is there. Raises TimeoutError."""
        self._version = -1
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for one in await self.now():
                if fits(one):
                    return one
            if self._channel == "email":
                await asyncio.sleep(0.3)
        raise TimeoutError(f"no answer came by {self._channel}")


async def _sms(http: httpx.AsyncClient, places: Places) -> Talk:
    async def write(text: str) -> None:
        await _json(await http.post(f"{places.phones}/api/sms", json={"phone": NUMBER, "text": text}))

    thread = _Thread(http, places, "sms")
    await write(ASKED)
    invited = await thread.first(lambda one: not one["mine"])
    if _INVITES.search(invited["text"]):
        await write("CODE")
        sent = await thread.first(lambda one: _CODE.search(one["text"]) is not None)
        await write(_code_in(sent["text"]))
        await thread.first(lambda one: not one["mine"] and "/c/" in one["text"])
    return tuple(_by_phone(one) for one in await _Thread(http, places, "sms").now())


async def _whatsapp(http: httpx.AsyncClient, places: Places) -> Talk:
    await _json(await http.post(f"{places.phones}/api/whatsapp", json={"phone": NUMBER, "text": ASKED}))
    await _Thread(http, places, "whatsapp").first(lambda one: not one["mine"])
    return tuple(_by_phone(one) for one in await _Thread(http, places, "whatsapp").now())


def _by_phone(bubble: Mapping[str, Any]) -> Said:
    acts = [f"[{bubble['link'][0]}] {bubble['link'][1]}"] if bubble["link"] else []
    acts += [f"[{label}]" for _, label in bubble["buttons"]]
    parts = bubble["segments"]
    cost = f"{parts} {'segment' if parts == 1 else 'segments'}, {bubble['encoding']}" if parts else ""
    return Said(by_shopper=bubble["mine"], text="\n".join([bubble["text"], *acts]), note=cost)


# E-mail: the line that names a sender proves nothing either


async def _email(http: httpx.AsyncClient, places: Places) -> Talk:
    await _json(await http.post(f"{places.mailbox}/compose", json={"sender": ADDRESS, "subject": "My last order", "text": ASKED}))
    thread = _Thread(http, places, "email")
    await thread.first(lambda one: not one["mine"])
    return tuple(Said(by_shopper=one["mine"], text=one["text"].strip(), note=f"subject: {one['subject']}") for one in await thread.now())


def _code_in(text: str) -> str:
    found = _CODE.search(text)
    if found is None:
        raise RuntimeError("no code in the message that should hold it")
    return found[1]


async def _json(answer: httpx.Response) -> Any:
    if answer.status_code >= 400:
        raise RuntimeError(f"HTTP {answer.status_code} from {answer.url.path}: {answer.text[:200]}")
    return answer.json()

"""The phones' page as it is asked over HTTP: whose messages, how far they came, and nothing but what was sent."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from demo.outside import META_TOKEN, NORTHBAY, STRANGER, Addresses, Outside, build
from demo.phones.state import KEPT, Bubble, Phones, rise
from demo.world import load_world

ANA, LOUIS = "+12025550123", "+12025550145"
START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


@dataclass
class Hall:
    outside: Outside
    http: httpx.AsyncClient


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    """The phones with nobody at the app's end: what is written is not acknowledged, and stays on the phone."""
    outside = build(load_world(NORTHBAY), Addresses(app="http://127.0.0.1:1"), running=False)
    outside.whatsapp.deliveries = type(outside.whatsapp.deliveries)("http://127.0.0.1:1/x", "s", backoff=())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(outside.phones), base_url="http://phones.test") as http:
        yield Hall(outside, http)
    await outside.sms.stop()
    await outside.whatsapp.stop()


def bubble(place: int = 0, phone: str = ANA) -> Bubble:
    return Bubble(id=f"SM{place}", channel="sms", phone=phone, business="+12025550100", mine=False, text=str(place), at=START)


async def test_everybody_with_a_number_and_one_stranger_has_a_phone(hall: Hall) -> None:
    found = (await hall.http.get("/api/holders")).json()
    assert found["brand"] == {"name": "Northbay", "sms": "+12025550100", "whatsapp": "+12025550101"}
    numbers = {one["number"]: one["name"] for one in found["holders"]}
    assert numbers[ANA] == "Ana Torres"
    assert numbers[STRANGER] == "Nobody on record"
    assert len(numbers) >= 6


async def test_each_phone_holds_its_own_messages(hall: Hall) -> None:
    await hall.http.post("/api/sms", json={"phone": ANA, "text": "Hello"})
    await hall.http.post("/api/whatsapp", json={"phone": LOUIS, "text": "Bonjour"})
    anas = (await hall.http.get("/api/threads", params={"phone": ANA})).json()
    louis = (await hall.http.get("/api/threads", params={"phone": LOUIS})).json()
    assert [one["text"] for one in anas["sms"]] == ["Hello"]
    assert anas["whatsapp"] == []
    assert [one["text"] for one in louis["whatsapp"]] == ["Bonjour"]
    assert (anas["window_s"], louis["window_s"]) == (0.0, 24 * 3600.0)


async def test_a_message_the_app_did_not_take_says_so(hall: Hall) -> None:
    sms = (await hall.http.post("/api/sms", json={"phone": ANA, "text": "été 👍"})).json()
    whatsapp = (await hall.http.post("/api/whatsapp", json={"phone": ANA, "text": "Hello"})).json()
    assert (sms["state"], sms["segments"], sms["encoding"]) == ("failed", 1, "UCS-2")
    assert whatsapp["state"] == "failed"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("sms", {"phone": "Ana", "text": "x"}, 422),
        ("sms", {"phone": ANA, "text": ""}, 422),
        ("whatsapp", {"phone": ANA, "text": "x" * 4097}, 422),
        ("whatsapp/tap", {"phone": ANA, "bubble": "none", "choice": "yes"}, 404),
        ("whatsapp/media", {"phone": ANA, "kind": "poem"}, 422),
    ],
)
async def test_what_no_hand_can_do_is_refused(hall: Hall, path: str, body: dict[str, str], status: int) -> None:
    assert (await hall.http.post(f"/api/{path}", json=body)).status_code == status


async def test_whoever_looks_on_is_told_as_soon_as_something_comes(hall: Hall) -> None:
    phones = hall.outside.sms.phones
    before = phones.version
    looking = asyncio.create_task(hall.http.get("/api/threads", params={"phone": ANA, "after": before, "wait": 20}))
    await asyncio.sleep(0.05)
    assert not looking.done()
    phones.keep(bubble())
    assert [one["id"] for one in (await looking).json()["sms"]] == ["SM0"]
    nothing = (await hall.http.get("/api/threads", params={"phone": ANA, "after": phones.version, "wait": 0.01})).json()
    assert nothing["version"] == phones.version


async def test_the_window_can_be_moved_and_is_metas_to_enforce(hall: Hall) -> None:
    asked = {"messaging_product": "whatsapp", "to": ANA, "type": "text", "text": {"body": "Yes."}}
    headers = {"Authorization": f"Bearer {META_TOKEN}"}
    await hall.http.post("/__sim/meta/window", json={"phone": ANA, "hours_ago": 23.9})
    open_ = await hall.http.post("/v23.0/100000000000100/messages", json=asked, headers=headers)
    await hall.http.post("/__sim/meta/window", json={"phone": ANA, "hours_ago": 24})
    shut = await hall.http.post("/v23.0/100000000000100/messages", json=asked, headers=headers)
    assert (open_.status_code, shut.status_code) == (200, 400)
    assert shut.json()["error"]["code"] == 131047
    shown = (await hall.http.get("/__sim/meta/messages")).json()["messages"]
    assert [one["text"] for one in shown] == ["Yes."]


async def test_a_fault_can_be_asked_for_from_outside(hall: Hall) -> None:
    await hall.http.post("/__sim/meta/window", json={"phone": ANA, "hours_ago": 0})
    await hall.http.post("/__sim/meta/faults", json={"kind": "throughput", "times": 2})
    asked = {"messaging_product": "whatsapp", "to": ANA, "type": "text", "text": {"body": "Yes."}}
    headers = {"Authorization": f"Bearer {META_TOKEN}"}
    said = [await hall.http.post("/v23.0/100000000000100/messages", json=asked, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in said] == [400, 400, 200]


async def test_the_page_runs_no_script_but_its_own(hall: Hall) -> None:
    page = await hall.http.get("/")
    script = await hall.http.get("/page/phones.js")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "<script src=" in page.text
    assert "innerHTML" not in script.text
    assert (await hall.http.get("/page/secret.txt")).status_code == 404


def test_a_phone_keeps_its_newest_messages() -> None:
    phones = Phones(now=lambda: START)
    for place in range(KEPT + 5):
        phones.keep(bubble(place))
    assert phones.thread(ANA, "sms")[0].text == "5"
    assert "SM4" not in phones.by_id
    assert phones.last(ANA, "sms", mine=False) is phones.by_id[f"SM{KEPT + 4}"]
    phones.empty()
    assert phones.numbers() == ()


def test_a_state_only_rises_until_it_fails() -> None:
    one = bubble()
    assert rise(one, ["delivered"])
    assert not rise(one, ["sent", "queued"])
    assert rise(one, ["read"])
    assert rise(one, ["failed"])
    assert not rise(one, ["delivered"])
    assert one.state == "failed"


async def test_waiting_ends_by_itself() -> None:
    phones = Phones(now=lambda: START + timedelta())
    assert await phones.changed(phones.version, within=0.01) == 0

"""The Twilio twin is Twilio to whoever speaks with it: Twilio's own library, and Twilio's own signature check."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response as TwilioResponse
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from demo.phones.state import Phones
from demo.phones.twilio import TwilioTwin, Webhooks
from demo.phones.twilio_api import Fault
from demo.phones.twilio_shapes import parts_of
from tests.demo.served import served

ANA, BRAND, TOKEN = "+12025550123", "+12025550100", "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + "1" * 32


@dataclass
class Town:
    """The twin, and an app that only writes down what it is told."""

    twin: TwilioTwin
    url: str
    told: list[tuple[str, dict[str, str], bool]] = field(default_factory=list)
    """(path and query, form, whether Twilio's own check accepts it)."""
    answers: list[int] = field(default_factory=list)
    """Statuses of the app's next answers; 200 afterwards."""

    def client(self, token: str = TOKEN) -> Client:
        return Client(ACCOUNT, token, http_client=_Near(self.url))

    async def texted(self, body: str = "Hello", **more: Any) -> Any:
        more.setdefault("status_callback", f"{self.url}/status?ref=r-1")
        return await asyncio.to_thread(lambda: self.client().messages.create(to=ANA, from_=BRAND, body=body, **more))


class _Near(HttpClient):  # type: ignore[misc]  # the library carries no types
    """Twilio's library, pointed at the twin."""

    def __init__(self, url: str) -> None:
        self.url = url

    def request(
        self, method: str, url: str, params: Any = None, data: Any = None, headers: Any = None, auth: Any = None, **more: Any
    ) -> TwilioResponse:
        near = url.replace("https://api.twilio.com", self.url)
        with httpx.Client(trust_env=False) as http:
            answer = http.request(method, near, params=params or None, data=data, headers=headers, auth=auth)
        return TwilioResponse(answer.status_code, answer.text, answer.headers)


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    app = FastAPI(openapi_url=None)
    async with served(app) as url:
        now = datetime.now(UTC)
        twin = TwilioTwin(Phones(now=lambda: now), number=BRAND, account=ACCOUNT, auth_token=TOKEN, inbound_url=f"{url}/inbound")
        made = Town(twin, url)
        validator = RequestValidator(TOKEN)

        async def hear(request: Request) -> Response:
            form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            right = validator.validate(str(request.url), form, request.headers["x-twilio-signature"])
            made.told.append((request.url.path + ("?" + request.url.query if request.url.query else ""), form, right))
            return Response(status_code=made.answers.pop(0) if made.answers else 200)

        app.add_api_route("/inbound", hear, methods=["POST"])
        app.add_api_route("/status", hear, methods=["POST"])
        app.include_router(twin.router())
        yield made
        await twin.stop()


async def test_twilios_own_library_sends_lists_and_fetches(town: Town) -> None:
    made = await town.texted("Prêt ! 😀")
    assert (made.status, made.direction, made.body, made.to, made.from_, made.num_segments) == (
        "queued",
        "outbound-api",
        "Prêt ! 😀",
        ANA,
        BRAND,
        "1",
    )
    assert made.date_created.tzinfo is not None
    assert made.date_sent is None
    await town.twin.settle()
    client = town.client()
    fetched = await asyncio.to_thread(lambda: client.messages(made.sid).fetch())
    assert (fetched.status, fetched.error_code) == ("delivered", None)
    for number in range(5):
        await town.texted(f"Text {number}")
    await town.twin.settle()
    today = datetime.now(UTC) - timedelta(minutes=1)
    listed = await asyncio.to_thread(lambda: list(client.messages.stream(to=ANA, date_sent_after=today, page_size=2)))
    assert [one.body for one in listed] == ["Text 4", "Text 3", "Text 2", "Text 1", "Text 0", "Prêt ! 😀"]
    assert await asyncio.to_thread(lambda: client.messages.list(to="+12025550199")) == []


async def test_what_is_still_queued_is_in_no_list_by_date(town: Town) -> None:
    town.twin.carry = False
    await town.texted()
    client, today = town.client(), datetime.now(UTC) - timedelta(days=1)
    assert await asyncio.to_thread(lambda: client.messages.list(to=ANA, date_sent_after=today)) == []
    assert len(await asyncio.to_thread(lambda: client.messages.list(to=ANA))) == 1


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"to": "1234"}, 400, 21211),
        ({"from_": "+12025550199"}, 400, 21606),
        ({"body": ""}, 400, 21602),
        ({"body": "x" * 1601}, 400, 21617),
        ({"status_callback": "ftp://x"}, 400, 21609),
        ({"from_": None}, 400, 21603),
    ],
)
async def test_a_wrong_request_gets_twilios_code(town: Town, wish: dict[str, Any], status: int, code: int) -> None:
    client = town.client()
    with pytest.raises(TwilioRestException) as refused:
        await asyncio.to_thread(lambda: client.messages.create(**{"to": ANA, "from_": BRAND, "body": "Hello", **wish}))
    assert (refused.value.status, refused.value.code) == (status, code)
    assert town.twin.taken() == []


async def test_without_the_accounts_token_nothing_is_told(town: Town) -> None:
    client = town.client("wrong")
    for ask in (lambda: client.messages.list(), lambda: client.messages.create(to=ANA, from_=BRAND, body="x")):
        with pytest.raises(TwilioException, match="401"):
            await asyncio.to_thread(ask)


async def test_a_text_reaches_the_app_signed_with_its_blank_fields(town: Town) -> None:
    bubble = await town.twin.write(ANA, " Où est #1042 ? 👨‍👩‍👧 & co ")
    ((path, form, right),) = town.told
    assert (path, right) == ("/inbound", True)
    assert (form["MessageSid"], form["From"], form["To"], form["Body"]) == (bubble.id, ANA, BRAND, " Où est #1042 ? 👨‍👩‍👧 & co ")
    assert (form["FromCity"], form["NumMedia"], form["AccountSid"]) == ("", "0", ACCOUNT)
    assert (bubble.mine, bubble.state, bubble.encoding) == (True, "delivered", "UCS-2")


async def test_a_picture_brings_its_kind(town: Town) -> None:
    await town.twin.write(ANA, "", media=("image/jpeg",))
    _, form, right = town.told[0]
    assert right
    assert (form["NumMedia"], form["MediaContentType0"], form["MessageSid"][:2]) == ("1", "image/jpeg", "MM")


async def test_statuses_are_told_in_order_with_what_was_asked_to_come_back(town: Town) -> None:
    made = await town.texted()
    await town.twin.settle()
    assert [(path, form["MessageStatus"], right) for path, form, right in town.told] == [
        ("/status?ref=r-1", "sent", True),
        ("/status?ref=r-1", "delivered", True),
    ]
    bubble = town.twin.phones.by_id[made.sid]
    assert (bubble.mine, bubble.text, bubble.state, bubble.segments, bubble.encoding) == (False, "Hello", "delivered", 1, "GSM-7")


async def test_an_unreachable_phone_is_reported_with_its_error(town: Town) -> None:
    town.twin.carry = False
    made = await town.texted()
    await town.twin.report(made.sid, "sent", "undelivered", error=30003)
    assert [form.get("ErrorCode") for _, form, _ in town.told] == [None, "30003"]
    assert (town.twin.phones.by_id[made.sid].state, town.twin.phones.by_id[made.sid].error) == ("failed", "30003")


async def test_an_unanswered_webhook_is_tried_once_and_again_only_where_the_address_asks(town: Town) -> None:
    town.answers = [503]
    assert (await town.twin.write(ANA, "one")).state == "failed"
    assert len(town.told) == 1
    town.twin.inbound_url += "#rc=2&rp=all"
    town.answers = [503, 500]
    assert (await town.twin.write(ANA, "two")).state == "delivered"
    assert [form["Body"] for _, form, right in town.told if right] == ["one", "two", "two", "two"]
    town.twin.inbound_url = f"{town.url}/inbound#rc=2"
    town.answers = [503]
    assert (await town.twin.write(ANA, "three")).state == "failed"
    assert len(town.told) == 5


async def test_webhooks_go_astray_as_they_are_told_to(town: Town) -> None:
    town.twin.webhooks = Webhooks(duplicates=2)
    await town.twin.write(ANA, "thrice")
    assert len({(form["MessageSid"], right) for _, form, right in town.told}) == 1
    assert len(town.told) == 3
    town.told.clear()
    town.twin.webhooks = Webhooks(reorder=True)
    await town.texted()
    await town.twin.settle()
    assert [form["MessageStatus"] for _, form, _ in town.told] == ["delivered", "sent"]
    town.told.clear()
    town.twin.webhooks = Webhooks(lose=True)
    assert (await town.twin.write(ANA, "lost")).state == "failed"
    town.twin.webhooks = Webhooks(paused=True)
    await town.twin.write(ANA, "held")
    assert town.told == []
    town.twin.webhooks = Webhooks()
    assert await town.twin.flush() == 1
    assert [form["Body"] for _, form, _ in town.told] == ["held"]


async def test_a_captured_request_can_be_sent_again_as_it_was(town: Town) -> None:
    await town.twin.write(ANA, "once")
    assert await town.twin.send_again(town.twin.deliveries[0]) == 200
    assert [right for _, _, right in town.told] == [True, True]
    assert town.told[0][1] == town.told[1][1]


@pytest.mark.parametrize(
    ("fault", "status", "taken"),
    [
        (Fault(kind="accept_then_500"), 500, 1),
        (Fault(kind="land_late", seconds=0.05), 500, 1),
        (Fault(kind="down"), 503, 0),
        (Fault(kind="busy", seconds=9), 429, 0),
        (Fault(kind="refuse", code=21614), 400, 0),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_a_fault_strikes_once_and_then_all_is_well(town: Town, fault: Fault, status: int, taken: int) -> None:
    town.twin.api.faults.append(fault)
    with pytest.raises(TwilioRestException) as refused:
        await town.texted()
    assert refused.value.status == status
    await town.twin.settle()
    assert len(town.twin.taken()) == taken
    await town.texted()
    assert len(town.twin.taken()) == taken + 1


async def test_a_text_lands_late_even_though_nobody_waits(town: Town) -> None:
    town.twin.api.faults.append(Fault(kind="land_late", seconds=0.2))
    with pytest.raises(TwilioRestException):
        await town.texted()
    assert town.twin.taken() == []
    await town.twin.settle()
    assert len(town.twin.taken()) == 1


async def test_who_texts_stop_is_sent_nothing_more_until_start(town: Town) -> None:
    town.twin.opt_outs = "advanced"
    await town.twin.write(ANA, "Stop")
    assert town.told[-1][1]["OptOutType"] == "STOP"
    with pytest.raises(TwilioRestException) as refused:
        await town.texted()
    assert (refused.value.status, refused.value.code) == (400, 21610)
    said = [bubble.text for bubble in town.twin.phones.thread(ANA, "sms") if not bubble.mine]
    assert len(said) == 1
    assert "unsubscribed" in said[0]
    await town.twin.write(ANA, "START")
    assert town.told[-1][1]["OptOutType"] == "START"
    await town.texted()
    assert len(town.twin.taken()) == 1


async def test_another_process_can_steer_it(town: Town) -> None:
    async with httpx.AsyncClient(trust_env=False, base_url=town.url) as http:
        await http.post("/__sim/twilio/faults", json={"kind": "down"})
        with pytest.raises(TwilioRestException):
            await town.texted()
        said = (await http.post("/__sim/twilio/texts", json={"phone": ANA, "text": "Hi"})).json()
        assert said["acknowledged"] is True
        await http.post("/__sim/twilio/webhooks", json={"paused": True})
        assert (await http.post("/__sim/twilio/texts", json={"phone": ANA, "text": "Held"})).json()["acknowledged"] is False
        assert (await http.post("/__sim/twilio/webhooks", json={})).json() == {"flushed": 1}
        listed = (await http.get("/__sim/twilio/messages")).json()["messages"]
    assert [(one["direction"], one["body"]) for one in listed] == [("inbound", "Hi"), ("inbound", "Held")]


@pytest.mark.parametrize(
    ("text", "parts", "encoding"),
    [("a" * 160, 1, "GSM-7"), ("€" * 81, 2, "GSM-7"), ("é" * 161, 2, "GSM-7"), ("ê" + "a" * 70, 2, "UCS-2"), ("😀" * 35, 1, "UCS-2")],
)
def test_the_phone_shows_what_a_text_costs(text: str, parts: int, encoding: str) -> None:
    assert parts_of(text) == (parts, encoding)

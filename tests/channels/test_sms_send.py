"""A text leaves once: what is said of it is true, whatever became of the connection, and an unanswered one is found by its words (5.3)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from channels.message import DeliveryState, Outbound, Receipt
from channels.sms.receive import form_of, is_signed, receipt
from channels.sms.send import OVERLAP, PAGE_SIZE, TwilioTransport, inbound_since
from channels.transport import Posting, Refused, Settled, Unconfirmed
from demo.phones.state import Phones
from demo.phones.twilio import TwilioTwin
from demo.phones.twilio_api import Fault, FaultKind
from demo.phones.twilio_shapes import Message
from knowledge.brand import SmsSettings
from tests.demo.served import served

ANA, BRAND, TOKEN = "+12025550123", "+12025550100", "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + "1" * 32
SERVICE = "MG" + "2" * 32
SETTINGS = SmsSettings(number=BRAND, account=ACCOUNT)
REPLY = "Your order 1042 can still be cancelled.\nReview and cancel: https://go.northbay.example.com/c/AAAAAAAAAAAAAAAAAAAAAA"


@dataclass
class Line:
    """A brand's way out, Twilio at its other end, and the address Twilio reports to."""

    twin: TwilioTwin
    http: httpx.AsyncClient
    url: str
    settings: SmsSettings
    now: list[datetime]
    receipts: list[Receipt] = field(default_factory=list)

    def transport(self, *, token: str = TOKEN, timeout: timedelta = timedelta(seconds=5), url: str | None = None) -> TwilioTransport:
        return TwilioTransport(
            self.http,
            url or self.url,
            self.settings,
            token,
            f"{self.url}/webhooks/sms/northbay/status",
            timeout=timeout,
            now=lambda: self.now[0],
        )

    def posting(self, text: str = REPLY, *, ref: str = "r-1", life: timedelta = timedelta(minutes=1)) -> Posting:
        return Posting(ref=ref, out=Outbound(to=ANA, text=text), sending_at=self.now[0], expires_at=self.now[0] + life)

    def fails(self, kind: FaultKind, *, seconds: float = 0.0, code: int = 21211) -> None:
        self.twin.api.faults.append(Fault(kind=kind, seconds=seconds, code=code))

    def stood_before(self, text: str, *, before: timedelta, to: str = ANA, sender: str = BRAND, service: str | None = None) -> str:
        """A message that Twilio already has, made `before` now."""
        made = self.now[0] - before
        sid = f"SM{len(self.twin.api.messages):032x}"
        self.twin.api.messages[sid] = Message(
            sid=sid,
            direction="outbound-api",
            sender=sender,
            to=to,
            body=text,
            created=made,
            updated=made,
            sent=made,
            status="delivered",
            service=service,
        )
        return sid


@asynccontextmanager
async def line_to(service: str | None = None) -> AsyncIterator[Line]:
    app = FastAPI(openapi_url=None)
    now = [datetime.now(UTC)]
    async with served(app) as url, httpx.AsyncClient(trust_env=False) as http:
        twin = TwilioTwin(
            Phones(now=lambda: now[0]),
            number=BRAND,
            account=ACCOUNT,
            auth_token=TOKEN,
            inbound_url=f"{url}/webhooks/sms/northbay",
            service=service,
            wall=lambda: now[0],
        )
        line = Line(twin, http, url, SmsSettings(number=BRAND, account=ACCOUNT, service=service), now)

        @app.post("/webhooks/sms/northbay")
        async def inbound() -> Response:
            return Response()

        @app.post("/webhooks/sms/northbay/status")
        async def status(request: Request) -> Response:
            form = form_of(await request.body())
            assert is_signed(str(request.url), form, request.headers["x-twilio-signature"], TOKEN)
            line.receipts.append(receipt(form, request.query_params))
            return Response(status_code=204)

        app.include_router(twin.router())
        yield line
        await twin.stop()


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with line_to() as made:
        yield made


# Sending


async def test_a_text_arrives_whole_and_its_statuses_bring_our_reference_back(line: Line) -> None:
    sid = await line.transport().send(line.posting("Prêt ! 👩‍👩‍👧 [1042] & 100% – ok?", ref="r-7/1&x"))
    await line.twin.settle()
    (taken,) = line.twin.taken()
    assert (taken.sid, taken.to, taken.sender, taken.body) == (sid, ANA, BRAND, "Prêt ! 👩‍👩‍👧 [1042] & 100% – ok?")
    assert [(one.provider_ref, one.ref, one.state) for one in line.receipts] == [
        (sid, "r-7/1&x", DeliveryState.SENT),
        (sid, "r-7/1&x", DeliveryState.DELIVERED),
    ]
    assert line.receipts[-1].at is not None
    assert line.receipts[-1].at.tzinfo is not None


async def test_a_text_may_leave_through_a_messaging_service() -> None:
    async with line_to(SERVICE) as line:
        await line.transport().send(line.posting())
        assert [message.service for message in line.twin.taken()] == [SERVICE]


async def test_nothing_is_written_once_the_deadline_has_passed(line: Line) -> None:
    posting = line.posting(life=timedelta(seconds=30))
    line.now[0] += timedelta(seconds=30)
    with pytest.raises(Refused, match="deadline"):
        await line.transport().send(posting)
    assert line.twin.taken() == []


async def test_a_worker_frozen_between_connecting_and_writing_writes_nothing(line: Line) -> None:
    posting, looks = line.posting(life=timedelta(seconds=30)), 0

    def clock() -> datetime:
        nonlocal looks
        looks += 1
        return posting.sending_at if looks == 1 else posting.expires_at

    transport = TwilioTransport(line.http, line.url, SETTINGS, TOKEN, "", now=clock)
    with pytest.raises(Refused, match="deadline"):
        await transport.send(posting)
    assert looks > 1
    assert line.twin.taken() == []
    assert await line.transport().send(line.posting()), "the connection that was given up does no harm to the next"


async def test_where_nobody_listens_nothing_was_sent(line: Line) -> None:
    with pytest.raises(Refused) as refused:
        await line.transport(url="http://127.0.0.1:9").send(line.posting())
    assert not refused.value.for_good


@pytest.mark.parametrize("kind", ["accept_then_500", "land_late", "down"])
async def test_an_error_of_the_provider_confirms_nothing(line: Line, kind: FaultKind) -> None:
    line.fails(kind, seconds=0.05)
    with pytest.raises(Unconfirmed):
        await line.transport().send(line.posting())
    await line.twin.settle()
    assert len(line.twin.taken()) == (0 if kind == "down" else 1)


async def test_no_answer_in_time_confirms_nothing(line: Line) -> None:
    line.fails("accept_then_hang", seconds=30)
    with pytest.raises(Unconfirmed):
        await line.transport(timeout=timedelta(milliseconds=300)).send(line.posting())
    assert len(line.twin.taken()) == 1


async def test_a_connection_cut_in_the_middle_of_the_answer_confirms_nothing(line: Line) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"sid": "SM')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(Unconfirmed):
        await line.transport(url=f"http://127.0.0.1:{port}").send(line.posting())
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    ("code", "for_good", "opted_out"),
    [(21211, True, False), (21614, True, False), (21610, True, True), (21408, True, False), (21611, False, False)],
)
async def test_a_refusal_says_whether_trying_again_can_help(line: Line, code: int, for_good: bool, opted_out: bool) -> None:
    line.fails("refuse", code=code)
    with pytest.raises(Refused) as refused:
        await line.transport().send(line.posting())
    assert (refused.value.for_good, refused.value.opted_out, refused.value.code) == (for_good, opted_out, str(code))
    assert line.twin.taken() == []


async def test_too_much_at_once_waits_as_long_as_twilio_says(line: Line) -> None:
    line.fails("busy", seconds=7)
    with pytest.raises(Refused) as refused:
        await line.transport().send(line.posting())
    assert (refused.value.for_good, refused.value.after, refused.value.code) == (False, timedelta(seconds=7), "20429")


async def test_a_wrong_token_waits_for_a_person_to_mend_it(line: Line) -> None:
    with pytest.raises(Refused) as refused:
        await line.transport(token="wrong").send(line.posting())
    assert (refused.value.for_good, refused.value.code) == (False, "20003")
    assert refused.value.after is not None


async def test_a_success_that_names_no_message_confirms_nothing() -> None:
    def answered(content: bytes, status: int = 201) -> TwilioTransport:
        transport = httpx.MockTransport(lambda request: httpx.Response(status, content=content))
        return TwilioTransport(httpx.AsyncClient(transport=transport), "https://api.twilio.com", SETTINGS, TOKEN, "")

    now = datetime.now(UTC)
    posting = Posting(ref="r", out=Outbound(to=ANA, text="x"), sending_at=now, expires_at=now + timedelta(minutes=1))
    for content in (b"", b"[]", b"<html>", b'{"sid": null}', b'{"sid": 7}'):
        with pytest.raises(Unconfirmed):
            await answered(content).send(posting)
    with pytest.raises(Refused):
        await answered(b"", 302).send(posting)


def test_the_horizon_leaves_a_minute_after_the_timeout(line: Line) -> None:
    assert line.transport(timeout=timedelta(seconds=10)).horizon == timedelta(seconds=70)


# Looking up


@pytest.mark.parametrize("kind", ["accept_then_500", "land_late"])
@pytest.mark.parametrize("service", [None, SERVICE])
async def test_an_unanswered_text_that_was_taken_is_found(kind: FaultKind, service: str | None) -> None:
    async with line_to(service) as line:
        line.twin.carry = False  # still queued: it has no DateSent, and no sender yet with a service
        line.fails(kind)
        posting = line.posting()
        with pytest.raises(Unconfirmed):
            await line.transport().send(posting)
        await line.twin.settle()
        line.now[0] += timedelta(seconds=70)
        assert await line.transport().look_up(posting) == line.twin.taken()[0].sid


async def test_an_unanswered_text_that_was_not_taken_is_absent(line: Line) -> None:
    line.stood_before("Something else.", before=timedelta())
    line.stood_before(REPLY, before=timedelta(), to="+12025550177")
    line.stood_before(REPLY, before=timedelta(), sender="+12025550188")
    line.stood_before(REPLY, before=timedelta(minutes=3))
    line.fails("down")
    posting = line.posting()
    with pytest.raises(Unconfirmed):
        await line.transport().send(posting)
    await line.twin.write(ANA, REPLY)
    assert await line.transport().look_up(posting) is Settled.ABSENT


async def test_the_shoppers_own_words_are_no_message_of_ours(line: Line) -> None:
    posting = line.posting("1042?")
    await line.twin.write(ANA, "1042?")
    assert await line.transport().look_up(posting) is Settled.ABSENT


async def test_a_text_whose_keeping_failed_is_found_again_as_itself_and_by_no_other_of_the_same_words(line: Line) -> None:
    transport, ours = line.transport(), line.posting(ref="r-1")
    sid = await transport.send(ours)
    assert await transport.look_up(ours) == sid
    assert await transport.look_up(ours) == sid
    assert await transport.look_up(line.posting(ref="r-2")) is Settled.ABSENT


async def test_two_equal_texts_close_together_cannot_be_told_apart(line: Line) -> None:
    line.stood_before(REPLY, before=timedelta(seconds=5))
    posting = line.posting()
    assert await line.transport().look_up(posting) is Settled.CANNOT_TELL
    line.fails("accept_then_500")
    with pytest.raises(Unconfirmed):
        await line.transport().send(posting)
    assert await line.transport().look_up(posting) is Settled.CANNOT_TELL


async def test_two_equal_texts_since_the_attempt_cannot_be_told_apart(line: Line) -> None:
    posting = line.posting()
    line.stood_before(REPLY, before=timedelta())
    line.stood_before(REPLY, before=timedelta(seconds=-1))
    assert await line.transport().look_up(posting) is Settled.CANNOT_TELL


async def test_an_equal_text_this_worker_has_had_confirmed_is_not_taken_for_the_next(line: Line) -> None:
    transport = line.transport()
    first = await transport.send(line.posting(ref="r-1"))
    line.fails("accept_then_500")
    second = line.posting(ref="r-2")
    with pytest.raises(Unconfirmed):
        await transport.send(second)
    found = await transport.look_up(second)
    assert found == line.twin.taken()[1].sid != first
    line.fails("down")
    third = line.posting(ref="r-3")
    with pytest.raises(Unconfirmed):
        await transport.send(third)
    assert await transport.look_up(third) is Settled.ABSENT


async def test_a_trial_accounts_preface_and_lost_spaces_do_not_hide_it(line: Line) -> None:
    posting = line.posting("Yes.\u00a0 \nGo on: https://x.example.com/c/1 ")
    sid = line.stood_before("Sent from your Twilio trial account - Yes.  \nGo on: https://x.example.com/c/1", before=timedelta())
    assert await line.transport().look_up(posting) == sid


async def test_it_is_found_behind_a_page_of_others(line: Line) -> None:
    posting = line.posting()
    sid = line.stood_before(REPLY, before=timedelta())
    for place in range(PAGE_SIZE + 20):
        line.stood_before(f"Later {place}", before=timedelta(seconds=-place))
    assert await line.transport().look_up(posting) == sid


async def test_a_list_that_fails_is_asked_again_later(line: Line) -> None:
    line.fails("list_down")
    with pytest.raises(Refused) as refused:
        await line.transport().look_up(line.posting())
    assert not refused.value.for_good
    with pytest.raises(Refused):
        await line.transport(url="http://127.0.0.1:9").look_up(line.posting())


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> TwilioTransport:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return TwilioTransport(http, "https://api.twilio.com", SETTINGS, TOKEN, "")


async def test_a_list_that_may_never_be_read_settles_nothing() -> None:
    now = datetime.now(UTC)
    posting = Posting(ref="r", out=Outbound(to=ANA, text="x"), sending_at=now, expires_at=now)
    forbidden = answering(lambda request: httpx.Response(403, json={"code": 20403}))
    assert await forbidden.look_up(posting) is Settled.CANNOT_TELL
    busy = answering(lambda request: httpx.Response(429, json={"code": 20429}, headers={"retry-after": "3"}))
    with pytest.raises(Refused) as refused:
        await busy.look_up(posting)
    assert refused.value.after == timedelta(seconds=3)


async def test_no_page_of_another_host_is_read_and_endless_pages_end() -> None:
    now = datetime.now(UTC)
    posting = Posting(ref="r", out=Outbound(to=ANA, text="x"), sending_at=now, expires_at=now)
    asked: list[str] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(200, json={"messages": [], "next_page_uri": "https://evil.example.com/2010-04-01/x"})

    assert await answering(elsewhere).look_up(posting) is Settled.ABSENT
    assert asked == ["api.twilio.com"]

    def endless(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"messages": [], "next_page_uri": f"/2010-04-01/x?Page={len(asked)}"})

    assert await answering(endless).look_up(posting) is Settled.CANNOT_TELL
    assert len(asked) < 40


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"messages": 7}', b"<html>"])
async def test_a_list_that_is_none_is_asked_again_later(body: bytes) -> None:
    now = datetime.now(UTC)
    posting = Posting(ref="r", out=Outbound(to=ANA, text="x"), sending_at=now, expires_at=now)
    with pytest.raises(Refused):
        await answering(lambda request: httpx.Response(200, content=body)).look_up(posting)


async def test_clocks_that_differ_by_minutes_are_set_against_each_other() -> None:
    """Twilio's clock is three minutes behind ours: what it made just now seems to lie before the attempt."""
    now = datetime.now(UTC)
    theirs = now - timedelta(minutes=3)
    row = {
        "direction": "outbound-api",
        "to": ANA,
        "from": BRAND,
        "body": "x",
        "sid": "SM1",
        "date_created": f"{theirs:%a, %d %b %Y %H:%M:%S} +0000",
    }

    def listing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=json.dumps({"messages": [row]}), headers={"date": f"{theirs:%a, %d %b %Y %H:%M:%S} GMT"})

    posting = Posting(ref="r", out=Outbound(to=ANA, text="x"), sending_at=now, expires_at=now)
    assert await answering(listing).look_up(posting) == "SM1"


# Reconciling


async def test_what_came_in_while_we_were_away_is_listed_once_and_in_order(line: Line) -> None:
    line.twin.webhooks.lose = True
    start = line.now[0]
    await line.twin.write(ANA, "long before")
    line.now[0] = start + timedelta(hours=2)
    first = await line.twin.write(ANA, "Where is my order?")
    line.now[0] += timedelta(seconds=5)
    second = await line.twin.write("+12025550124", "", media=("image/png", "text/vcard"))
    await line.transport().send(line.posting())
    await line.twin.write("72345", "Win a prize")
    found = await inbound_since(line.http, line.url, SETTINGS, TOKEN, start + timedelta(hours=2) + OVERLAP / 2)
    assert [(one.id, one.contact, one.text, one.media) for one in found] == [
        (first.id, ANA, "Where is my order?", ()),
        (second.id, "+12025550124", "", ("image", "contacts")),
    ]
    assert all(one.at is not None and one.at.tzinfo is not None for one in found)


async def test_five_hundred_texts_of_four_hours_are_all_found(line: Line) -> None:
    line.twin.webhooks.lose = True
    sent = []
    for place in range(500):
        line.now[0] += timedelta(seconds=28)
        sent.append((await line.twin.write(f"+1202555{place:04d}", f"{place}")).id)
    found = await inbound_since(line.http, line.url, SETTINGS, TOKEN, line.now[0] - timedelta(hours=4))
    assert [one.id for one in found] == sent


async def test_a_reconciliation_that_cannot_ask_says_so(line: Line) -> None:
    line.fails("list_down")
    with pytest.raises(Refused):
        await inbound_since(line.http, line.url, SETTINGS, TOKEN, line.now[0])
    with pytest.raises(Refused):
        await inbound_since(line.http, line.url, SETTINGS, "wrong", line.now[0])


async def test_the_account_and_the_reference_cannot_bend_the_address() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"sid": "SM1"})

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    settings = SmsSettings(number=BRAND, account="AC/../x?y")
    transport = TwilioTransport(http, "https://api.twilio.com", settings, TOKEN, "https://shop.example.com/status?a=1")
    now = datetime.now(UTC)
    await transport.send(Posting(ref="r&1", out=Outbound(to=ANA, text="x"), sending_at=now, expires_at=now + timedelta(minutes=1)))
    assert seen[0].url.raw_path == b"/2010-04-01/Accounts/AC%2F..%2Fx%3Fy/Messages.json"
    sent = dict(parse_qsl(seen[0].content.decode()))
    assert dict(parse_qsl(urlsplit(sent["StatusCallback"]).query)) == {"a": "1", "ref": "r&1"}
    assert sent["SmartEncoded"] == "false"

"""A message leaves once: what is said of it afterwards is true, whatever became of the connection."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from channels.message import Outbound, Receipt, Template
from channels.transport import Posting, Refused, Settled, Unconfirmed
from channels.whatsapp.receive import is_signed, parse
from channels.whatsapp.send import MetaTransport
from demo.phones.meta import Business, Fault, FaultKind, MetaTwin
from demo.phones.state import Phones
from knowledge.brand import WhatsAppSettings
from tests.demo.served import served

ANA = "+12025550123"
SETTINGS = WhatsAppSettings(phone_number_id="100000000000100", number="+12025550101")
START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
LATER = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass
class Line:
    """A brand's way out, Meta at its other end, and the webhook Meta tells of statuses."""

    twin: MetaTwin
    transport: MetaTransport
    http: httpx.AsyncClient
    url: str
    receipts: list[Receipt]
    now: list[datetime]

    def posting(self, out: Outbound, ref: str = "r-1") -> Posting:
        return Posting(ref=ref, out=out, sending_at=START, expires_at=LATER)

    async def send(self, out: Outbound, ref: str = "r-1") -> str:
        return await self.transport.send(self.posting(out, ref))

    @property
    def taken(self) -> list[Any]:
        return [bubble for bubble in self.twin.phones.thread(ANA, "whatsapp") if not bubble.mine]


@asynccontextmanager
async def _line(token: str = "token") -> AsyncIterator[Line]:
    receipts: list[Receipt] = []
    now = [START]
    app = FastAPI(openapi_url=None)

    @app.post("/webhooks/whatsapp/northbay")
    async def webhook(request: Request) -> Response:
        raw = await request.body()
        assert is_signed(raw, request.headers["x-hub-signature-256"], "secret")
        receipts.extend(item.content for item in parse(raw) if isinstance(item.content, Receipt))
        return Response()

    held: list[MetaTwin] = []
    async with served(app) as url, httpx.AsyncClient(trust_env=False) as http:
        business = Business(
            phone_number_id=SETTINGS.phone_number_id,
            number=SETTINGS.number,
            webhook_url=f"{url}/webhooks/whatsapp/northbay",
            access_token="token",
            app_secret="secret",
            verify_token="word",
            templates={("update", "en"): "News of your order: {{1}}"},
        )
        twin = MetaTwin(Phones(now=lambda: now[0]), business, pace=0, backoff=())
        held.append(twin)
        app.include_router(twin.router())
        twin.opened[ANA] = START
        transport = MetaTransport(http, f"{url}/v23.0", SETTINGS, token, timeout=timedelta(seconds=5))
        yield Line(twin, transport, http, url, receipts, now)
        await twin.stop()


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with _line() as made:
        yield made


TEXT = Outbound(to=ANA, text="Yes, until 15:05 👍")


# What is sent


async def test_words_arrive_as_they_were_and_their_status_brings_the_reference_back(line: Line) -> None:
    wamid = await line.send(TEXT, ref="r-7")
    await line.twin.settle()
    assert [(bubble.id, bubble.text, bubble.state) for bubble in line.taken] == [(wamid, TEXT.text, "delivered")]
    assert [(receipt.provider_ref, receipt.ref, receipt.state) for receipt in line.receipts] == [
        (wamid, "r-7", "sent"),
        (wamid, "r-7", "delivered"),
    ]


async def test_three_choices_are_buttons_and_four_a_list_that_opens_in_the_shoppers_language(line: Line) -> None:
    await line.send(Outbound(to=ANA, text="Which?", buttons=(("a", "One"), ("b", "Two"), ("c", "Three"))))
    await line.send(Outbound(to=ANA, text="Which?", buttons=tuple((str(n), f"Order {n}") for n in range(4)), locale="fr"))
    assert [(bubble.kind, len(bubble.buttons), bubble.opener) for bubble in line.taken] == [("button", 3, ""), ("list", 4, "Choisir")]


async def test_a_link_is_a_button_of_its_own(line: Line) -> None:
    await line.send(Outbound(to=ANA, text="You can change it.", link=("Review changes", "https://go.example.com/c/1")))
    assert [(bubble.kind, bubble.link) for bubble in line.taken] == [("cta_url", ("Review changes", "https://go.example.com/c/1"))]


async def test_an_approved_template_goes_out_when_the_window_is_closed(line: Line) -> None:
    line.now[0] = START + timedelta(hours=25)
    template = Template(name="update", locale="en_US", values=("it is\non its   way",))
    await line.send(replace(TEXT, template=template))
    assert [(bubble.kind, bubble.text) for bubble in line.taken] == [("template", "News of your order: it is on its way")]


# What is refused


async def test_free_words_after_24_hours_are_refused_for_good(line: Line) -> None:
    line.now[0] = START + timedelta(hours=24)
    with pytest.raises(Refused) as refused:
        await line.send(TEXT)
    assert (refused.value.code, refused.value.for_good) == ("131047", True)
    assert line.taken == []


async def test_a_number_without_whatsapp_is_refused_for_good(line: Line) -> None:
    line.twin.absent.add(ANA)
    with pytest.raises(Refused) as refused:
        await line.send(TEXT)
    assert (refused.value.code, refused.value.for_good) == ("131026", True)


@pytest.mark.parametrize(("kind", "code"), [("throughput", "130429"), ("account_rate", "80007"), ("token", "190")])
async def test_a_rate_limit_and_a_token_that_ran_out_are_tried_again_later(line: Line, kind: FaultKind, code: str) -> None:
    line.twin.faults.append(Fault(kind=kind))
    with pytest.raises(Refused) as refused:
        await line.send(TEXT)
    assert (refused.value.code, refused.value.for_good) == (code, False)
    assert refused.value.after is not None
    assert refused.value.after >= timedelta(seconds=1)
    assert line.taken == []


async def test_a_wrong_token_is_not_the_messages_fault() -> None:
    async with _line(token="another") as line:
        with pytest.raises(Refused) as refused:
            await line.send(TEXT)
        assert (refused.value.code, refused.value.for_good) == ("190", False)


@pytest.mark.parametrize(
    "out",
    [
        Outbound(to=ANA, text=""),
        Outbound(to=ANA, text="x" * 4097),
        Outbound(to=ANA, text="?", buttons=(("a", "Same"), ("b", "Same"))),
        Outbound(to=ANA, text="?", buttons=tuple((str(n), str(n)) for n in range(11))),
        Outbound(to=ANA, text="?", link=("A label of more than twenty", "https://example.com")),
        Outbound(to="+0", text="?"),
        Outbound(to=ANA, text="?", template=Template(name="never approved", locale="en")),
        Outbound(to=ANA, text="?", template=Template(name="update", locale="en", values=("a", "b"))),
    ],
)
async def test_what_meta_never_takes_is_refused_for_good(line: Line, out: Outbound) -> None:
    with pytest.raises(Refused) as refused:
        await line.send(out)
    assert refused.value.for_good
    assert line.taken == []


# What nobody can tell


@pytest.mark.parametrize("kind", ["accept_then_500", "accept_then_reset"])
async def test_a_message_that_was_taken_and_then_failed_is_unconfirmed_until_its_status_names_it(line: Line, kind: FaultKind) -> None:
    line.twin.faults.append(Fault(kind=kind))
    with pytest.raises(Unconfirmed):
        await line.send(TEXT, ref="r-9")
    assert await line.transport.look_up(line.posting(TEXT, "r-9")) is Settled.CANNOT_TELL
    await line.twin.settle()
    assert [(receipt.ref, receipt.provider_ref) for receipt in line.receipts][:1] == [("r-9", line.taken[0].id)]


async def test_a_500_that_took_nothing_is_unconfirmed_too_for_nobody_can_see_the_difference(line: Line) -> None:
    line.twin.faults.append(Fault(kind="http_500"))
    with pytest.raises(Unconfirmed):
        await line.send(TEXT)
    assert line.taken == []


@pytest.mark.parametrize("kind", ["accept_then_hang", "late"])
async def test_silence_is_unconfirmed_and_may_land_after_the_caller_has_gone(line: Line, kind: FaultKind) -> None:
    line.twin.faults.append(Fault(kind=kind, seconds=0.3))
    hasty = MetaTransport(line.http, f"{line.url}/v23.0", SETTINGS, "token", timeout=timedelta(seconds=0.15))
    with pytest.raises(Unconfirmed):
        await hasty.send(line.posting(TEXT))
    for _ in range(500):
        if line.taken:
            break
        await asyncio.sleep(0.01)
    assert len(line.taken) == 1
    assert hasty.horizon >= hasty.timeout + timedelta(seconds=60)


@pytest.mark.parametrize(
    "answer", [Response(), Response("{}"), Response('{"messages":[]}'), Response(status_code=302, headers={"Location": "/"})]
)
async def test_an_answer_without_an_id_confirms_nothing(answer: Response) -> None:
    app = FastAPI(openapi_url=None)

    @app.post("/v23.0/{number}/messages")
    async def messages(number: str) -> Response:
        return answer

    async with served(app) as url, httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(Unconfirmed):
            await MetaTransport(http, f"{url}/v23.0", SETTINGS, "token").send(_posting())


@pytest.mark.parametrize(
    ("answer", "for_good"),
    [
        (Response(status_code=429, headers={"Retry-After": "7"}), False),
        (Response(status_code=403), False),
        (Response("<html>", status_code=404), True),
        (Response('{"error":{"code":200}}', status_code=403), False),
        (Response('{"error":{"code":"no number"}}', status_code=400), True),
    ],
)
async def test_a_refusal_in_other_words_is_still_a_refusal(answer: Response, for_good: bool) -> None:
    app = FastAPI(openapi_url=None)

    @app.post("/v23.0/{number}/messages")
    async def messages(number: str) -> Response:
        return answer

    async with served(app) as url, httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(Refused) as refused:
            await MetaTransport(http, f"{url}/v23.0", SETTINGS, "token").send(_posting())
    assert refused.value.for_good is for_good
    if answer.headers.get("retry-after"):
        assert refused.value.after == timedelta(seconds=7)


# The deadline


def _posting() -> Posting:
    return Posting(ref="r-1", out=TEXT, sending_at=START, expires_at=LATER)


def clock(*, true_for: int) -> Iterator[datetime]:
    """In time for so many looks at it, and past the deadline ever after."""
    return chain(repeat(START, true_for), repeat(START + timedelta(hours=1)))


@pytest.mark.parametrize("looks", [0, 1, 2])
async def test_a_worker_that_was_frozen_before_the_bytes_were_written_sends_nothing(line: Line, looks: int) -> None:
    """It wakes before the request, before its first line, or before its body: Meta takes none of the three."""
    times = clock(true_for=looks)
    late = MetaTransport(line.http, f"{line.url}/v23.0", SETTINGS, "token", now=lambda: next(times))
    with pytest.raises(Refused) as refused:
        await late.send(replace(line.posting(TEXT), expires_at=START + timedelta(seconds=10)))
    assert not refused.value.for_good
    await line.twin.settle()
    assert line.taken == []
    assert await line.send(TEXT), "the connection pool still works afterwards"


async def test_a_deadline_is_watched_on_a_connection_that_is_already_open(line: Line) -> None:
    await line.send(TEXT)
    times = clock(true_for=1)
    late = MetaTransport(line.http, f"{line.url}/v23.0", SETTINGS, "token", now=lambda: next(times))
    with pytest.raises(Refused):
        await late.send(replace(line.posting(TEXT), expires_at=START + timedelta(seconds=10)))
    assert len(line.taken) == 1


async def test_nobody_at_the_other_end_means_nothing_was_sent(line: Line) -> None:
    async with served(FastAPI()) as gone:
        pass
    with pytest.raises(Refused) as refused:
        await MetaTransport(line.http, gone, SETTINGS, "token").send(_posting())
    assert not refused.value.for_good


async def test_no_redirect_carries_the_token_elsewhere() -> None:
    asked: list[str] = []
    app = FastAPI(openapi_url=None)

    @app.post("/{path:path}")
    async def anything(path: str) -> Response:
        asked.append(path)
        return Response(status_code=307, headers={"Location": "/elsewhere"})

    async with served(app) as url, httpx.AsyncClient(trust_env=False, follow_redirects=True) as http:
        with pytest.raises(Unconfirmed):
            await MetaTransport(http, url, SETTINGS, "token").send(_posting())
    assert asked == ["100000000000100/messages"]

"""Down for hours: whatever its sender does not repeat is asked for, found once, and answered once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from demo.mailbox.imap import Box, imap_server
from demo.phones.state import Phones
from demo.phones.twilio import TwilioTwin, Webhooks
from knowledge.brand import BrandId
from server.engine.engine import Timing
from server.services.intake import Intake
from server.services.reconciling import EVERY, TWILIO, Reconciling, pause_after
from server.services.work import Work
from server.store import cursors
from server.store.jobs import Job
from tests.server.post_office import ACCOUNT, NUMBER, ORIGIN, SECRETS, PostOffice, post_office

BURSTS = Timing(debounce=timedelta(seconds=0.2), sweep=timedelta(seconds=0.05))


class Twilio:
    """The twin, its clock, and the house that could not be reached meanwhile."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.twin = TwilioTwin(
            Phones(lambda: self.now),
            number=NUMBER,
            account=ACCOUNT,
            auth_token=SECRETS["twilio_auth_token"],
            inbound_url=f"{ORIGIN}/webhooks/sms/northbay",
            wall=lambda: self.now,
        )
        self.twin.webhooks = Webhooks(lose=True)
        self.app = FastAPI()
        self.app.include_router(self.twin.router())

    async def write(self, phone: str, said: str, ago: timedelta) -> None:
        self.now = datetime.now(UTC) - ago
        await self.twin.write(phone, said)
        self.now = datetime.now(UTC)


@pytest_asyncio.fixture
async def twilio() -> AsyncIterator[Twilio]:
    made = Twilio()
    yield made
    await made.twin.stop()


@pytest_asyncio.fixture
async def office(tmp_path: Path, twilio: Twilio) -> AsyncIterator[PostOffice]:
    async with post_office(tmp_path, timing=BURSTS, outside=httpx.ASGITransport(twilio.app)) as open_office:
        yield open_office


def reconciling(office: PostOffice) -> Reconciling:
    return Reconciling(office.stage.house, Intake(office.stage.house))


async def read_up_to(office: PostOffice, ago: timedelta) -> None:
    async with office.stage.house.database.writing() as tx:
        at = (office.stage.house.database.wall() - ago).isoformat()
        await cursors.keep(tx, office.home.brand, TWILIO, at, office.stage.clock.now())


async def test_after_four_hours_down_everything_is_found_and_each_conversation_gets_one_answer(office: PostOffice, twilio: Twilio) -> None:
    await read_up_to(office, timedelta(hours=4))
    phones = [f"+120255501{n:02d}" for n in range(10)]
    for hour in (3, 2, 1):
        for phone in phones:
            await twilio.write(phone, f"{hour} hours ago", timedelta(hours=hour))
    assert await reconciling(office).texts(office.home) == 30
    await office.settle()
    assert await office.count("SELECT count(*) FROM inbox WHERE provider = 'sms'") == 30
    assert sorted(one.to for one in office.sms.out) == phones
    assert set(office.sms.texts) == {"L1: 3 hours ago | 2 hours ago | 1 hours ago"}


async def test_what_a_webhook_brought_is_not_found_again(office: PostOffice, twilio: Twilio) -> None:
    await read_up_to(office, timedelta(hours=1))
    await twilio.write("+12025550123", "hello", timedelta(minutes=2))
    [message] = [delivered.sid for delivered in twilio.twin.api.messages.values()]
    await office.text("hello", message=message)
    assert await reconciling(office).texts(office.home) == 0
    await office.settle()
    assert office.sms.texts == ["L1: hello"]


async def test_the_next_round_begins_where_the_last_one_ended_and_looks_a_little_behind(office: PostOffice, twilio: Twilio) -> None:
    await read_up_to(office, timedelta(hours=1))
    assert await reconciling(office).texts(office.home) == 0
    await twilio.write("+12025550123", "listed late", timedelta(minutes=5))
    assert await reconciling(office).texts(office.home) == 1
    assert await reconciling(office).texts(office.home) == 0


async def test_the_first_round_of_a_new_channel_answers_nothing_old(office: PostOffice, twilio: Twilio) -> None:
    await twilio.write("+12025550123", "yesterday", timedelta(days=1))
    assert await reconciling(office).texts(office.home) == 0


async def test_a_round_that_fails_moves_no_cursor_and_the_next_one_is_planned(office: PostOffice, twilio: Twilio) -> None:
    await read_up_to(office, timedelta(hours=1))
    before = await office.rows("SELECT value FROM cursors")
    home = office.home
    office.stage.house.residences[home.brand.id] = replace(home, secrets={**SECRETS, "twilio_auth_token": "wrong"})
    job = Job(brand=home.brand.id, id="j1", kind="reconcile_sms", key="k", payload={}, attempts=0)
    await reconciling(office).run(job)
    assert await office.rows("SELECT value FROM cursors") == before
    assert await office.count("SELECT count(*) FROM jobs WHERE kind = 'reconcile_sms' AND state = 'waiting'") == 1


@pytest.mark.parametrize(
    ("kind", "pauses"),
    [
        ("reconcile_mail", [30, 60, 120, 240, 300, 300]),
        ("reconcile_sms", [300, 300, 300, 300, 300, 300]),
        ("reconcile_webhooks", [3600, 3600, 3600, 3600, 3600, 3600]),
    ],
)
def test_a_provider_that_fails_is_asked_less_often_and_never_less_than_every_five_minutes(kind: str, pauses: list[int]) -> None:
    assert [pause_after(kind, failed).total_seconds() for failed in range(6)] == pauses
    assert pause_after(kind, 10_000) == pause_after(kind, 9)


@asynccontextmanager
async def silent_host() -> AsyncIterator[int]:
    """A mail host that takes the connection and says nothing, ever."""
    taken: list[asyncio.StreamWriter] = []

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for writer in taken:
        writer.transport.abort()


def read_by_imap(office: PostOffice, port: int) -> None:
    home = office.home
    assert home.brand.mail is not None
    mail = replace(home.brand.mail, imap_host="127.0.0.1", imap_port=port, imap_tls=False, imap_user="hello", imap_folder="INBOX")
    office.change(mail=mail)
    office.stage.house.residences[home.brand.id] = replace(office.home, secrets={**SECRETS, "imap_password": "demo-imap-password"})


def mail_round(failed: int = 0) -> Job:
    payload = {"failed": failed} if failed else {}
    return Job(brand=BrandId("northbay"), id="j1", kind="reconcile_mail", key="k", payload=payload, attempts=0)


async def test_a_mail_host_that_says_nothing_is_left_in_time_and_asked_less_often_until_it_answers(office: PostOffice) -> None:
    rounds = Reconciling(office.stage.house, Intake(office.stage.house), look=timedelta(seconds=0.2))
    waiting = "SELECT payload, run_at FROM jobs WHERE kind = 'reconcile_mail' AND state = 'waiting' ORDER BY run_at DESC LIMIT 1"
    begun = int(office.stage.clock.now().timestamp() * 1_000_000)
    async with silent_host() as port:
        read_by_imap(office, port)
        await rounds.run(mail_round(failed=2))
        [(payload, run_at)] = await office.rows(waiting)
        assert payload == '{"failed": 3}'
        assert timedelta(seconds=30) < timedelta(microseconds=run_at - begun) <= timedelta(seconds=240)
    box = Box()
    async with imap_server(box) as port:
        read_by_imap(office, port)
        await rounds.run(mail_round())
        message = EmailMessage()
        message["From"], message["To"], message["Message-ID"] = "ana.torres@example.com", "help@northbay.example.com", "<m1@example.com>"
        message.set_content("hello")
        box.append(message.as_bytes())
        assert await rounds.mail(office.home) == 1
    assert "{}" in [row[0] for row in await office.rows("SELECT payload FROM jobs WHERE kind = 'reconcile_mail' AND state = 'waiting'")]


async def test_however_many_processes_plan_a_round_it_is_there_once(office: PostOffice) -> None:
    house = office.stage.house
    from server.services.chat import Chat
    from server.services.codes import Codes

    for _ in range(3):
        await Work(house, Chat(house), Codes(house)).plan()
    rows = [row[0] for row in await office.rows("SELECT kind FROM jobs WHERE kind LIKE 'reconcile%'")]
    assert sorted(rows) == ["reconcile_sms", "reconcile_webhooks"]
    office.stage.clock.advance(EVERY["reconcile_sms"])
    await office.settle()
    waiting = await office.rows("SELECT kind FROM jobs WHERE kind LIKE 'reconcile%' AND state = 'waiting'")
    assert sorted(row[0] for row in waiting) == ["reconcile_sms", "reconcile_webhooks"]

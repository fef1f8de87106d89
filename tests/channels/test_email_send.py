"""A mail on its way out, against a real SMTP host on loopback: what it bears, and what may be said of it when something goes wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.letter import letter
from channels.email.send import SmtpServer, SmtpTransport
from channels.message import MailHeaders, Outbound
from channels.transport import Posting, Refused, Settled, Transport, Unconfirmed
from demo.mailbox.app import smtp_server
from demo.mailbox.letters import Fault, FaultKind, Letters

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
HEADERS = MailHeaders(message_id="<ours@northbay.example.com>", references=("<1@x>", "<2@x>"), subject="Re: Order #1042")
ANSWER = Outbound(
    to="ana.torres@example.com", subject="Re: Order #1042", text="It can.\n", html="<p>It can.</p>", mail=HEADERS, locale="fr"
)


def posting(out: Outbound = ANSWER, ref: str = "r-1", life: timedelta = timedelta(seconds=30)) -> Posting:
    return Posting(ref=ref, out=out, sending_at=NOON, expires_at=NOON + life)


@asynccontextmanager
async def post_office(
    *faults: Fault, now: Callable[[], datetime] = lambda: NOON, timeout: timedelta = timedelta(seconds=10)
) -> AsyncIterator[tuple[Letters, SmtpTransport]]:
    letters = Letters(faults=list(faults))
    async with smtp_server(letters) as port:
        server = SmtpServer(host="127.0.0.1", port=port, timeout=timeout)
        yield letters, SmtpTransport(server, "hello@northbay.example.com", "Northbay", now=now)


def as_sent(out: Outbound, **how: str) -> EmailMessage:
    given = {"ref": "r-1", "sender": "hello@northbay.example.com", "sender_name": "Northbay"} | how
    raw = letter(out, at=NOON, **given).as_bytes(policy=policy.SMTP)
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


# What it bears


async def test_an_answer_leaves_once_with_its_thread_and_the_marks_of_a_machine() -> None:
    async with post_office() as (letters, transport):
        taken = await transport.send(posting())
    (got,) = letters.kept
    assert taken == "<ours@northbay.example.com>"
    assert got.to == ("ana.torres@example.com",)
    assert {name: got.header(name) for name in ("From", "To", "Subject", "Message-ID", "In-Reply-To", "References")} == {
        "From": "Northbay <hello@northbay.example.com>",
        "To": "ana.torres@example.com",
        "Subject": "Re: Order #1042",
        "Message-ID": "<ours@northbay.example.com>",
        "In-Reply-To": "<2@x>",
        "References": "<1@x> <2@x>",
    }
    assert (got.header("Auto-Submitted"), got.header("X-AI-Generated"), got.header("Content-Language")) == ("auto-replied", "true", "fr")
    assert (got.text.strip(), (got.html or "").strip()) == ("It can.", "<p>It can.</p>")


def test_a_code_is_no_answer_and_not_generated_by_the_assistant() -> None:
    mail = as_sent(Outbound(to="ana.torres@example.com", subject="Your code", text="123456", ai=False))
    assert (mail["Auto-Submitted"], mail["X-AI-Generated"], mail["In-Reply-To"]) == ("auto-generated", None, None)
    assert mail.get_content_type() == "text/plain"


def test_every_try_at_a_mail_has_the_same_id_and_every_mail_its_own() -> None:
    bare = Outbound(to="ana.torres@example.com", subject="Your code", text="123456")
    ids = [str(as_sent(bare, ref=ref)["Message-ID"]) for ref in ("c-1", "c-1", "c-2")]
    assert ids[0] == ids[1] != ids[2]
    assert all(each.endswith("@northbay.example.com>") for each in ids)


@pytest.mark.parametrize(
    "to", ["", "a", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", "Ana <a@b.example>", "a@b.example c@d.example"]
)
async def test_a_mail_goes_to_exactly_one_address_or_not_at_all(to: str) -> None:
    async with post_office() as (letters, transport):
        with pytest.raises(Refused) as refused:
            await transport.send(posting(Outbound(to=to, subject="x", text="x")))
    assert refused.value.for_good
    assert letters.kept == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40).filter(lambda text: "\r" not in text))
def test_no_words_of_a_stranger_become_a_header(subject: str, name: str, text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    mail = as_sent(
        Outbound(to="a@b.example", subject=f"{subject}\r\nBcc: c@d.example".encode("utf-8", "replace").decode(), text=clean),
        sender_name=name.encode("utf-8", "replace").decode(),
    )
    assert mail["Bcc"] is None
    assert mail["To"] == "a@b.example"
    assert mail["From"].addresses[0].addr_spec == "hello@northbay.example.com"


async def test_japanese_and_long_lines_and_lone_dots_arrive_as_written() -> None:
    text = "ご注文は変更できます。\n.\n..\n" + "長い" * 800 + "\nend\n"
    async with post_office() as (letters, transport):
        await transport.send(posting(Outbound(to="yui.sato@example.com", subject="ご注文 #1042", text=text)))
    assert letters.kept[0].text.replace("\r\n", "\n") == text
    assert letters.kept[0].subject == "ご注文 #1042"


async def test_an_address_beyond_ascii_is_written_to_as_it_is() -> None:
    async with post_office() as (letters, transport):
        await transport.send(posting(Outbound(to="añа@example.com", subject="x", text="x")))
    assert letters.kept[0].to == ("añа@example.com",)


# What goes wrong


@pytest.mark.parametrize(
    ("kind", "code", "for_good"), [("rcpt", 450, False), ("rcpt", 550, True), ("data", 451, False), ("data", 554, True)]
)
async def test_a_no_of_the_host_is_believed(kind: FaultKind, code: int, for_good: bool) -> None:
    async with post_office(Fault(kind=kind, code=code)) as (letters, transport):
        with pytest.raises(Refused) as refused:
            await transport.send(posting())
        assert (refused.value.for_good, refused.value.code) == (for_good, str(code))
        assert letters.kept == []
        await transport.send(posting())
    assert len(letters.kept) == 1


@pytest.mark.parametrize(("kind", "kept"), [("drop", 1), ("lose", 0)])
async def test_a_line_cut_after_the_mail_was_written_confirms_nothing(kind: FaultKind, kept: int) -> None:
    async with post_office(Fault(kind=kind)) as (letters, transport):
        with pytest.raises(Unconfirmed):
            await transport.send(posting())
        assert len(letters.kept) == kept
        assert await transport.look_up(posting()) is Settled.ABSENT
        await transport.send(posting())
    assert {each.id for each in letters.kept} == {"<ours@northbay.example.com>"}


async def test_an_answer_that_does_not_come_in_time_confirms_nothing() -> None:
    async with post_office(Fault(kind="delay", seconds=1.0), timeout=timedelta(seconds=0.3)) as (_, transport):
        with pytest.raises(Unconfirmed):
            await transport.send(posting())


async def test_a_host_that_is_not_there_took_nothing() -> None:
    async with post_office() as (_, transport):
        pass
    with pytest.raises(Refused) as refused:
        await transport.send(posting())
    assert not refused.value.for_good


@pytest.mark.parametrize("looks", [0, 1])
async def test_a_worker_that_slept_past_the_deadline_sends_nothing(looks: int) -> None:
    """Asked twice: before DATA, and when the host has said go ahead."""
    times = iter([NOON] * looks + [NOON + timedelta(seconds=30)])
    async with post_office(now=lambda: next(times)) as (letters, transport):
        with pytest.raises(Refused, match="its time was over"):
            await transport.send(posting())
        await asyncio.sleep(0.05)
    assert letters.kept == []


async def test_a_mail_host_is_a_transport_with_a_minute_beyond_its_own_patience() -> None:
    async with post_office() as (_, transport):
        known: Transport = transport
        assert known.horizon >= known.timeout + timedelta(seconds=60)

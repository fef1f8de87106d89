"""The demo's mail host: what the app sends can be read, and what shoppers write reaches it as from a real mail host."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import aiosmtplib
import httpx
import pytest
from fastapi import FastAPI, Request, Response

from channels.email.receive import is_signed, parse
from channels.message import Received
from demo.mailbox.app import make_app, smtp_server
from demo.mailbox.host import NAME, SECRET, MailHost
from demo.mailbox.letters import Letters
from demo.mailbox.writing import Writer

SHOP = "hello@northbay.example.com"
ANA = "ana.torres@example.com"
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


@dataclass(slots=True)
class Shop:
    """An app that takes signed mail, as the real one does at its door."""

    taken: list[Received] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    refuses: int = 0

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/webhooks/email/northbay")
        async def inbound(request: Request) -> Response:
            raw, headers = await request.body(), request.headers
            if not is_signed(raw, headers.get("x-deskbell-timestamp"), headers.get("x-deskbell-signature"), SECRET, datetime.now(UTC)):
                return Response(status_code=401)
            if self.refuses:
                self.refuses -= 1
                return Response(status_code=503)
            self.raw.append(raw)
            self.taken.append(parse(raw, own=(SHOP,), authserv_id=NAME))
            return Response(status_code=200)

        return app


@asynccontextmanager
async def town() -> AsyncIterator[tuple[MailHost, Shop, httpx.AsyncClient]]:
    shop, letters = Shop(), Letters()
    to_shop = httpx.AsyncClient(transport=httpx.ASGITransport(shop.app()))
    host = MailHost(
        letters=letters,
        address=SHOP,
        webhook="http://app.test/webhooks/email/northbay",
        people=[Writer(address=ANA, name="Ana Torres")],
        now=lambda: NOON,
        http=to_shop,
        pauses_s=(0.0, 0.0),
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app(letters, host)), base_url="http://mail.test") as http:
        yield host, shop, http
    await host.stop()


def an_answer(to: str = ANA, number: int = 1) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SHOP, to, "Re: Order #1042"
    message["Message-ID"], message["References"] = f"<answer-{number}@northbay.example.com>", "<first@example.com>"
    message.set_content("It can be changed until 15:05.\nHere: https://go.example.com/c/a")
    return message.as_bytes(policy=policy.SMTP)


async def test_a_letter_sent_by_smtp_is_shown() -> None:
    letters = Letters()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "hub@northbay.example.com", "ana.torres@example.com", "Votre code : été"
    message.set_content("123456\n日本語もそのまま")
    async with smtp_server(letters) as port:
        await aiosmtplib.send(message, hostname="127.0.0.1", port=port)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app(letters)), base_url="http://mail.test") as http:
        found = (await http.get("/messages", params={"to": "Ana.Torres@example.com"})).json()["messages"]
        none = (await http.get("/messages", params={"to": "yui.sato@example.com"})).json()["messages"]
        page = (await http.get("/")).text + (await http.get("/page/mailbox.js")).text
        gone = (await http.get("/page/..%2fapp.py")).status_code
    assert [letter["subject"] for letter in found] == ["Votre code : été"]
    assert "日本語もそのまま" in found[0]["text"]
    assert none == []
    assert "innerHTML" not in page
    assert gone == 404


async def test_what_a_shopper_writes_reaches_the_shop_signed_and_with_the_hosts_findings() -> None:
    async with town() as (_, shop, http):
        sent = (await http.post("/compose", json={"sender": ANA, "subject": "Cancel order #1042", "text": "please"})).json()
    (received,) = shop.taken
    assert (received.contact, received.text, received.aligned) == (ANA, "Cancel order #1042\n\nplease", True)
    assert received.at is not None
    assert sent["at"] == NOON.isoformat()  # the page shows the demo's time, the mail bears the host's
    assert received.mail is not None
    assert (received.mail.message_id, sent["acknowledged"]) == (sent["id"], True)


async def test_a_reply_keeps_its_thread_and_quotes_what_it_answers() -> None:
    async with town() as (host, shop, _):
        letter = host.letters.take(an_answer(), (ANA,), SHOP)
        await host.compose(ANA, SHOP, "", "Size L, please.", letter.id)
        (received,) = shop.taken
    assert received.mail is not None
    assert received.mail.references == ("<first@example.com>", "<answer-1@northbay.example.com>")
    assert received.mail.subject == "Re: Order #1042"
    assert b"> It can be changed until 15:05." in shop.raw[0]
    assert b"gmail_quote" in shop.raw[0]
    assert received.text == "Size L, please."
    html_only = message_from_bytes(shop.raw[0], policy=policy.default)
    assert isinstance(html_only, EmailMessage)
    html_only.set_payload([part for part in html_only.iter_parts() if part.get_content_type() == "text/html"])
    assert parse(html_only.as_bytes(), own=(), authserv_id=None).text == "Size L, please."


async def test_mail_in_anothers_name_is_marked_as_such() -> None:
    async with town() as (host, shop, _):
        await host.compose(ANA, SHOP, "My orders", "where?", forged=True)
    assert [(each.contact, each.aligned) for each in shop.taken] == [(ANA, False)]


async def test_what_the_shop_does_not_take_is_tried_again_and_lies_in_its_mailbox() -> None:
    async with town() as (host, shop, http):
        shop.refuses = 2
        letter = await host.compose(ANA, SHOP, "x", "y")
        assert host.acknowledged[letter.number] is False
        await host.settle()
        assert host.acknowledged[letter.number] is True
        await http.post("/__sim/webhooks", json={"silent": True})
        await host.compose(ANA, SHOP, "x", "never handed over")
        assert len(shop.taken) == 1
        assert [each.uid for each in host.box.stored] == [1, 2]


async def test_the_same_mail_twice_has_one_key() -> None:
    async with town() as (host, shop, http):
        await http.post("/__sim/webhooks", json={"duplicates": 2})
        await host.compose(ANA, SHOP, "x", "y")
    assert len(shop.taken) == 3
    assert len({each.id for each in shop.taken}) == 1


@pytest.mark.parametrize(("manner", "why"), [("polite", "auto-submitted"), ("rude", None)])
async def test_a_holiday_robot_answers_whatever_comes(manner: str, why: str | None) -> None:
    async with town() as (host, shop, http):
        await http.post("/__sim/vacation", json={"address": ANA, "manner": manner})
        host.letters.take(an_answer(), (ANA,), SHOP)
        await host.settle()
        host.letters.take(an_answer("yui.sato@example.com", 2), ("yui.sato@example.com",), SHOP)
        await host.settle()
    assert [each.automatic for each in shop.taken] == [why]
    assert shop.taken[0].text == "I am away until Monday."


async def test_a_fault_strikes_as_often_as_asked_and_no_more() -> None:
    async with town() as (host, _, http):
        await http.post("/__sim/faults", json={"kind": "rcpt", "code": 451, "times": 2})
        async with smtp_server(host.letters) as port:
            for _ in range(2):
                with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
                    await aiosmtplib.send(an_answer(), sender=SHOP, recipients=[ANA], hostname="127.0.0.1", port=port)
            await aiosmtplib.send(an_answer(), sender=SHOP, recipients=[ANA], hostname="127.0.0.1", port=port)
    assert len(host.letters.kept) == 1


async def test_both_directions_are_in_one_thread_newest_first() -> None:
    async with town() as (host, _, http):
        await host.compose(ANA, SHOP, "Cancel order #1042", "please")
        host.letters.take(an_answer(), (ANA,), SHOP)
        await host.compose("sam.stranger@example.com", SHOP, "Hello", "there")
        mine = (await http.get("/thread", params={"address": ANA})).json()["messages"]
        everybody = (await http.get("/thread")).json()["messages"]
    assert [(each["mine"], each["subject"]) for each in mine] == [(False, "Re: Order #1042"), (True, "Cancel order #1042")]
    assert len(everybody) == 3


@pytest.mark.parametrize("given", [{"sender": "x"}, {"sender": f"{ANA}\r\nBcc: x@example.com"}, {"subject": "a\r\nBcc: x@example.com"}])
async def test_nothing_but_a_mail_can_be_written(given: dict[str, str]) -> None:
    async with town() as (_, shop, http):
        answer = await http.post("/compose", json={"sender": ANA, "subject": "x", "text": "y"} | given)
        await asyncio.sleep(0)
    assert answer.status_code == 422
    assert shop.taken == []

"""Text message, WhatsApp and mail in the hands of whoever means ill: pumped, forged, poisoned, sent in circles (trust.md 7, D2 to D4)."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
import structlog
from sqlalchemy import text

from agent.effects import RequestCode
from channels.message import Channel, ConversationId, Outbound, Received
from channels.sms.send import inbound_since
from channels.transport import Posting, Refused, Settled
from knowledge.brand import BrandId, Budgets, SmsSettings
from server.engine.dispatch import Dispatcher, Go, Leave
from server.logs import configure
from server.services.cases import Cases
from server.services.code_texts import may_be_texted, may_text
from server.services.intake import Intake
from server.services.leaving import Leaving
from server.services.undelivered import Undelivered, for_a_person
from server.store import conversations, outbox, spending, tables
from server.store.outbox import Parcel
from server.store.records import plain
from shop.order import Customer
from tests.server.post_office import ACCOUNT, ANA_PHONE, BEN_PHONE, NUMBER, ORIGIN, PHONE_NUMBER_ID, SECRETS, PostOffice, post_office, sid
from tests.server.stage import NOON, Repeater

PREMIUM = "+19005550123"
POISON = ("STOP\x00", "STOP \ud83d", "stop\ufffe", "\x00", "\udfff hello", "a" * 200_000, "\u202eSTOP\u202c", "HELP\x00\x00", "+\r\n.\r\n")


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    async with post_office(tmp_path, "northbay", "southbay") as open_office:
        yield open_office


# D2: nobody runs up a bill


async def parcel_for(office: PostOffice, number: str, said: str) -> Parcel:
    """A reply to this number that has just been claimed."""
    out = Outbound(to=number, text=said, segments=1)
    return Parcel(brand=office.home.brand.id, ref=uuid4().hex, channel="sms", recipient=number, body=plain(Outbound, out), attempts=1)


async def test_senders_side_by_side_cannot_spend_a_budget_twice(office: PostOffice) -> None:
    office.change(budgets=Budgets(segments_per_contact_hour=3, segments_per_contact_day=3))
    leaving = Leaving(office.stage.house)
    parcels = [await parcel_for(office, ANA_PHONE, f"{n}") for n in range(12)]
    answers = await asyncio.gather(*(leaving.may_leave(one) for one in parcels))
    assert sum(isinstance(one, Go) for one in answers) <= 3
    async with office.stage.house.database.reading() as tx:
        assert (await spending.spent(tx, office.home.brand, "segments", contact=ANA_PHONE, now=NOON)).hour <= 3


async def test_two_hundred_prefixes_get_ten_codes_an_hour_each_and_no_number_more_than_three(office: PostOffice) -> None:
    database, brand = office.stage.house.database, office.home.brand
    numbers = [f"+1202555{n:04d}" for n in range(100, 140)] + [f"+336123{block:02d}{n:03d}" for block in range(20) for n in range(12)]

    async def ask(number: str) -> bool:
        async with database.writing() as tx:
            return await may_text(tx, brand, number, NOON)

    given = [number for number in [*numbers, *numbers[:60] * 4] if await ask(number)]
    per_prefix = [sum(one[:-4] == prefix for one in given) for prefix in {one[:-4] for one in given}]
    assert given
    assert max(per_prefix) <= 10
    assert max(given.count(one) for one in given) <= 3


async def test_asked_for_side_by_side_a_prefix_gets_no_code_more(office: PostOffice) -> None:
    database, brand = office.stage.house.database, office.home.brand

    async def ask(n: int) -> bool:
        async with database.writing() as tx:
            return await may_text(tx, brand, f"+1202555{n:04d}", NOON)

    given = await asyncio.gather(*(ask(n) for n in range(100, 130)))
    assert sum(given) == 10


async def test_who_writes_from_a_number_that_charges_is_not_answered(office: PostOffice) -> None:
    await office.text("where is my order", phone=PREMIUM)
    await office.text("STOP", phone=PREMIUM)
    await office.settle()
    assert office.sms.taken == []
    assert [tuple(row) for row in await office.rows("SELECT DISTINCT state, error FROM outbox WHERE channel = 'sms'")] == [
        ("failed", "unreachable")
    ]
    assert await office.count("SELECT count(*) FROM cases") == 0


async def test_answers_go_to_the_listed_countries_alone(office: PostOffice) -> None:
    office.change(sms=SmsSettings(number=NUMBER, account=ACCOUNT, countries=("1",)))
    await office.text("bonjour", phone=BEN_PHONE)
    await office.text("hello")
    await office.settle()
    assert [one.to for one in office.sms.out] == [ANA_PHONE]


@pytest.mark.parametrize(
    ("number", "countries", "may"),
    [
        (ANA_PHONE, (), True),
        (ANA_PHONE, ("33",), False),
        (BEN_PHONE, ("1", "33"), True),
        (PREMIUM, (), False),
        (PREMIUM, ("1",), False),
        ("+8835100123456", (), False),
        ("+979123456789", (), False),
        ("nonsense", ("1",), False),
    ],
)
def test_where_answers_may_go(number: str, countries: tuple[str, ...], may: bool) -> None:
    assert may_be_texted(number, countries) is may


async def test_out_and_in_again_all_day_long_is_not_confirmed_each_time(office: PostOffice) -> None:
    for _ in range(12):
        await office.text("STOP")
        await office.text("START")
    await office.settle()
    [(confirmed,)] = await office.rows("SELECT count(*) FROM outbox WHERE kind = 'opt_out' AND state = 'sent'")
    assert confirmed == 3


async def test_two_of_our_own_numbers_never_talk_to_each_other(office: PostOffice) -> None:
    other = "+12025550155"
    office.change("southbay", sms=SmsSettings(number=other, account=ACCOUNT))
    assert await office.text("hello", phone=other, brand="northbay") == 200
    assert await office.text("hello", phone=NUMBER, brand="southbay") == 200
    await office.settle()
    assert office.sms.taken == []
    assert await office.count("SELECT count(*) FROM inbox") == 0


# Nobody who has opted out hears more


async def test_outside_its_window_whatsapp_is_silent_to_whoever_texted_stop(office: PostOffice) -> None:
    await office.text("STOP")
    await office.chat({"text": "I ask here"})
    await office.settle()
    assert office.whatsapp.texts == ["L1: I ask here"]
    house = office.stage.house
    async with house.database.writing() as tx:
        [(id_,)] = (await tx.execute(text("SELECT id FROM conversations WHERE channel = 'whatsapp'"))).all()
        thread = await conversations.thread(tx, office.home.brand, ConversationId(id_))
        assert thread is not None
        await for_a_person(house, tx, office.home, thread, reason="wants_person", once="a test", said="please")
    [(reference,)] = await office.rows("SELECT reference FROM cases")
    office.stage.clock.advance(timedelta(hours=25))
    await Cases(house).reply(office.home, reference, author="Support", text="An offer for you.")
    await office.settle()
    assert len(office.whatsapp.taken) == 1
    assert [row[0] for row in await office.rows("SELECT error FROM outbox WHERE kind = 'staff'")] == ["opted_out"]


# One poisoned message costs no other


@pytest.mark.parametrize("said", POISON)
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP, Channel.EMAIL])
async def test_whatever_somebody_writes_it_can_be_kept(office: PostOffice, said: str, channel: Channel) -> None:
    contact = "ana.torres@example.com" if channel is Channel.EMAIL else ANA_PHONE
    one = Received(channel=channel, id=sid(1), contact=contact, text=said)
    kept = await Intake(office.stage.house).take(office.home, one)
    assert getattr(kept, "fresh", False)
    await office.settle()
    assert await office.count("SELECT count(*) FROM inbox WHERE message NOT LIKE 'u-%'") == 1


async def test_a_picture_that_was_deleted_does_not_stop_reconciliation() -> None:
    rows = [
        {"sid": sid(n, "MM"), "direction": "inbound", "from": ANA_PHONE, "to": NUMBER, "body": f"{n}", "num_media": f"{n % 2}"}
        | {"date_created": NOON.strftime("%a, %d %b %Y %H:%M:%S +0000")}
        for n in range(3)
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={"code": 20404}) if "/Media" in request.url.path else httpx.Response(200, json={"messages": rows})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        found = await inbound_since(http, "https://twilio.example", SmsSettings(number=NUMBER, account=ACCOUNT), "token", NOON)
    assert [one.text for one in found] == ["0", "1", "2"]
    assert found[1].media == ("unsupported",)


async def test_a_round_reads_no_further_back_than_it_needs() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        at = NOON - timedelta(hours=len(asked) - 1)
        row = {"sid": sid(len(asked)), "direction": "inbound", "from": ANA_PHONE, "to": NUMBER, "body": "x", "num_media": "0"}
        row |= {"date_created": at.strftime("%a, %d %b %Y %H:%M:%S +0000")}
        return httpx.Response(200, json={"messages": [row], "next_page_uri": f"/2010-04-01/next?Page={len(asked)}"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        found = await inbound_since(http, "https://twilio.example", SmsSettings(number=NUMBER, account=ACCOUNT), "token", NOON)
    assert [one.id for one in found] == [sid(1)]
    assert len(asked) == 2


# What is stuck holds up nobody else


class _Deaf:
    """A provider that answers no look-up."""

    timeout = timedelta(seconds=10)
    horizon = timedelta(seconds=70)

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def send(self, posting: Posting) -> str:
        raise AssertionError("never sent blindly")

    async def look_up(self, posting: Posting) -> str | Settled:
        self.asked.append(posting.ref)
        raise Refused("the token was revoked")


class _Hearing(_Deaf):
    async def look_up(self, posting: Posting) -> str | Settled:
        self.asked.append(posting.ref)
        return f"id-{posting.ref}"


async def left_sending(office: PostOffice, brand: str, n: int, *, ago: timedelta) -> None:
    database, home = office.stage.house.database, office.stage.house.residence(brand)
    async with database.writing() as tx:
        for number in range(n):
            body = plain(Outbound, Outbound(to=ANA_PHONE, text="x"))
            one = Parcel(brand=home.brand.id, ref=f"{brand}-{number}", channel="sms", recipient=ANA_PHONE, body=body)
            await outbox.put(tx, home.brand, one, state="ready", now=database.wall(), due_at=database.wall())
        await outbox.claim(tx, ("sms",), now=database.wall() - ago, limit=n, brand=BrandId(brand))
        await tx.execute(text("UPDATE outbox SET state = 'sending'"))
        await tx.execute(tables.outbox.update().where(tables.outbox.c.brand == brand).values(sending_at=database.wall() - ago, attempts=1))


def dispatcher_of(office: PostOffice, **transports: Any) -> Dispatcher:
    async def go(parcel: Parcel) -> Leave:
        raise AssertionError("nothing is sent here")

    async def told(parcel: Parcel, what: str) -> None:
        return None

    house = office.stage.house
    return Dispatcher(
        house.database, transports=lambda brand, _: transports.get(brand), may_leave=go, told=told, timing=house.engine.timing
    )


async def test_one_brands_revoked_token_keeps_no_other_brands_sends_unsettled(office: PostOffice) -> None:
    await left_sending(office, "northbay", 60, ago=timedelta(hours=2))
    await left_sending(office, "southbay", 1, ago=timedelta(minutes=5))
    deaf, hearing = _Deaf(), _Hearing()
    dispatcher = dispatcher_of(office, northbay=deaf, southbay=hearing)
    await dispatcher.settle_unconfirmed()
    await dispatcher.settle()
    assert hearing.asked == ["southbay-0"]
    assert 0 < len(deaf.asked) <= 8
    assert [row[0] for row in await office.rows("SELECT state FROM outbox WHERE brand = 'southbay'")] == ["sent"]


async def test_each_of_many_doubtful_sends_has_its_turn(office: PostOffice) -> None:
    await left_sending(office, "northbay", 30, ago=timedelta(hours=2))
    deaf = _Deaf()
    dispatcher = dispatcher_of(office, northbay=deaf)
    for _ in range(60):
        await dispatcher.settle_unconfirmed()
        await dispatcher.settle()
    assert len(set(deaf.asked)) == 30


async def test_a_send_stamped_before_the_clock_was_set_back_is_never_doubled_and_a_person_sees_it(office: PostOffice) -> None:
    await left_sending(office, "northbay", 1, ago=timedelta(days=-400))
    hearing = _Hearing()
    dispatcher = dispatcher_of(office, northbay=hearing)
    await dispatcher.settle_unconfirmed()
    await dispatcher.settle()
    assert hearing.asked == []
    assert [row[0] for row in await office.rows("SELECT state FROM outbox")] == ["unknown"]
    assert await office.count("SELECT count(*) FROM jobs WHERE kind = 'undelivered'") == 1


async def test_conversations_of_a_brand_that_is_not_here_do_not_hide_the_others_from_the_sweep(office: PostOffice) -> None:
    house = office.stage.house
    async with house.database.writing() as tx:
        for n in range(120):
            await conversations.find_or_open(
                tx,
                replace(office.home.brand, id=BrandId("gone")),
                channel=Channel.SMS,
                address=f"+1202555{n:04d}",
                contact=None,
                state=lambda: office.stage.turn.seen[0].state if office.stage.turn.seen else _state(),
                id=ConversationId(f"gone-{n}"),
                now=house.database.wall(),
            )
        early = house.database.wall() - timedelta(hours=1)
        await tx.execute(tables.conversations.update().values(due_at=early))
    await Intake(house).take(office.home, Received(channel=Channel.SMS, id=sid(1), contact=ANA_PHONE, text="hello"))
    await house.engine.stop()  # the wake is lost
    async with house.database.reading() as tx:
        found = await conversations.due(tx, house.database.wall(), limit=100, brands=tuple(house.residences))
    assert len(found) == 1
    assert found[0][0] == "northbay"


def _state() -> Any:
    from agent.conversation import ConversationState

    return ConversationState(locale="en")


# A kill leaves nobody in the dark, and two writers wait in no ring


async def test_a_receipt_that_says_failed_is_told_though_the_process_dies_after_keeping_it(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.text("where is my order")
    await office.settle()
    ref = office.sms.taken[0].ref

    async def dies(self: Undelivered, parcel: Parcel, why: str) -> None:
        raise RuntimeError("killed")

    pairs = [("MessageSid", sid(1)), ("MessageStatus", "undelivered"), ("ErrorCode", "21610")]
    with monkeypatch.context() as broken:
        broken.setattr(Undelivered, "told", dies)
        await office.form(f"/webhooks/sms/northbay/status?ref={ref}", pairs)
    await office.form(f"/webhooks/sms/northbay/status?ref={ref}", pairs)  # told again, it is no news
    await office.settle()
    assert await office.count("SELECT count(*) FROM opt_outs") == 1
    assert [row[0] for row in await office.rows("SELECT reason FROM cases")] == ["undelivered"]


async def test_staff_and_shopper_who_write_at_once_never_wait_for_each_other(office: PostOffice) -> None:
    await office.text("hello")
    await office.settle()
    house = office.stage.house
    async with house.database.writing() as tx:
        [(id_,)] = (await tx.execute(text("SELECT id FROM conversations"))).all()
        thread = await conversations.thread(tx, office.home.brand, ConversationId(id_))
        assert thread is not None
        await for_a_person(house, tx, office.home, thread, reason="wants_person", once="a test", said="please")
    [(reference,)] = await office.rows("SELECT reference FROM cases")
    parcel = Parcel(brand=office.home.brand.id, ref="r-x", channel="sms", recipient=ANA_PHONE, conversation=id_)
    for _ in range(6):
        done = await asyncio.gather(
            Cases(house).reply(office.home, reference, author="Support", text="Here I am."),
            office.text("STOP"),
            Undelivered(house).told(replace(parcel, ref=uuid4().hex), "opted_out"),
            office.text("START"),
            Cases(house).take(office.home, reference, person="Support"),
        )
        assert done[0] is True
        assert done[1] == done[3] == 200


# D4: nothing goes round in circles


async def test_a_loop_of_mails_comes_before_a_person_once_an_hour(office: PostOffice) -> None:
    for n in range(12):
        await office.mail(f"I am away, number {n}", sender="robot@example.com", aligned=False)
        await office.settle()
    assert len(office.email.taken) <= 2
    assert await office.count("SELECT count(*) FROM cases") == 1


async def test_a_forged_sender_hears_none_of_its_words_and_nobody_else_does(office: PostOffice) -> None:
    said = "win at evil.example"
    await office.mail("hello", sender="victim@example.com", subject=said, aligned=False, Reply_To="evil@example.com", Cc="many@example.com")
    await office.settle()
    [out] = office.email.out
    assert out.to == "victim@example.com"
    assert "evil" not in (out.subject or "")


async def test_a_thread_is_joined_only_by_whom_it_is_held_with(office: PostOffice) -> None:
    await office.mail("mine", message="<first@example.com>")
    await office.settle()
    ours = office.email.out[0].mail
    assert ours is not None
    await office.mail("let me in", sender="mallory@example.com", References=f"<first@example.com> {ours.message_id}")
    await office.mail("mine again", sender="Ana.Torres@Example.COM", References=ours.message_id)
    await office.settle()
    talks = await office.rows("SELECT conversation, count(*) FROM inbox WHERE provider = 'email' GROUP BY conversation ORDER BY 2")
    assert [row[1] for row in talks] == [1, 2]


# A4 and INV-8: who asks for a code learns nothing, and nothing of it stays


@pytest.mark.parametrize("channel", ["sms", "email"])
async def test_known_and_unknown_are_told_the_same_when_they_ask_for_a_code(tmp_path: Path, channel: str) -> None:
    answers: dict[str, tuple[list[str], list[Any]]] = {}
    for name, known in (("known", True), ("unknown", False)):
        contact = ANA_PHONE if channel == "sms" else "ana.torres@example.com"
        turn = Repeater(effects=(RequestCode(contact=contact),))
        async with post_office(tmp_path / name, turn=turn) as office:
            if not known:
                office.stage.shop.customer_by_email = _nobody  # type: ignore[method-assign]
                office.stage.shop.customers_by_phone = _nobodies  # type: ignore[method-assign]
            await (office.text("CODE") if channel == "sms" else office.mail("CODE", subject="CODE"))
            await office.settle()
            post = office.sms if channel == "sms" else office.email
            said = [one.text for posting in post.taken if not posting.ref.startswith("code-") for one in (posting.out,)]
            kept = [tuple(row) for row in await office.rows("SELECT kind, state FROM outbox WHERE kind = 'reply'")]
            kept += [tuple(row) for row in await office.rows("SELECT purpose, state, failures FROM challenges")]
            kept += [tuple(row) for row in await office.rows("SELECT kind, state FROM jobs WHERE kind = 'code'")]
            answers[name] = (said, kept)
            codes = re.findall(r"#(\d{6})", "".join(one.text for one in (*office.sms.out, *office.email.out)))
            assert bool(codes) is (known and channel == "sms") or channel == "email"
            left = str(
                [tuple(row) for table in ("outbox", "events", "inbox", "jobs") for row in await office.rows(f"SELECT * FROM {table}")]
            )
            assert not any(code in left for code in codes)
    assert answers["known"] == answers["unknown"]


async def _nobody(email: str, meter: object) -> Customer | None:
    return None


async def _nobodies(phone: str, meter: object) -> tuple[Customer, ...]:
    return ()


# A7: two brands side by side


async def test_no_door_of_one_brand_opens_the_other(office: PostOffice) -> None:
    home = office.stage.house.residence("southbay")
    other = {name: f"southbay-{value}" for name, value in SECRETS.items()}
    whatsapp = replace(home.brand.whatsapp, phone_number_id="2098765432100") if home.brand.whatsapp else None
    brand = replace(home.brand, whatsapp=whatsapp)
    office.stage.house.residences[brand.id] = replace(home, brand=brand, parts=replace(home.parts, brand=brand), secrets=other)
    assert await office.text("hello", brand="southbay") == 403
    assert await office.chat({"text": "hello"}, brand="southbay") == 403
    assert await office.mail("hello", brand="southbay") == 403
    assert await office.chat({"text": "hello"}, number="2098765432100") == 200  # the other's number through this one's door
    await office.settle()
    assert await office.count("SELECT count(*) FROM inbox") == 0
    assert await office.text("hello") == 200
    await office.settle()
    ref = office.sms.taken[0].ref
    failed = [("MessageSid", sid(1)), ("MessageStatus", "failed")]
    assert (await office.form(f"/webhooks/sms/southbay/status?ref={ref}", failed, token=other["twilio_auth_token"])).status_code == 204
    assert [tuple(row) for row in await office.rows("SELECT brand, state FROM outbox")] == [("northbay", "sent")]


async def test_an_opt_out_a_budget_and_a_code_are_one_brands_alone(office: PostOffice) -> None:
    await office.text("STOP")
    await office.text("hello", brand="southbay")
    await office.settle()
    assert "L1: hello" in office.sms.texts
    async with office.stage.house.database.reading() as tx:
        south = office.stage.house.residence("southbay").brand
        assert (await spending.spent(tx, south, "segments", contact=ANA_PHONE, now=office.stage.clock.now())).hour == 1
        north = await spending.spent(tx, office.home.brand, "segments", contact=ANA_PHONE, now=office.stage.clock.now())
    assert north.hour == 0


# W4: twelve ways to sign badly, at each of the three doors

_FORM = [("MessageSid", sid(1)), ("AccountSid", ACCOUNT), ("From", ANA_PHONE), ("To", NUMBER), ("Body", "h\u00e9llo  there ")]
_MAIL = b"From: ana.torres@example.com\r\nSubject: hi\r\nMessage-ID: <w4@example.com>\r\n\r\nhello\r\n"
_ITEM = {"id": "wamid.w4", "from": ANA_PHONE[1:], "type": "text", "text": {"body": "h\u00e9llo"}}
_CHANGE = {"field": "messages", "value": {"metadata": {"phone_number_id": PHONE_NUMBER_ID}, "messages": [_ITEM]}}
_BATCH = json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": [_CHANGE]}]}).encode()


def _signed(sender: str, office: PostOffice) -> tuple[bytes, dict[str, str]]:
    """What the sender would truly send."""
    if sender == "sms":
        pairs = "".join(name + value for name, value in sorted(_FORM))
        mac = hmac.new(SECRETS["twilio_auth_token"].encode(), (ORIGIN + "/webhooks/sms/northbay" + pairs).encode(), hashlib.sha1)
        return urlencode(_FORM).encode(), {
            "X-Twilio-Signature": base64.b64encode(mac.digest()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
    if sender == "whatsapp":
        mac = hmac.new(SECRETS["meta_app_secret"].encode(), _BATCH, hashlib.sha256)
        return _BATCH, {"X-Hub-Signature-256": f"sha256={mac.hexdigest()}"}
    stamp = str(int(office.now().timestamp()))
    mac = hmac.new(SECRETS["mail_webhook_secret"].encode(), stamp.encode() + b"." + _MAIL, hashlib.sha256)
    return _MAIL, {"X-Deskbell-Signature": f"sha256={mac.hexdigest()}", "X-Deskbell-Timestamp": stamp}


def _defects(sender: str, raw: bytes, headers: dict[str, str]) -> dict[str, tuple[str, bytes, dict[str, str]]]:
    name = next(iter(headers))
    path, right = f"/webhooks/{sender}/northbay", headers[name]
    other = {"sms": base64.b64encode(bytes(20)).decode()}.get(sender, "sha256=" + "0" * 64)

    def with_(value: str) -> dict[str, str]:
        return {**headers, name: value}

    return {
        "no signature": (path, raw, {key: value for key, value in headers.items() if key != name}),
        "an empty one": (path, raw, with_("")),
        "zeros": (path, raw, with_(other)),
        "cut short": (path, raw, with_(right[:-2])),
        "made longer": (path, raw, with_(right + "00")),
        "in another case": (path, raw, with_(right.swapcase())),
        "another word before it": (path, raw, with_(f"sha1={right.partition('=')[2] or right}" if sender != "sms" else f"sha1={right}")),
        "one byte more": (path, raw + (b"&x=1" if sender == "sms" else b" "), headers),
        "one byte changed": (path, raw.replace(b"l", b"m", 1), headers),
        "no body": (path, b"", headers),
        "another brand's door": (f"/webhooks/{sender}/southbay", raw, headers),
        "another address": (path + ("?a=b" if sender == "sms" else "/"), raw, headers),
    }


@pytest.mark.parametrize("sender", ["sms", "whatsapp", "email"])
async def test_each_of_twelve_bad_signatures_is_refused_and_the_good_one_taken(office: PostOffice, sender: str) -> None:
    home = office.stage.house.residence("southbay")
    office.stage.house.residences[home.brand.id] = replace(home, secrets={name: f"other-{value}" for name, value in SECRETS.items()})
    raw, headers = _signed(sender, office)
    for defect, (path, body, sent) in _defects(sender, raw, headers).items():
        status = (await office.stage.web.post(path, content=body, headers=sent)).status_code
        assert status in (403, 404), (defect, status)
    assert await office.count("SELECT count(*) FROM inbox") == 0
    assert (await office.stage.web.post(f"/webhooks/{sender}/northbay", content=raw, headers=headers)).status_code == 200
    assert await office.count("SELECT count(*) FROM inbox") == 1


# INV-1 and P2: what is written down of all this names nobody


async def test_no_log_line_holds_a_number_an_address_or_a_word_of_anybody(office: PostOffice, capsys: pytest.CaptureFixture[str]) -> None:
    said = "Zorvexinlinen please"
    office.sms.troubles.append(Refused("550 <ana.torres@example.com> unknown at +12025550123", for_good=True, code="30003"))
    office.email.troubles.append(Refused("550 5.1.1 <ana.torres@example.com>: rejected", for_good=True, code="550"))
    configure(level=10)
    try:
        await office.text(said)
        await office.chat({"text": said}, {"type": "text", "from": "x"})
        await office.mail(said)
        await office.mail(said, aligned=False, sender="mallory@example.com")
        await office.text("STOP")
        await office.text(said, AccountSid="AC" + "1" * 32)
        await office.settle()
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers.clear()
        logging.getLogger().setLevel(logging.WARNING)
    written = "".join(capsys.readouterr())
    assert "send_refused" in written
    for canary in (said.split()[0], ANA_PHONE, ANA_PHONE[1:], "ana.torres", "mallory", *SECRETS.values()):
        assert canary not in written


async def test_what_has_left_leaves_no_words_in_the_outbox(office: PostOffice) -> None:
    await office.text("Zorvexinlinen")
    await office.chat({"text": "Zorvexinlinen"})
    await office.mail("Zorvexinlinen")
    await office.settle()
    rows = await office.rows("SELECT state, body FROM outbox")
    assert [tuple(row) for row in rows] == [("sent", "{}")] * 3

"""The doors of Twilio, Meta and the mail host: what is signed is taken, everything else leaves nothing behind."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from channels.message import Received
from server.installation import Residence
from server.services.intake import Intake
from server.store.database import StoreError
from tests.server.post_office import ACCOUNT, ANA_PHONE, NUMBER, PHONE_NUMBER_ID, SECRETS, PostOffice, post_office, sid

FORM = [("MessageSid", sid(1)), ("AccountSid", ACCOUNT), ("From", ANA_PHONE), ("To", NUMBER), ("Body", "hello")]


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    async with post_office(tmp_path, "northbay", "southbay") as open_office:
        yield open_office


async def kept(office: PostOffice) -> int:
    return await office.count("SELECT count(*) FROM inbox")


async def test_twilio_is_answered_with_nothing_to_say(office: PostOffice) -> None:
    answer = await office.form("/webhooks/sms/northbay", FORM)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.endswith("<Response/>")


@pytest.mark.parametrize("token", ["", "other-token", SECRETS["meta_app_secret"]])
async def test_a_form_signed_with_another_token_leaves_nothing(office: PostOffice, token: str) -> None:
    assert (await office.form("/webhooks/sms/northbay", FORM, token=token)).status_code == 403
    assert await kept(office) == 0


async def test_a_form_changed_on_its_way_leaves_nothing(office: PostOffice) -> None:
    mac = hmac.new(b"twilio-token", b"http://127.0.0.1:8600/webhooks/sms/northbay" + b"", hashlib.sha1).digest()
    headers = {"X-Twilio-Signature": base64.b64encode(mac).decode(), "Content-Type": "application/x-www-form-urlencoded"}
    answer = await office.stage.web.post("/webhooks/sms/northbay", content=urlencode(FORM).encode(), headers=headers)
    assert answer.status_code == 403
    assert await kept(office) == 0


async def test_the_signature_holds_for_the_configured_address_whatever_the_host_header_says(office: PostOffice) -> None:
    pairs = "".join(name + value for name, value in sorted(FORM))
    for address, status in (("http://127.0.0.1:8600", 200), ("http://evil.example", 403)):
        mac = hmac.new(b"twilio-token", f"{address}/webhooks/sms/northbay{pairs}".encode(), hashlib.sha1).digest()
        headers = {"X-Twilio-Signature": base64.b64encode(mac).decode(), "Content-Type": "application/x-www-form-urlencoded"}
        sent = await office.stage.web.post(
            "/webhooks/sms/northbay", content=urlencode(FORM).encode(), headers={**headers, "Host": "evil.example"}
        )
        assert sent.status_code == status


async def test_the_query_belongs_to_the_signed_address(office: PostOffice) -> None:
    assert (await office.form("/webhooks/sms/northbay?a=b%20c&d=", FORM)).status_code == 200


async def test_a_signature_for_one_brand_opens_no_other_and_an_unknown_brand_is_unknown(office: PostOffice) -> None:
    assert (await office.form("/webhooks/sms/nowhere", FORM)).status_code == 404
    home = office.stage.house.residence("southbay")
    from dataclasses import replace

    office.stage.house.residences[home.brand.id] = replace(home, secrets={**SECRETS, "twilio_auth_token": "southbay-token"})
    assert (await office.form("/webhooks/sms/southbay", FORM)).status_code == 403
    assert (await office.form("/webhooks/sms/southbay", FORM, token="southbay-token")).status_code == 200


async def test_another_accounts_message_is_refused_though_it_is_signed(office: PostOffice) -> None:
    other = [("AccountSid", "AC" + "1" * 32) if name == "AccountSid" else (name, value) for name, value in FORM]
    assert (await office.form("/webhooks/sms/northbay", other)).status_code == 403
    assert await kept(office) == 0


@pytest.mark.parametrize("sender", ["12345", "AMAZON", "+266696687", ""])
async def test_a_sender_nobody_can_answer_is_refused_in_words(office: PostOffice, sender: str) -> None:
    pairs = [("From", sender) if name == "From" else (name, value) for name, value in FORM]
    answer = await office.form("/webhooks/sms/northbay", pairs)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "unreadable"
    assert await kept(office) == 0


async def test_a_channel_that_is_off_takes_nothing_and_says_so(office: PostOffice) -> None:
    office.change(channels=frozenset({"webchat"}))
    for status in (
        (await office.form("/webhooks/sms/northbay", FORM)).status_code,
        await office.chat({"text": "hello"}),
        await office.mail("hello"),
    ):
        assert status == 404
    assert await kept(office) == 0


async def test_a_message_that_could_not_be_kept_is_not_acknowledged(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(self: Intake, home: Residence, received: Received) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(Intake, "take", full)
    assert (await office.form("/webhooks/sms/northbay", FORM)).status_code == 503
    assert await office.chat({"text": "hello"}) == 503
    assert await office.mail("hello") == 503


async def test_a_status_raises_the_message_it_speaks_of(office: PostOffice) -> None:
    await office.text("where is my order")
    await office.settle()
    ref = office.sms.taken[0].ref
    for status, shown in (("delivered", "delivered"), ("sent", "delivered"), ("queued", "delivered")):
        pairs = [("MessageSid", sid(1)), ("MessageStatus", status)]
        assert (await office.form(f"/webhooks/sms/northbay/status?ref={ref}", pairs)).status_code == 204
        assert [row[0] for row in await office.rows("SELECT status FROM outbox")] == [shown]


async def test_metas_question_is_answered_to_whoever_knows_the_word(office: PostOffice) -> None:
    ask = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "meta-verify"}
    answer = await office.stage.web.get("/webhooks/whatsapp/northbay", params=ask)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    wrong = await office.stage.web.get("/webhooks/whatsapp/northbay", params={**ask, "hub.verify_token": "guess"})
    assert wrong.status_code == 403


async def test_a_delivery_signed_with_another_secret_leaves_nothing(office: PostOffice) -> None:
    assert (await office.delivery({"messages": []}, secret="other")).status_code == 403
    assert await kept(office) == 0


async def test_one_bad_item_costs_no_other_of_its_delivery(office: PostOffice) -> None:
    await office.chat({"text": "first"}, {"type": "text", "from": "not a number"}, {"text": "last"})
    await office.settle()
    assert await office.count("SELECT count(*) FROM inbox WHERE provider = 'whatsapp'") == 2


async def test_an_item_that_fails_costs_no_other_and_has_the_delivery_sent_again(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = Intake.take

    async def breaks_once(self: Intake, home: Residence, received: Received) -> object:
        if received.text == "second":
            monkeypatch.setattr(Intake, "take", take)
            raise RuntimeError("a fault nobody foresaw")
        return await take(self, home, received)

    monkeypatch.setattr(Intake, "take", breaks_once)
    first, second, third = ({"id": f"wamid.{said}", "text": said} for said in ("first", "second", "third"))
    assert await office.chat(first, second, third) == 503
    assert await kept(office) == 2
    assert await office.chat(first, second, third) == 200
    assert await kept(office) == 3


async def test_another_numbers_items_are_not_this_brands(office: PostOffice) -> None:
    assert await office.chat({"text": "hello"}, number="1098765432199") == 200
    assert await kept(office) == 0
    assert PHONE_NUMBER_ID != "1098765432199"


async def test_a_mail_is_kept_and_answered_in_its_thread(office: PostOffice) -> None:
    assert await office.mail("Where is my order?", subject="Order #1042", message="<one@example.com>") == 200
    await office.settle()
    [out] = office.email.out
    assert out.to == "ana.torres@example.com"
    assert out.mail is not None
    assert out.mail.references[-1] == "<one@example.com>"


@pytest.mark.parametrize("age", [timedelta(minutes=-6), timedelta(minutes=6)])
async def test_a_mail_signed_too_long_ago_or_for_later_leaves_nothing(office: PostOffice, age: timedelta) -> None:
    raw, timestamp = b"From: ana@example.com\r\n\r\nhello", f"{int((office.now() + age).timestamp())}"
    mac = hmac.new(b"mail-secret", timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    headers = {"X-Deskbell-Timestamp": timestamp, "X-Deskbell-Signature": f"sha256={mac}"}
    assert (await office.stage.web.post("/webhooks/email/northbay", content=raw, headers=headers)).status_code == 403
    assert await kept(office) == 0


async def test_a_mail_nobody_can_read_is_refused_in_words(office: PostOffice) -> None:
    answer = await office.raw_mail(b"\x00\x01 not a mail")
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "unreadable"


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [("sms", 64, 403), ("sms", 65, 413), ("whatsapp", 3072, 403), ("whatsapp", 3073, 413), ("email", 1024, 403), ("email", 1025, 413)],
)
async def test_a_body_is_measured_before_anything_reads_it(office: PostOffice, path: str, size: int, status: int) -> None:
    assert (await office.stage.web.post(f"/webhooks/{path}/northbay", content=b"x" * size * 1024)).status_code == status


async def test_a_flood_of_bad_signatures_touches_no_store(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object, **__: object) -> None:
        raise AssertionError("the store was asked")

    database = office.stage.house.database
    monkeypatch.setattr(type(database), "reading", closed)
    monkeypatch.setattr(type(database), "writing", closed)
    for path in ("sms/northbay", "sms/northbay/status", "whatsapp/northbay", "email/northbay"):
        assert (await office.stage.web.post(f"/webhooks/{path}", content=b"a=b")).status_code == 403

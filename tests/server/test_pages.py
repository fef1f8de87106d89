"""Hub and desk inside the whole app: a case from one reaches the other, and every word of it the shopper's own thread."""

import re

import httpx

from agent.effects import Brief, MakePlaceLink, OpenCase
from hub.ports import Request, Withdrawal
from identity.levels import Proof, ProofKind
from server.services.browsers import Browser, Browsers
from server.services.desk_host import DeskDoor
from server.services.hub_host import HubDoor
from tests.server.stage import ANA, NOON, Stage

TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


def own(house: Stage) -> dict[str, str]:
    return {"Origin": house.house.settings.origin}


async def test_the_desk_opens_once_by_its_printed_address(house: Stage) -> None:
    address = await Browsers(house.house).desk_address(house.home)
    key = httpx.URL(address).params["key"]
    for _ in range(3):
        assert (await house.web.get(address)).status_code == 200  # scanners look first, and use nothing up
    entered = await house.web.post("/desk/enter", data={"key": key}, headers=own(house))
    assert entered.status_code == 303
    assert (await house.web.get("/desk")).status_code == 200
    house.web.cookies.clear()
    assert (await house.web.post("/desk/enter", data={"key": key}, headers=own(house))).status_code == 403
    assert (await house.web.get("/desk")).status_code == 401


async def test_a_reply_at_the_desk_stands_in_the_shoppers_thread(house: Stage) -> None:
    page = await house.begin()
    brief = Brief(wish="talk_to_human", reason="wants_person", language="en", said="<b>help</b>")
    house.turn.effects = (OpenCase(reference="NB-55", brief=brief, reply_by=None),)
    await page.say("<b>help</b> a person please")
    await house.settle()
    key = httpx.URL(await Browsers(house.house).desk_address(house.home)).params["key"]
    await house.web.post("/desk/enter", data={"key": key}, headers=own(house))
    shown = await house.web.get("/desk/cases/NB-55")
    assert "&lt;b&gt;help&lt;/b&gt;" in shown.text
    assert "<b>help" not in shown.text
    form = TOKEN.search(shown.text)
    assert form is not None
    data = {"text": "Sam here, one moment.", "key": "f1", "form_token": form.group(1)}
    for _ in range(2):
        assert (await house.web.post("/desk/cases/NB-55/reply", data=data, headers=own(house))).status_code == 303
    assert (await page.told())[1:] == ["Sam here, one moment."]
    forged = {**data, "form_token": "0" * 64}
    assert (await house.web.post("/desk/cases/NB-55/reply", data=forged, headers=own(house))).status_code == 403


async def test_a_request_in_the_hub_is_one_case_and_tells_its_conversation(house: Stage) -> None:
    page = await house.begin()
    link = MakePlaceLink(
        token="q" * 22,
        action="cancel_order",
        order="gid://shopify/Order/1",
        order_name="#1042",
        customer=ANA.id,
        expires=NOON.replace(day=28),
    )
    house.turn.effects = (link,)
    await page.say("cancel it")
    await house.settle()
    browsers = Browsers(house.house)
    door = HubDoor(house.house, house.home, browsers)
    proof = Proof(kind=ProofKind.ACCOUNT, customer=ANA.id, contact=ANA.email, at=NOON, seen_at=NOON)
    session = await door.session(await browsers.sign_in(house.home, Browser(proofs=(proof,), locale="en")))
    place = await door.place("q" * 22)
    assert place is not None
    assert place.leads_on(house.clock.now())
    asked = Request(
        order="gid://shopify/Order/1",
        order_name="#1042",
        action="cancel_order",
        lines=(),
        value=None,
        note="please",
        verdicts=(),
        place="q" * 22,
    )
    receipts = [await door.ask(session, asked) for _ in range(2)]
    assert receipts[0].reference == receipts[1].reference
    assert [one["state"] for one in await page.log() if one["kind"] == "case"] == ["open"]
    file = await DeskDoor(house.house, house.home, browsers).case(receipts[0].reference)
    assert file is not None
    assert (file.row.topic, file.proposed, file.note, file.verified) == ("cancel_order", "cancel_order", "please", True)


async def test_a_place_link_made_for_somebody_else_does_not_reach_their_conversation(house: Stage) -> None:
    page = await house.begin()
    link = MakePlaceLink(
        token="z" * 22, action="review", order=None, order_name=None, customer="gid://shopify/Customer/2", expires=NOON.replace(day=28)
    )
    house.turn.effects = (link,)
    await page.say("hello")
    await house.settle()
    browsers = Browsers(house.house)
    door = HubDoor(house.house, house.home, browsers)
    proof = Proof(kind=ProofKind.ACCOUNT, customer=ANA.id, contact=ANA.email, at=NOON, seen_at=NOON)
    session = await door.session(await browsers.sign_in(house.home, Browser(proofs=(proof,))))
    asked = Request(
        order="gid://shopify/Order/1", order_name="#1", action="return", lines=(), value=None, note="", verdicts=(), place="z" * 22
    )
    await door.ask(session, asked)
    assert [one for one in await page.log() if one["kind"] == "case"] == []


async def test_a_withdrawal_is_kept_and_acknowledged_without_sign_in(house: Stage) -> None:
    door = HubDoor(house.house, house.home, Browsers(house.house))
    receipt = await door.withdraw(
        Withdrawal(name="Ana\r\nBcc: x@example.com", contact="ana.torres@example.com", order_name="1042", items="", locale="fr")
    )
    assert receipt.reference.startswith("W-")
    async with house.house.database.reading() as tx:
        from sqlalchemy import text

        kept = (await tx.execute(text("SELECT recipient, body FROM outbox"))).one()
        assert await tx.scalar(text("SELECT count(*) FROM withdrawals")) == 1
    assert kept.recipient == "ana.torres@example.com"
    assert receipt.reference in kept.body


async def test_signing_out_kills_the_session_at_once(house: Stage) -> None:
    browsers = Browsers(house.house)
    door = HubDoor(house.house, house.home, browsers)
    proof = Proof(kind=ProofKind.ACCOUNT, customer=ANA.id, at=NOON, seen_at=NOON)
    first = await browsers.sign_in(house.home, Browser(proofs=(proof,)))
    second = await browsers.sign_in(house.home, Browser(proofs=(proof,)), old=first)
    assert not (await door.session(first)).shopper.signed_in
    session = await door.session(second)
    assert session.shopper.signed_in
    await door.sign_out(session)
    assert not (await door.session(second)).shopper.signed_in

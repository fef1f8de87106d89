"""The chat's token changes with whoever is signed in: what opened the conversation before opens nothing afterwards (A8)."""

from starlette.requests import Request

from identity.app_proxy import Visitor
from identity.levels import Proof, ProofKind
from server.services.sign_in import SignIn
from server.store import challenges, jobs
from server.web.chat import Log
from server.web.limits import sender_of
from tests.server.stage import ANA, NOON, Page, Stage


async def grant_of(house: Stage) -> str:
    proof = Proof(kind=ProofKind.ACCOUNT, contact=ANA.email, customer=ANA.id, at=NOON)
    return await SignIn(house.house).grant(house.home, proof)


async def opens(house: Stage, page: Page, headers: dict[str, str]) -> int:
    url = f"/api/chat/{page.brand}/events?after=0&wait=0"
    return (await house.web.get(url, headers=headers)).status_code


async def test_signing_in_gives_another_token_and_the_old_one_is_dead(house: Stage) -> None:
    page = await house.begin()
    before = page.headers
    assert (await page.post("grant", {"grant": await grant_of(house)})).status_code == 204
    assert page.headers != before
    assert (await opens(house, page, before), await opens(house, page, page.headers)) == (401, 200)
    said = await house.web.post(f"/api/chat/{page.brand}/messages", json={"id": "m9", "text": "hello"}, headers=before)
    assert said.status_code == 401


async def test_a_code_that_is_right_gives_another_token_and_a_wrong_one_none(house: Stage) -> None:
    page = await house.begin()
    now = house.clock.now()
    async with house.house.database.writing() as tx:
        asked = challenges.Asked(id="c1", session=page.id, contact=str(ANA.email), purpose="conversation", created_at=now)
        await challenges.ask(tx, house.home.brand, asked)
        await jobs.schedule(tx, house.home.brand.id, "code", "c1", now, {"challenge": "c1", "locale": "en"})
    before = page.headers
    await page.say("000000")
    assert page.headers == before


async def test_a_ticket_that_proves_nothing_changes_nothing(house: Stage) -> None:
    page = await house.begin()
    before = page.headers
    ticket, signed_in = await SignIn(house.house).ticket(house.home, Visitor(customer=None, shop=house.home.brand.shop, at=NOON))
    assert not signed_in
    assert (await page.post("ticket", {"ticket": ticket})).status_code == 204
    assert page.headers == before


async def test_signing_out_ends_what_was_proved_and_the_token_that_saw_it(house: Stage) -> None:
    page = await house.begin()
    await page.post("grant", {"grant": await grant_of(house)})
    await house.settle()
    await page.say("where is my order")
    await house.settle()
    signed_in = page.headers
    assert (await page.post("sign-out", {})).status_code == 204
    assert await opens(house, page, signed_in) == 401
    assert [one["signed_in"] for one in await page.log() if one["kind"] == "level"] == [True, False]
    await page.say("and now")
    await house.settle()
    assert (await page.told())[-2:] == ["L3: where is my order", "L0: and now"]


async def test_a_stream_ends_with_the_token_it_was_opened_with(house: Stage) -> None:
    page = await house.begin()
    token = page.headers["Authorization"].partition(" ")[2]
    thread = await house.chat.thread_of(house.home, token)
    await page.post("grant", {"grant": await grant_of(house)})
    stream = Log(house.house, house.chat, house.home, thread).stream(0, token)
    heard = [part async for part in stream]
    assert b"event: level" in heard[-1] or b"event: message" in heard[-1]


def test_a_flood_is_counted_against_its_sender_and_not_against_the_proxy() -> None:
    def asked(*forwarded: str) -> Request:
        headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
        return Request({"type": "http", "headers": headers, "client": ("10.0.0.1", 1)})

    assert sender_of(asked("203.0.113.7"), 0) == "10.0.0.1"
    assert sender_of(asked("203.0.113.7"), 1) == "203.0.113.7"
    assert sender_of(asked("198.51.100.1, 203.0.113.7"), 1) == "203.0.113.7"
    assert sender_of(asked("198.51.100.1", "203.0.113.7, 10.0.0.2"), 2) == "203.0.113.7"
    assert sender_of(asked(), 1) == "10.0.0.1"

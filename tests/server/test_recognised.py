"""How a conversation is recognised: by a code typed into it, by its own page's pass, and by nothing else."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP

from agent.effects import RequestCode
from identity import app_proxy
from identity.levels import Proof, ProofKind
from server.services.sign_in import SignIn, safe_place
from server.store import challenges, passes
from server.store.records import written
from tests.server.stage import ANA, NOON, SECRET, Page, Stage, stage

STRANGER = "nobody@example.com"


class Letterbox:
    """An SMTP server that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], str]] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802  # aiosmtpd's own name
        self.mails.append((envelope.rcpt_tos, envelope.content.decode()))  # type: ignore[attr-defined]
        return "250 kept"

    def code(self) -> str:
        found = re.findall(r"#(\d{6})", self.mails[-1][1])
        assert found
        return str(found[-1])


@pytest_asyncio.fixture
async def post() -> AsyncIterator[tuple[Letterbox, int]]:
    letterbox, loop = Letterbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(letterbox, loop=loop), "127.0.0.1", 0)
    yield letterbox, server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


async def asked_for_code(open_house: Stage, contact: str) -> Page:
    page = await open_house.begin()
    open_house.turn.effects = (RequestCode(contact=contact),)
    await page.say(f"my address is {contact}")
    await open_house.settle()
    open_house.turn.effects = ()
    return page


async def test_a_code_typed_back_raises_this_conversation(tmp_path: Path, post: tuple[Letterbox, int]) -> None:
    letterbox, port = post
    async with stage(tmp_path, smtp_port=port) as house:
        page = await asked_for_code(house, "Ana.Torres@Example.com ")
        assert letterbox.mails[0][0] == [ANA.email]
        assert "cancel" not in letterbox.mails[0][1]
        await page.say(letterbox.code())
        await house.settle()
        assert (await page.told())[-1] == "L2: signed_in"
        log = await page.log()
        assert [one for one in log if one["kind"] == "level"] == [{"kind": "level", "seq": 5, "level": "L2", "signed_in": True}]
        assert letterbox.code() not in str(log)


async def test_the_same_code_opens_nothing_twice_and_nothing_elsewhere(tmp_path: Path, post: tuple[Letterbox, int]) -> None:
    letterbox, port = post
    async with stage(tmp_path, smtp_port=port) as house:
        page, other = await asked_for_code(house, ANA.email or ""), await house.begin()
        await other.say(letterbox.code())
        await house.settle()
        assert (await other.told())[-1].startswith("L0: ")
        await page.say(letterbox.code())
        await house.settle()
        await page.say(letterbox.code())
        await house.settle()
        assert (await page.told())[-1] == f"L2: {letterbox.code()}"


async def test_known_and_unknown_contacts_look_the_same(tmp_path: Path, post: tuple[Letterbox, int]) -> None:
    letterbox, port = post
    async with stage(tmp_path, smtp_port=port) as house:
        pages = [await asked_for_code(house, contact) for contact in (ANA.email or "", STRANGER)]
        assert [to for to, _ in letterbox.mails] == [[ANA.email]]
        told = []
        for page in pages:
            answers = []
            for n in range(6):
                answers.append((await page.say("000000" if letterbox.code() != "000000" else "111111", id=f"try{n}")).text)
                await house.settle()
            told.append((answers, (await page.told())[1:]))
        assert told[0] == told[1]
        assert told[0][1] == ["L0: code_wrong"] * 4 + ["L0: code_spent"] * 2


async def test_an_expired_code_opens_nothing(tmp_path: Path, post: tuple[Letterbox, int]) -> None:
    letterbox, port = post
    async with stage(tmp_path, smtp_port=port) as house:
        page = await asked_for_code(house, ANA.email or "")
        house.clock.advance(timedelta(minutes=10))
        await page.say(letterbox.code())
        await house.settle()
        assert (await page.told())[-1] == "L0: code_spent"


async def test_of_fifty_tries_at_once_exactly_one_wins(tmp_path: Path, post: tuple[Letterbox, int]) -> None:
    letterbox, port = post
    async with stage(tmp_path, smtp_port=port) as house:
        page = await asked_for_code(house, ANA.email or "")

        async def attempt() -> bool:
            async with house.house.database.writing() as tx:
                found = await challenges.judge(
                    tx, house.home.brand, page.id, "conversation", letterbox.code(), house.house.code_key(), house.clock.now()
                )
            return found is not None and found.customer is not None

        assert sum(await asyncio.gather(*(attempt() for _ in range(50)))) == 1


async def test_a_fourth_code_within_an_hour_is_not_sent_and_nobody_is_told(tmp_path: Path, post: tuple[Letterbox, int]) -> None:
    letterbox, port = post
    async with stage(tmp_path, smtp_port=port) as house:
        for _ in range(4):
            await asked_for_code(house, ANA.email or "")
        assert len(letterbox.mails) == 3


async def test_six_digits_are_just_text_where_no_code_is_awaited(house: Stage) -> None:
    page = await house.begin()
    await page.say("order 123456 please")
    await house.settle()
    assert await page.told() == ["L0: order 123456 please"]


def ana() -> Proof:
    return Proof(kind=ProofKind.ACCOUNT, customer=ANA.id, contact=ANA.email, at=NOON)


async def test_a_grant_raises_the_page_that_holds_it_once(house: Stage) -> None:
    page, other = await house.begin(), await house.begin()
    grant = await SignIn(house.house).grant(house.home, ana())
    assert (await page.post("grant", {"grant": grant})).status_code == 204
    await house.settle()
    assert (await page.told())[-1] == "L3: signed_in"
    for again in (page, other):
        refused = await again.post("grant", {"grant": grant})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "pass_refused")
    assert await other.told() == []


async def test_a_grant_dies_after_a_minute_and_in_another_brand(tmp_path: Path) -> None:
    async with stage(tmp_path, "northbay", "southbay") as house:
        page, foreign = await house.begin(), await house.begin("southbay")
        late = await SignIn(house.house).grant(house.home, ana())
        crossed = await SignIn(house.house).grant(house.home, ana())
        assert (await foreign.post("grant", {"grant": crossed})).status_code == 403
        house.clock.advance(timedelta(seconds=60))
        assert (await page.post("grant", {"grant": late})).status_code == 403


async def test_a_token_of_one_brand_opens_nothing_at_another(tmp_path: Path) -> None:
    async with stage(tmp_path, "northbay", "southbay") as house:
        page = await house.begin("northbay")
        page.brand = "southbay"
        assert (await page.say("hello")).status_code == 401


async def test_a_ticket_is_no_grant(house: Stage) -> None:
    page = await house.begin()
    async with house.house.database.writing() as tx:
        await passes.give(tx, house.home.brand, "ticket", "t" * 43, written(Proof, ana()), expires=NOON + timedelta(minutes=1))
    assert (await page.post("grant", {"grant": "t" * 43})).status_code == 403
    assert (await page.post("ticket", {"ticket": "t" * 43})).status_code == 204


def proxied(house: Stage, **changed: str) -> str:
    pairs = {
        "shop": "northbay.myshopify.com",
        "path_prefix": "/apps/deskbell",
        "timestamp": str(int(house.clock.now().timestamp())),
        "logged_in_customer_id": "1",
    }
    signed = {**pairs, "signature": app_proxy.sign(list(pairs.items()), SECRET), **changed}
    return str(httpx.QueryParams(signed))


async def test_the_storefronts_word_signs_a_new_conversation_in(house: Stage) -> None:
    answer = await house.web.get(f"/proxy/northbay/session?{proxied(house)}")
    assert answer.json()["signed_in"] is True
    page = await house.begin(ticket=answer.json()["ticket"])
    assert page.begun["level"] == "L3"
    again = await house.web.post("/api/chat/northbay/conversations", json={"ticket": answer.json()["ticket"]})
    assert again.status_code == 403


@pytest.mark.parametrize(
    "changed",
    [{"logged_in_customer_id": "2"}, {"signature": "0" * 64}, {"timestamp": "1"}, {"shop": "evil.myshopify.com"}, {"signature": ""}],
)
async def test_a_forged_storefront_word_is_refused(house: Stage, changed: dict[str, str]) -> None:
    answer = await house.web.get(f"/proxy/northbay/session?{proxied(house, **changed)}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "bad_signature")


async def test_a_repeated_parameter_is_refused(house: Stage) -> None:
    assert (await house.web.get(f"/proxy/northbay/session?{proxied(house)}&logged_in_customer_id=2")).status_code == 401


async def test_a_stranger_at_the_storefront_gets_a_ticket_that_proves_nothing(house: Stage) -> None:
    pairs = {"shop": "northbay.myshopify.com", "timestamp": str(int(NOON.timestamp())), "logged_in_customer_id": ""}
    query = httpx.QueryParams({**pairs, "signature": app_proxy.sign(list(pairs.items()), SECRET)})
    answer = (await house.web.get(f"/proxy/northbay/session?{query}")).json()
    assert answer["signed_in"] is False
    assert (await house.begin(ticket=answer["ticket"])).begun["level"] == "L0"


async def test_the_sign_in_address_knows_nothing_of_the_conversation(house: Stage) -> None:
    one, two = await house.begin(), await house.begin()
    urls = {(await page.post("sign-in", {})).json()["url"] for page in (one, two)}
    assert len(urls) == 1


@pytest.mark.parametrize("place", ["https://evil.example", "//evil.example", "/\\evil", "/orders/../../x", "/desk", "javascript:1", ""])
def test_a_sign_in_leads_on_to_our_own_places_only(place: str) -> None:
    assert safe_place(place) == "/orders"


@pytest.mark.parametrize("place", ["/orders", "/orders/1042?change=cancel_order", "/returns/1042", "/c/TYUYMagPnZJNNkzhgQ4ZCg"])
def test_a_sign_in_leads_on_to_a_place_in_the_hub(place: str) -> None:
    assert safe_place(place) == place


async def test_levels_fall_after_half_an_hour_of_silence(house: Stage) -> None:
    page = await house.begin()
    await page.post("grant", {"grant": await SignIn(house.house).grant(house.home, ana())})
    await house.settle()
    house.clock.advance(timedelta(minutes=29))
    await page.say("still here")
    await house.settle()
    house.clock.advance(timedelta(minutes=29))
    await page.say("and still")
    await house.settle()
    house.clock.advance(timedelta(minutes=31))
    await page.say("back")
    await house.settle()
    assert (await page.told())[1:] == ["L3: still here", "L3: and still", "L0: back"]

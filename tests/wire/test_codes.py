"""One-time codes as an attacker meets them: guessed, raced, replayed, carried elsewhere, and used to find out who is a customer."""

import asyncio
import re
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select, text

from identity import codes
from identity.codes import Verdict
from server.store import challenges
from server.store.challenges import Asked
from server.store.tables import metadata
from tests.wire.two_shops import ANA, Page, TwoShops, form_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOBODY = "nob.nobody@example.com"
assert len(NOBODY) == len(ANA)
KEY = b"k" * 32


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def awaiting(shops: TwoShops, contact: str = ANA) -> Page:
    page = await shops.begin()
    await page.ask("cancel order #1042 please, my dog Wolkenstein ate the shirt")
    await page.ask(f"my address is {contact}")
    return page


async def test_a_code_is_one_letter_to_one_address_and_says_nothing_of_the_conversation(shops: TwoShops) -> None:
    await awaiting(shops)
    assert [to for to, _ in shops.letters.mails] == [[ANA]]
    letter = shops.letters.mails[0][1]
    assert not re.search("1042|cancel|Wolkenstein|shirt|http|Zorvex", letter, re.IGNORECASE)
    assert letter.rstrip().endswith(f"@127.0.0.1:8600 #{shops.letters.code()}")


async def test_of_fifty_pages_that_send_the_code_at_once_one_is_let_in(shops: TwoShops) -> None:
    page = await awaiting(shops)
    code = shops.letters.code()
    answers = await asyncio.gather(*(page.say(code, id=f"try-{n}") for n in range(50)))
    # The winner's answer brings another token; whoever comes after it with the old one is nobody (A8).
    assert {answer.status_code for answer in answers} <= {202, 401}
    assert sum("deskbell-token" in answer.headers for answer in answers) == 1
    await shops.settle()
    assert [one["level"] for one in await page.log() if one["kind"] == "level"] == ["L2"]


async def test_a_used_code_opens_nothing_again_and_nothing_elsewhere(shops: TwoShops) -> None:
    page, other = await awaiting(shops), await awaiting(shops, NOBODY)
    code = shops.letters.code()
    await other.ask(code)
    assert await other.level() == "L0"
    await page.ask(code)
    assert await page.level() == "L2"
    late = await shops.begin()
    for one in (late, other):
        await one.ask(code)
        assert await one.level() == "L0"


async def test_a_code_for_the_chat_does_not_open_the_hub_nor_the_other_way_round(shops: TwoShops) -> None:
    page = await awaiting(shops)
    async with shops.browser() as browser:
        form = form_of((await browser.get("/hub/sign-in")).text)
        await browser.post("/hub/sign-in/code", data={"contact": ANA, "form_token": form})
        chats = shops.letters.code()
        await shops.settle()
        hubs = shops.letters.code()
        if chats == hubs:
            pytest.skip("one chance in a million")
        assert (await browser.post("/hub/sign-in/confirm", data={"code": chats, "form_token": form})).status_code == 422
        await page.ask(hubs)
        assert await page.level() == "L0"
        assert (await browser.post("/hub/sign-in/confirm", data={"code": hubs, "form_token": form})).status_code == 303
        await page.ask(chats)
        assert await page.level() == "L2"


@pytest.mark.parametrize(("late", "level"), [(-1, "L2"), (0, "L0"), (1, "L0")])
async def test_a_code_lives_to_the_second(shops: TwoShops, late: int, level: str) -> None:
    page = await awaiting(shops)
    shops.clock.advance(codes.LIFE["email"] + timedelta(seconds=late))
    await page.ask(shops.letters.code())
    assert await page.level() == level


async def test_a_new_code_voids_the_one_before(shops: TwoShops) -> None:
    page = await awaiting(shops)
    first = shops.letters.code()
    await page.ask(f"please send it again to {ANA}")
    assert len(shops.letters.mails) == 2
    second = shops.letters.code()
    await page.ask(first if first != second else wrong(second))
    assert await page.level() == "L0"
    await page.ask(second)
    assert await page.level() == "L2"


async def test_after_five_wrong_tries_the_right_code_is_worth_nothing(shops: TwoShops) -> None:
    page = await awaiting(shops)
    code = shops.letters.code()
    for _ in range(5):
        await page.ask(wrong(code))
    await page.ask(code)
    assert await page.level() == "L0"


async def test_digits_that_are_typed_stay_in_no_log_and_no_row(shops: TwoShops) -> None:
    page = await awaiting(shops)
    code = shops.letters.code()
    await page.ask(f"my code is {code}")
    assert await page.level() == "L2"
    assert code not in str(await page.log())
    async with shops.house.database.reading() as tx:
        for table in ("inbox", "events", "turns", "outbox", "challenges"):
            rows = (await tx.execute(text(f"SELECT * FROM {table}"))).all()
            assert not [row for row in rows if re.search(rf"\b{code}\b", str(tuple(row)))], table


# Known and unknown contacts (A4)


def faceless(answer: httpx.Response, *names: str) -> tuple[int, str, str]:
    """An answer without what differs between any two requests: ids, form tokens, and the contact that was typed."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "set-cookie")
    told = answer.text
    for name in names:
        told = told.replace(name, "(contact)")
    return answer.status_code, headers, re.sub(r"[0-9a-f]{64}|[\w-]{22,43}(?=[\"&-])", "(token)", told)


async def rows(shops: TwoShops) -> Counter[str]:
    """How many rows each table holds, and requests the shop has seen by operation."""
    found: Counter[str] = Counter()
    async with shops.house.database.reading() as tx:
        for table in metadata.tables.values():
            found[table.name] = (await tx.execute(select(func.count()).select_from(table))).scalar_one()
    for request in shops.state.requests:
        found[f"asked {request['operation']}"] += 1
    return found


async def chatting(shops: TwoShops, contact: str) -> tuple[list[Any], Counter[str]]:
    before, seen = await rows(shops), []
    page = await shops.begin()
    for words in ("cancel my order", f"my address is {contact}", "hello?", *(f"00000{n}" for n in range(6)), f"again to {contact}"):
        seen.append(faceless(await page.say(words), contact))
        await shops.settle()
        answer = await shops.web.get("/api/chat/northbay/events?after=0&wait=0", headers=page.headers)
        seen.append(faceless(answer, contact, page.id))
    await shops.settle()
    after = await rows(shops)
    after.subtract(before)
    return seen, after


async def test_a_chat_does_not_tell_whether_a_contact_is_on_record(shops: TwoShops) -> None:
    await chatting(shops, "else.nobody@example.com")  # what is kept once for everybody is kept now
    (known, did), (unknown, did_too) = await chatting(shops, ANA), await chatting(shops, NOBODY)
    assert known == unknown
    assert len(shops.letters.mails) == 2
    did.subtract(did_too)
    # The letters themselves, out of sight, are all there is between them.
    assert {name: n for name, n in did.items() if n} == {"outbox": 2}


async def test_the_hub_does_not_tell_either(shops: TwoShops) -> None:
    told = []
    for contact in (ANA, NOBODY):
        async with shops.browser() as browser:
            form = form_of((await browser.get("/hub/sign-in")).text)
            steps = [await browser.post("/hub/sign-in/code", data={"contact": contact, "form_token": form})]
            await shops.settle()
            for n in range(6):
                steps.append(await browser.post("/hub/sign-in/confirm", data={"code": f"00000{n}", "form_token": form}))
            steps.append(await browser.get("/hub/sign-in"))
            told.append([faceless(step, contact) for step in steps])
    assert told[0] == told[1]
    assert [to for to, _ in shops.letters.mails] == [[ANA]]


@pytest.mark.parametrize(
    "contact", ['x" OR email:*@example.com', "*@example.com", "ana.torres@example.com,mal@example.com", "АNA.torres@example.com"]
)
async def test_a_contact_that_only_resembles_one_gets_no_letter(shops: TwoShops, contact: str) -> None:
    async with shops.browser() as browser:
        form = form_of((await browser.get("/hub/sign-in")).text)
        answer = await browser.post("/hub/sign-in/code", data={"contact": contact, "form_token": form})
        assert answer.status_code == 200
        await shops.settle()
    assert shops.letters.mails == []


# Guessing (A1), at the store itself, where the limits are


class Guesser:
    """Somebody who asks for codes and guesses, on as many pages as they like."""

    def __init__(self, shops: TwoShops) -> None:
        self.shops, self.tried = shops, Counter[str]()
        self.now = shops.clock.now() + timedelta(days=400)

    async def guess(self, tx: Any, contact: str, times: int) -> None:
        brand = self.shops.home("southbay").brand
        page = uuid4().hex
        asked = Asked(id=page, session=page, contact=contact, purpose="conversation", created_at=self.now)
        if await challenges.ask(tx, brand, asked):
            made = codes.challenge(
                "123456", b"s" * 16, KEY, brand=brand.id, session=asked.session, contact=contact, purpose="conversation", medium="email",
                customer="gid://shopify/Customer/1", now=self.now,
            )  # fmt: skip
            await challenges.arm(tx, brand, asked.id, made)
        for _ in range(times):
            failures = await self._failures(tx, contact)
            judged = await challenges.judge(tx, brand, asked.session, "conversation", "654321", KEY, self.now)
            assert judged is None or judged.verdict is not Verdict.ACCEPTED
            self.tried[contact] += await self._failures(tx, contact) - failures

    async def _failures(self, tx: Any, contact: str) -> int:
        return int((await tx.execute(text("SELECT count(*) FROM failed_tries WHERE contact = :c"), {"c": contact})).scalar_one())


async def test_a_contact_can_be_guessed_at_twenty_times_a_day_and_a_hundred_times_in_all(shops: TwoShops) -> None:
    guesser = Guesser(shops)
    async with shops.house.database.writing() as tx:
        by_day = []
        for _ in range(8):
            before = guesser.tried[ANA]
            for _ in range(24):
                await guesser.guess(tx, ANA, 7)
                guesser.now += timedelta(hours=1)
            by_day.append(guesser.tried[ANA] - before)
    assert max(by_day) <= 20
    assert sum(by_day) == 100
    assert by_day[-1] == 0


async def test_a_shop_can_be_guessed_at_four_hundred_times_an_hour(shops: TwoShops) -> None:
    guesser = Guesser(shops)
    guesser.now += timedelta(days=20)
    async with shops.house.database.writing() as tx:
        for n in range(90):
            await guesser.guess(tx, f"shopper-{n}@example.com", 6)
        assert guesser.tried.total() == 400
        guesser.now += timedelta(hours=1)
        await guesser.guess(tx, "shopper-0@example.com", 1)
        assert guesser.tried.total() == 401

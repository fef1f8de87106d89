"""One-time codes under parallel tries: one wins, and every limit is exact (trust.md 4.3, A2)."""

import asyncio
from collections import Counter
from datetime import timedelta

from identity import codes
from identity.codes import Purpose, Verdict
from server.store import challenges
from server.store.challenges import Asked
from server.store.database import Database
from tests.contracts.storing import BRAND, NOON, count, many, thread_of

ANA = "ana.torres@example.com"
KEY = b"k" * 32
RIGHT, WRONG = "123456", "654321"


async def ask(database: Database, session: str = "s1", contact: str = ANA, *, id: str | None = None, purpose: Purpose = "hub") -> bool:
    async with database.writing() as tx:
        asked = Asked(id=id or session, session=session, contact=contact, purpose=purpose, created_at=NOON)
        return await challenges.ask(tx, BRAND, asked)


async def arm(database: Database, session: str = "s1", contact: str = ANA, *, id: str | None = None, purpose: Purpose = "hub") -> bool:
    made = codes.challenge(
        RIGHT,
        b"s" * 16,
        KEY,
        brand=BRAND.id,
        session=session,
        contact=contact,
        purpose=purpose,
        medium="email",
        customer="gid://shopify/Customer/1",
        now=NOON,
    )
    async with database.writing() as tx:
        return await challenges.arm(tx, BRAND, id or session, made)


async def attempt(database: Database, digits: str, session: str = "s1", *, purpose: Purpose = "hub") -> Verdict | None:
    async with database.writing() as tx:
        judged = await challenges.judge(tx, BRAND, session, purpose, digits, KEY, NOON)
        await asyncio.sleep(0)
    return None if judged is None else judged.verdict


async def test_of_fifty_tries_of_the_right_code_at_once_one_wins(database: Database) -> None:
    await ask(database)
    assert await arm(database)
    verdicts = Counter(await many(attempt(database, RIGHT) for _ in range(50)))
    assert verdicts == {Verdict.ACCEPTED: 1, None: 49}
    assert await count(database, "SELECT count(*) FROM challenges WHERE state = 'used'") == 1
    assert await count(database, "SELECT count(*) FROM failed_tries") == 0


async def test_of_fifty_tries_in_a_conversation_one_wins_while_it_is_written_to(database: Database) -> None:
    thread = await thread_of(database)
    await ask(database, thread.id, purpose="conversation")
    await arm(database, thread.id, purpose="conversation")
    verdicts = Counter(await many(attempt(database, RIGHT, thread.id, purpose="conversation") for _ in range(50)))
    assert verdicts[Verdict.ACCEPTED] == 1


async def test_a_code_bears_exactly_its_number_of_wrong_tries(database: Database) -> None:
    await ask(database)
    await arm(database)
    verdicts = Counter(await many(attempt(database, WRONG) for _ in range(50)))
    assert verdicts[Verdict.WRONG] == codes.TRIES_PER_CODE - 1
    assert verdicts[Verdict.SPENT] == 50 - (codes.TRIES_PER_CODE - 1)
    assert await count(database, "SELECT count(*) FROM failed_tries") == codes.TRIES_PER_CODE
    assert await attempt(database, RIGHT) is Verdict.SPENT


async def test_tries_of_one_contact_from_many_sessions_are_counted_together(database: Database) -> None:
    sessions = [f"s{n}" for n in range(codes.CODES_PER_HOUR)]
    for session in sessions:
        assert await ask(database, session)
        await arm(database, session)
    assert not await ask(database, "one more")
    await many(attempt(database, WRONG, session) for session in sessions for _ in range(20))
    assert await count(database, "SELECT count(*) FROM failed_tries") == min(
        codes.FAILURES_PER_DAY, codes.TRIES_PER_CODE * codes.CODES_PER_HOUR
    )


async def test_codes_asked_for_at_once_keep_to_the_hours_limit(database: Database) -> None:
    allowed = await many(ask(database, f"s{n}") for n in range(20))
    assert sum(allowed) == codes.CODES_PER_HOUR


async def test_a_new_code_voids_the_old_one_of_its_session(database: Database) -> None:
    for n in range(3):
        await ask(database, "s1", f"person{n}@example.com", id=f"c{n}")
    assert await count(database, "SELECT count(*) FROM challenges WHERE state = 'asked'") == 1
    assert await count(database, "SELECT count(*) FROM challenges WHERE state = 'void'") == 2


async def test_of_two_workers_with_the_same_job_one_makes_the_code(database: Database) -> None:
    await ask(database)
    assert sorted(await many(arm(database) for _ in range(4))) == [False, False, False, True]


async def test_a_person_lets_a_contact_try_again(database: Database) -> None:
    await ask(database)
    await arm(database)
    await attempt(database, WRONG)
    async with database.writing() as tx:
        assert await challenges.reopen_contact(tx, BRAND, ANA, NOON + timedelta(days=1))
        assert not await challenges.reopen_contact(tx, BRAND, ANA, NOON + timedelta(days=1))
    assert await count(database, "SELECT count(*) FROM failed_tries") == 1

"""A code by mail: who mistypes it hears so, a robot in a loop and a forged sender do not (product.md 1.4, trust.md D4)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from channels.message import ConversationId, Signal
from server.services.codes import Codes
from tests.server.post_office import PostOffice, post_office

ANA = "ana.torres@example.com"
FIRST = "<m1@example.com>"


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    async with post_office(tmp_path) as open_office:
        settings = open_office.stage.house.settings
        open_office.stage.house.settings = settings.model_copy(update={"smtp_host": "127.0.0.1"})
        yield open_office


async def code_asked(office: PostOffice, *, aligned: bool = True, locale: str = "en") -> str:
    """A wish, the word CODE, both answered; the digits that were mailed."""
    for said in ("cancel #1042", "CODE"):
        await answered(office, said, aligned=aligned)
    [(conversation,)] = await office.rows("SELECT id FROM conversations")
    await Codes(office.stage.house).ask(
        office.home, session=ConversationId(conversation), contact=ANA, purpose="conversation", locale=locale
    )
    await office.settle()
    return office.email.out[-1].text.rpartition("#")[2].strip()


async def answered(office: PostOffice, said: str, *, aligned: bool = True) -> bool:
    """Whether the agent's answer to this mail left."""
    before = len(replies(office))
    first = {} if not office.stage.turn.seen else {"In_Reply_To": FIRST, "References": FIRST}
    await office.mail(said, message=None if first else FIRST, aligned=aligned, **first)
    await office.settle()
    return len(replies(office)) > before


def replies(office: PostOffice) -> list[str]:
    return [said for said in office.email.texts if said.startswith("L")]


def other_than(digits: str) -> str:
    return f"{(int(digits) + 1) % 1_000_000:06d}"


async def test_a_mistyped_code_is_answered_as_often_as_it_may_be_tried_and_the_right_one_too(office: PostOffice) -> None:
    digits = await code_asked(office)
    for said in (other_than(digits), f" {other_than(digits)} \n\nSent from my phone", f"{other_than(digits)}."):
        assert await answered(office, said), said
        assert office.stage.turn.seen[-1].messages[-1].signal is Signal.CODE_WRONG
    assert await answered(office, digits)
    assert replies(office)[-1].startswith("L2")


async def test_a_robot_that_quotes_a_ticket_is_in_a_loop_and_gets_two_mails(office: PostOffice) -> None:
    digits = await code_asked(office)
    for _ in range(3):
        assert not await answered(office, f"Thank you, your ticket {other_than(digits)} was received.")
    assert len(replies(office)) == 2


async def test_a_forged_sender_gets_no_further_mail_for_typing_digits(office: PostOffice) -> None:
    digits = await code_asked(office, aligned=False)
    for _ in range(3):
        assert not await answered(office, other_than(digits), aligned=False)
    assert len(replies(office)) == 1


async def test_guessing_on_ends_with_the_code(office: PostOffice) -> None:
    digits = await code_asked(office)
    told = [await answered(office, other_than(digits)) for _ in range(9)]
    assert told == [True] * 5 + [False] * 4


@pytest.mark.parametrize(
    ("locale", "silence"),
    [
        ("en", "nothing comes back"),
        ("fr", "Sans réponse"),
        ("ja", "返信が届かない"),
        ("es", "no recibe contestación"),
        ("de", "Kommt nichts zurück"),
    ],
)
async def test_the_mail_with_the_code_says_what_silence_means_and_where_else_to_sign_in(
    office: PostOffice, locale: str, silence: str
) -> None:
    await code_asked(office, locale=locale)
    body = office.email.out[-1].text
    assert silence in body
    assert "/hub/sign-in" in body
    assert body.strip().splitlines()[-1].startswith("@")


async def test_a_code_asked_for_in_the_hub_is_not_to_be_mailed_back(office: PostOffice) -> None:
    await Codes(office.stage.house).ask(office.home, session="s1", contact=ANA, purpose="hub", locale="en")
    await office.settle()
    assert "answer to this mail" not in office.email.out[-1].text

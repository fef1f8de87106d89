"""A person's words reach the shopper where the shopper wrote (I-01), and so do the last ones of a case."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import update

from channels.message import ConversationId
from server.services.cases import Cases
from server.services.undelivered import for_a_person
from server.store import conversations
from server.store.tables import conversations as rows
from tests.server.post_office import PostOffice, post_office


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    async with post_office(tmp_path) as open_office:
        yield open_office


async def write(office: PostOffice, channel: str, said: str = "where is my order") -> str:
    """A message on `channel`, answered; the reference of a case about it."""
    if channel == "sms":
        await office.text(said)
    elif channel == "whatsapp":
        await office.chat({"text": said})
    else:
        await office.mail(said, subject="Order #1042", message="<one@example.com>")
    await office.settle()
    house = office.stage.house
    [(id_,)] = await office.rows("SELECT id FROM conversations")
    async with house.database.writing() as tx:
        thread = await conversations.thread(tx, office.home.brand, ConversationId(id_))
        assert thread is not None
        await for_a_person(house, tx, office.home, thread, reason="wants_person", once="a test", said="please call")
    return str((await office.rows("SELECT reference FROM cases"))[0][0])


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "email"])
async def test_a_reply_from_the_desk_leaves_on_the_shoppers_channel_once(office: PostOffice, channel: str) -> None:
    reference = await write(office, channel)
    for _ in range(2):
        assert await Cases(office.stage.house).reply(office.home, reference, author="Support", text="It leaves today.", once="form-1")
    await office.settle()
    posts = {"sms": office.sms, "whatsapp": office.whatsapp, "email": office.email}
    assert posts[channel].texts[1:] == ["It leaves today."]
    assert [len(post.taken) for name, post in posts.items() if name != channel] == [0, 0]
    assert not posts[channel].out[-1].ai


async def test_a_mail_from_the_desk_stays_in_its_thread(office: PostOffice) -> None:
    reference = await write(office, "email")
    await Cases(office.stage.house).reply(office.home, reference, author="Support", text="It leaves today.")
    await office.settle()
    out = office.email.out[-1]
    assert out.mail is not None
    assert out.mail.references[-1] == "<one@example.com>"
    assert "Order #1042" in (out.subject or "")
    await office.mail("thank you", In_Reply_To=out.mail.message_id, References=f"<one@example.com> {out.mail.message_id}")
    assert await office.count("SELECT count(*) FROM conversations") == 1


async def test_a_stranger_who_answers_into_a_thread_inherits_nothing(office: PostOffice) -> None:
    reference = await write(office, "email")
    await office.mail("show me the order", sender="stranger@example.com", In_Reply_To="<one@example.com>", References="<one@example.com>")
    await office.settle()
    assert await office.count("SELECT count(*) FROM conversations") == 2
    assert office.stage.turn.seen[-1].state.case is None
    assert office.stage.turn.seen[-1].contact == "stranger@example.com"
    assert reference


async def test_words_and_replies_leave_in_the_order_in_which_they_were_said(office: PostOffice) -> None:
    reference = await write(office, "sms")
    await Cases(office.stage.house).reply(office.home, reference, author="Support", text="First.")
    await Cases(office.stage.house).reply(office.home, reference, author="Support", text="Second.")
    await Cases(office.stage.house).close(office.home, reference, author="Support")
    await office.settle()
    assert office.sms.texts[1:3] == ["First.", "Second."]
    assert reference in office.sms.texts[3]
    assert len(office.sms.taken) == 4


async def test_with_a_person_the_agent_is_silent_and_after_the_close_it_answers_again(office: PostOffice) -> None:
    reference = await write(office, "sms")
    await Cases(office.stage.house).reply(office.home, reference, author="Support", text="I am on it.")
    await office.text("thank you")
    await office.settle()
    assert office.sms.texts[1:] == ["I am on it."]
    await Cases(office.stage.house).close(office.home, reference, author="Support")
    await office.text("one more thing")
    await office.settle()
    assert office.sms.texts[-1] == "L1: one more thing"


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "email"])
async def test_a_turn_that_keeps_failing_is_owned_up_to_on_every_channel(office: PostOffice, channel: str) -> None:
    office.stage.turn.fails = 99
    if channel == "sms":
        await office.text("hello")
    elif channel == "whatsapp":
        await office.chat({"text": "hello"})
    else:
        await office.mail("hello")
    post = {"sms": office.sms, "whatsapp": office.whatsapp, "email": office.email}[channel]
    for _ in range(8):
        await office.settle()
        if post.taken:
            break
        async with office.stage.house.database.writing() as tx:
            again = update(rows).where(rows.c.due_at.is_not(None))  # what waits to be tried again is due now
            await tx.execute(again.values(due_at=office.stage.house.database.wall()))
    [said] = post.texts
    [(reference,)] = await office.rows("SELECT reference FROM cases")
    assert reference in said

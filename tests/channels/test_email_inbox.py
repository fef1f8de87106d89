"""New mail found in the brand's mailbox over a real socket, whatever happened to the mailbox meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels.email.inbox import Cursor, Found, InboxRefused, InboxUnreachable, new_mail
from channels.email.receive import parse
from demo.mailbox.imap import Box, imap_server
from knowledge.brand import MailSettings

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


def written(number: int, *, extra: str = "") -> bytes:
    return (
        f"Message-ID: <{number}@example.com>\r\nDate: Fri, 20 Nov 2026 12:00:00 +0000\r\nFrom: ana.torres@example.com\r\n"
        f"Subject: Mail {number}\r\n{extra}\r\nwords of {number}\r\n"
    ).encode()


@asynccontextmanager
async def mailbox(count: int = 0, *, announces_next: bool = True) -> AsyncIterator[tuple[Box, MailSettings]]:
    box = Box(announces_next=announces_next)
    for number in range(1, count + 1):
        box.append(written(number), NOON)
    async with imap_server(box) as port:
        settings = MailSettings(
            address="hello@northbay.example.com", imap_host="127.0.0.1", imap_port=port, imap_user=box.user, imap_tls=False
        )
        yield box, settings


async def look(box: Box, settings: MailSettings, place: str = "", *, limit: int = 500) -> Found:
    # Patience for a busy machine: a command that ran out of it would look like a line that broke.
    return await new_mail(settings, box.password, place, limit=limit, timeout=60, now=lambda: NOON)


def numbers(found: Found) -> list[int]:
    return [int(mail.mail.message_id.strip("<").partition("@")[0]) for mail in found.mail if mail.mail]


async def test_the_first_look_answers_nothing_old_and_the_next_finds_what_came() -> None:
    async with mailbox(3) as (box, settings):
        first = await look(box, settings)
        assert (numbers(first), first.more) == ([], False)
        box.append(written(4))
        second = await look(box, settings, first.place)
        assert numbers(second) == [4]
        third = await look(box, settings, second.place)
        assert numbers(third) == []


async def test_after_four_hours_down_all_five_hundred_are_found_in_order() -> None:
    async with mailbox() as (box, settings):
        place = (await look(box, settings)).place
        for number in range(1, 501):
            box.append(written(number), NOON + timedelta(seconds=28 * number))
        found: list[int] = []
        for _ in range(5):
            step = await look(box, settings, place, limit=120)
            found += numbers(step)
            place = step.place
            assert step.more is (len(found) < 500)
        assert found == list(range(1, 501))
        assert numbers(await look(box, settings, place)) == []


async def test_nothing_in_the_mailbox_is_changed() -> None:
    async with mailbox() as (box, settings):
        place = (await look(box, settings)).place
        box.append(written(1))
        assert numbers(await look(box, settings, place)) == [1]
        assert [each.flags for each in box.stored] == [set()]
        assert {command.split()[0].upper() for command in box.log} <= {"CAPABILITY", "EXAMINE", "UID", "LOGOUT"}
        assert all("BODY.PEEK[" in command for command in box.log if "FETCH" in command)


async def test_gaps_left_by_deleted_mail_hide_none() -> None:
    async with mailbox(5) as (box, settings):
        place = (await look(box, settings)).place
        for number in range(6, 12):
            box.append(written(number))
        box.expunge(1, 2, 5, 7, 8, 11)
        found = await look(box, settings, place)
        assert numbers(found) == [6, 9, 10]
        box.expunge(6, 9, 10)
        assert numbers(await look(box, settings, found.place)) == []
        box.append(written(12))
        assert numbers(await look(box, settings, found.place)) == [12]


async def test_void_numbers_are_read_again_and_bring_the_same_keys() -> None:
    async with mailbox() as (box, settings):
        place = (await look(box, settings)).place
        box.append(written(0), NOON - timedelta(days=30))
        for number in (1, 2):
            box.append(written(number), NOON)
        before = await look(box, settings, place)
        box.expunge(1)
        box.renumber()
        box.append(written(3), NOON)
        after = await look(box, settings, before.place)
        assert numbers(after) == [1, 2, 3]
        assert [mail.id for mail in after.mail[:2]] == [mail.id for mail in before.mail[1:]]
        assert numbers(await look(box, settings, after.place)) == []


async def test_void_numbers_do_not_bring_back_old_mail() -> None:
    async with mailbox() as (box, settings):
        place = (await look(box, settings)).place
        box.append(written(1), NOON - timedelta(days=30))
        box.renumber()
        found = await look(box, settings, place)
        assert numbers(found) == []
        box.append(written(2), NOON)
        assert numbers(await look(box, settings, found.place)) == [2]


async def test_a_line_that_breaks_half_way_gives_what_was_read_and_goes_on_there() -> None:
    async with mailbox() as (box, settings):
        place = (await look(box, settings)).place
        for number in range(1, 121):
            box.append(written(number))
        box.drop_after = 70
        found = await look(box, settings, place)
        assert found.more
        assert numbers(found) == list(range(1, 61))
        assert numbers(await look(box, settings, found.place)) == list(range(61, 121))


async def test_a_line_that_breaks_at_once_is_an_error_and_nothing_is_lost() -> None:
    async with mailbox() as (box, settings):
        place = (await look(box, settings)).place
        box.append(written(1))
        box.drop_after = 1
        with pytest.raises(InboxUnreachable):
            await look(box, settings, place)
        assert numbers(await look(box, settings, place)) == [1]


async def test_a_mail_that_cannot_be_read_is_passed_over_and_holds_up_none() -> None:
    async with mailbox() as (box, settings):
        place = (await look(box, settings)).place
        box.append(written(1))
        box.append(b"From: a@example.com, b@example.com\r\n\r\nboth\r\n")
        box.append(b"")
        box.append(written(4))
        found = await look(box, settings, place)
        assert numbers(found) == [1, 4]
        assert len(found.unreadable) == 2
        assert numbers(await look(box, settings, found.place)) == []


async def test_of_a_very_large_mail_the_words_at_its_beginning_are_read() -> None:
    async with mailbox() as (box, settings):
        place = (await look(box, settings)).place
        head = 'Content-Type: multipart/mixed; boundary="b"\r\n'
        body = b"--b\r\nContent-Type: text/plain\r\n\r\nIt came broken.\r\n"
        body += b"--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment\r\n\r\n"
        box.append(written(1, extra=head).partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body + b"x" * 3_000_000 + b"\r\n--b--\r\n")
        (mail,) = (await look(box, settings, place)).mail
        assert mail.text == "Mail 1\n\nIt came broken."
        assert mail.media == ("image",)


async def test_the_same_mail_by_webhook_has_the_same_key() -> None:
    async with mailbox() as (box, settings):
        place = (await look(box, settings)).place
        box.append(written(1))
        (mail,) = (await look(box, settings, place)).mail
        assert mail.id == parse(written(1), own=(), authserv_id=None).id


async def test_a_host_that_does_not_tell_its_next_number_is_read_as_well() -> None:
    async with mailbox(3, announces_next=False) as (box, settings):
        place = (await look(box, settings)).place
        box.append(written(4))
        assert numbers(await look(box, settings, place)) == [4]


async def test_our_own_mail_in_the_folder_is_marked_as_ours() -> None:
    async with mailbox() as (box, settings):
        place = (await look(box, settings)).place
        box.append(b"From: Northbay <hello@northbay.example.com>\r\n\r\nan answer of ours\r\n")
        (mail,) = (await look(box, settings, place)).mail
        assert mail.automatic == "own"


async def test_a_wrong_password_and_a_missing_folder_are_the_operators_business() -> None:
    async with mailbox() as (box, settings):
        with pytest.raises(InboxRefused):
            await new_mail(settings, "wrong", "", timeout=5)
        with pytest.raises(InboxRefused):
            await look(box, replace(settings, imap_folder="Elsewhere"))
        with pytest.raises(InboxRefused):
            await look(box, replace(settings, imap_host=None))


async def test_a_host_that_is_away_is_asked_again_later() -> None:
    async with mailbox() as (box, settings):
        pass
    with pytest.raises(InboxUnreachable):
        await look(box, settings)


@pytest.mark.parametrize("kept", ["", "x", "1:2", "1:2:yesterday", None])
def test_a_cursor_that_cannot_be_read_is_none(kept: str | None) -> None:
    assert Cursor.read(kept) is None


def test_a_cursor_is_read_as_it_was_written() -> None:
    cursor = Cursor(validity=7, uid=42, at=NOON)
    assert Cursor.read(str(cursor)) == cursor
    assert len(str(Cursor(validity=2**32, uid=2**32, at=NOON))) < 100

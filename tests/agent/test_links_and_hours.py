"""Links that carry a place and no right, and the promise of a reply in the brand's own hours."""

from datetime import UTC, datetime, time, timedelta

import pytest

from agent.hours import reply_by
from agent.links import LIFE, LinkMaker
from knowledge.brand import OfficeHours
from tests.agent.worlds import ANA, NOW, CountedChance, order


def maker() -> LinkMaker:
    return LinkMaker(base="https://northbay.example.com", chance=CountedChance(), now=NOW, customer=ANA)


def test_a_link_names_nobody_and_is_the_same_within_a_turn() -> None:
    links, mine = maker(), order(1042)
    first = links.place("cancel_order", mine.id, mine.name, mine.customer)
    assert first == links.place("cancel_order", mine.id, mine.name, mine.customer)
    assert first != links.place("review", mine.id, mine.name, mine.customer)
    assert "1042" not in first
    assert len(first.rsplit("/", 1)[1]) == 22
    assert [(link.action, link.customer, link.expires) for link in links.made] == [
        ("cancel_order", ANA, NOW + LIFE),
        ("review", ANA, NOW + LIFE),
    ]


def test_withdrawal_and_sign_in_need_no_token() -> None:
    links = maker()
    assert (links.withdraw(), links.sign_in()) == ("https://northbay.example.com/withdraw", "https://northbay.example.com/hub/sign-in")
    assert links.made == ()


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("2026-11-19T10:00", "2026-11-19T14:00"),
        ("2026-11-19T16:00", "2026-11-20T11:00"),
        ("2026-11-20T15:00", "2026-11-23T10:00"),
        ("2026-11-21T12:00", "2026-11-23T13:00"),
        ("2026-11-19T05:00", "2026-11-19T13:00"),
    ],
)
def test_promised_time_runs_only_while_the_office_is_open(asked: str, answered: str) -> None:
    hours = OfficeHours(reply_within=timedelta(hours=4))
    due = reply_by(hours, "UTC", datetime.fromisoformat(asked).replace(tzinfo=UTC))
    assert due == datetime.fromisoformat(answered).replace(tzinfo=UTC)


def test_an_office_that_never_opens_promises_nothing() -> None:
    assert reply_by(OfficeHours(days=frozenset()), "UTC", NOW) is None
    assert reply_by(OfficeHours(opens=time(9), closes=time(9)), "UTC", NOW) is None

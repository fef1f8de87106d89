"""A code serves once, where it was asked for, and not for long (bars A1, A2)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from identity.codes import Challenge, Medium, Verdict, challenge, check, code_in, may_send

NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
KEY = b"k" * 32


def made(digits: str = "123456", medium: Medium = "email", customer: str | None = "gid://shopify/Customer/1") -> Challenge:
    return challenge(
        digits,
        b"salt",
        KEY,
        brand="northbay",
        session="chat-1",
        contact="ana@example.com",
        purpose="conversation",
        medium=medium,
        customer=customer,
        now=NOW,
    )


def test_the_right_code_is_taken_once() -> None:
    verdict, used = check(made(), "123456", KEY, session="chat-1", now=NOW)
    again, _ = check(used, "123456", KEY, session="chat-1", now=NOW)
    assert (verdict, again) == (Verdict.ACCEPTED, Verdict.SPENT)


def test_a_code_from_another_conversation_is_wrong() -> None:
    assert check(made(), "123456", KEY, session="chat-2", now=NOW)[0] is Verdict.WRONG


@pytest.mark.parametrize("field", ["brand", "contact", "purpose"])
def test_a_code_is_bound_to_its_brand_contact_and_purpose(field: str) -> None:
    other: dict[str, Any] = {field: "hub" if field == "purpose" else "other"}
    moved = replace(made(), **other)
    assert check(moved, "123456", KEY, session="chat-1", now=NOW)[0] is Verdict.WRONG


@pytest.mark.parametrize(("medium", "minutes"), [("email", 10), ("sms", 5), ("whatsapp", 5)])
def test_the_instant_of_expiry_is_outside(medium: Medium, minutes: int) -> None:
    last = timedelta(minutes=minutes) - timedelta(seconds=1)
    assert check(made(medium=medium), "123456", KEY, session="chat-1", now=NOW + last)[0] is Verdict.ACCEPTED
    assert check(made(medium=medium), "123456", KEY, session="chat-1", now=NOW + timedelta(minutes=minutes))[0] is Verdict.SPENT


def test_five_wrong_tries_spend_a_code_even_for_the_right_one() -> None:
    open_challenge = made()
    verdicts = []
    for _ in range(5):
        verdict, open_challenge = check(open_challenge, "000000", KEY, session="chat-1", now=NOW)
        verdicts.append(verdict)
    assert verdicts == [Verdict.WRONG] * 4 + [Verdict.SPENT]
    assert check(open_challenge, "123456", KEY, session="chat-1", now=NOW)[0] is Verdict.SPENT


def test_a_contact_on_no_record_answers_like_a_wrong_code() -> None:
    assert check(made(customer=None), "123456", KEY, session="chat-1", now=NOW)[0] is Verdict.WRONG


def test_three_codes_an_hour_and_six_a_day() -> None:
    assert may_send([NOW - timedelta(minutes=m) for m in (5, 10)], [], 0, NOW)
    assert not may_send([NOW - timedelta(minutes=m) for m in (5, 10, 15)], [], 0, NOW)
    assert not may_send([NOW - timedelta(hours=h) for h in (2, 3, 4, 5, 6, 7)], [], 0, NOW)
    assert not may_send([], [NOW - timedelta(hours=2)] * 20, 0, NOW)
    assert not may_send([], [], 100, NOW)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("123456", "123456"),
        ("my code is 123 456, thanks", "123456"),
        ("１２３４５６です", "123456"),
        ("order #123456", None),
        ("1234567", None),
        ("123456 or 654321", None),
        ("cancel 1042", None),
    ],
)
def test_a_code_is_read_from_a_message_and_an_order_number_is_not(text: str, code: str | None) -> None:
    assert code_in(text) == code

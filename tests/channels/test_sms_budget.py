"""What an answer by text costs: two parts with the longest links a brand may have, each sign counted as a carrier does (V-01 to V-03)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.reply import DeepLink, LinkAction, OrderCard, Reply, SignIn
from channels.sms.render import render
from channels.sms.segments import plain, segments
from demo.phones.twilio_shapes import parts_of
from skills.skill import Choose
from tests.agent.one_order import said
from tests.agent.test_phrases import every_outcome, orders_for
from tests.channels.test_sms_segments import oracle

TO = "+12025550123"
LONGEST_LINK = 48
TRAPS = [
    "\ud83d",
    "\ude00",
    "😀",
    "👨‍👩‍👧‍👦",
    "🇯🇵",
    "👍🏽",
    "❤️",
    "é",
    "e\u0301",
    "ヴ",
    "ウ\u3099",
    "ﾊﾟ",
    "𠮷",
    "\u00a0",
    "\u202f",
    "\u200b",
    "\u3000",
    "\ufeff",
    "{",
    "^",
    "€",
    "\f",
    "\r",
    "`",
    "´",
    "’",
    "—",
    "…",
    "ç",
    "Ç",
    "\x1b",
    "\x00",
]


def with_longest_links(reply: Reply) -> Reply:
    """The same reply, each of its links as long as a brand's may be (V-03)."""

    def longest(url: str) -> str:
        return f"https://{url.removeprefix('https://').rjust(LONGEST_LINK - len('https://'), 'g')}"[:LONGEST_LINK]

    def action(link: LinkAction | None) -> LinkAction | None:
        return None if link is None else replace(link, url=longest(link.url))

    blocks: list[Any] = []
    for block in reply.blocks:
        match block:
            case DeepLink() | SignIn():
                blocks.append(replace(block, url=longest(block.url)))
            case OrderCard():
                blocks.append(replace(block, primary=action(block.primary)))
            case _:
                blocks.append(block)
    return replace(reply, blocks=tuple(blocks))


@pytest.mark.parametrize("locale", ["en", "fr", "ja"])
@pytest.mark.parametrize("wish", ["cancel_order", "change_address", "order_status", "return_item"])
def test_two_parts_hold_an_answer_with_the_longest_link(locale: str, wish: str) -> None:
    links, long = 0, set()
    for outcome in every_outcome(wish):
        if isinstance(outcome, Choose) and len(outcome.options) > 3:
            continue
        reply, _, _ = said(outcome, orders=orders_for(outcome), channel="sms", locale=locale, checked=False)
        (sent,) = render(with_longest_links(reply), to=TO, locale=locale)
        found = [word for word in sent.text.split() if word.startswith("https://")]
        assert {len(link) for link in found} <= {LONGEST_LINK}
        links += len(found)
        assert sent.segments == segments(sent.text) == parts_of(sent.text)[0]
        if sent.segments > 2:
            long.add(sent.text)
    assert links
    assert long == set()


@settings(max_examples=300)
@given(st.lists(st.one_of(st.sampled_from(TRAPS), st.text(alphabet="ab é日", max_size=30)), max_size=60).map("".join))
def test_every_trap_is_counted_as_two_plain_counters_do(text: str) -> None:
    assert segments(text) == oracle(text) == parts_of(text)[0]


@pytest.mark.parametrize("trap", TRAPS, ids=ascii)
def test_a_trap_at_every_border_is_counted_as_a_plain_counter_does(trap: str) -> None:
    for filler, borders in (("a", (70, 67, 134, 160, 153, 306)), ("あ", (70, 67, 134))):
        for border in borders:
            for before in range(border - len(trap) * 2 - 1, border + 2):
                text = filler * before + trap + filler * 3
                assert segments(text) == oracle(text), (filler, before)


@settings(max_examples=200)
@given(st.lists(st.sampled_from([*TRAPS, "Zoë ", "réglé ", "abc "]), max_size=80).map("".join))
def test_making_words_plain_never_costs_and_never_touches_a_letter(text: str) -> None:
    made = plain(text)
    assert segments(made) <= segments(text)
    assert [sign for sign in made if sign.isalpha()] == [sign for sign in text if sign.isalpha()]

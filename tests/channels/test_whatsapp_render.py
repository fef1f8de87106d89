"""However much is said, each message keeps Meta's limits and the whole keeps every word and every link (V-08 to V-10)."""

import re
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from channels.message import Outbound
from channels.reply import Block, Choices, DeepLink, HandoffNotice, Option, Quote, Reply, SignIn, Text
from channels.whatsapp.render import render
from channels.whatsapp.send import body
from channels.words import LOCALES
from demo.phones.graph import read

TO = "+12025550123"
LINK = "https://go.blauhaus.eu/c/AAAAAAAAAAAAAAAAAAAAAA"
WORDS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60),
    st.sampled_from(
        [
            "ご注文の変更は15時5分まで承ります。",
            "👩🏽‍🚀👨‍👩‍👧‍👦🇯🇵",
            "Änderungsmöglichkeit",
            "El pedido todavía se puede cambiar.",
            "é" * 30,
        ]
    ),
)
LONG = st.builds(lambda words, times: " ".join(words) * times, st.lists(WORDS, max_size=6), st.integers(1, 60))
LABEL = WORDS.filter(lambda label: label.strip() != "" and not re.search(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", label))
URL = st.integers(0, 10**20).map(lambda number: f"{LINK[:24]}{number:022d}")
OPTION = st.builds(Option, id=st.integers(0, 10**9).map(lambda number: f"gid://shopify/Order/{number}"), label=LABEL)
CHOICES = st.lists(OPTION, min_size=1, max_size=14, unique_by=lambda option: option.id)
BLOCK: st.SearchStrategy[Block] = st.one_of(
    st.builds(Text, text=LONG),
    st.builds(DeepLink, label=LABEL, url=URL),
    st.builds(SignIn, label=LABEL, url=URL, code_label=LABEL),
    st.builds(Quote, text=LONG, locale=st.just("en"), document=st.just("d"), clause=st.just("c"), title=LABEL),
    st.builds(HandoffNotice, state=st.just("offered"), reason=st.just("on_hold"), text=LONG),
    st.builds(Choices, options=CHOICES.map(tuple)),
)


def replies() -> st.SearchStrategy[Reply]:
    return st.builds(Reply, text=LABEL, blocks=st.lists(BLOCK, max_size=6).map(tuple), locale=st.sampled_from(LOCALES))


def taken(out: Outbound) -> Any:
    """The message as Meta reads it; Meta's own limits stand in the demo's Graph API and raise here."""
    return read({**body(out), "biz_opaque_callback_data": "r-1"}, {})


@settings(max_examples=300)
@given(replies())
def test_meta_takes_every_message_of_every_reply(reply: Reply) -> None:
    sent = render(reply, to=TO)
    assert sent
    for out in sent:
        asked = taken(out)
        assert asked.to == TO
        assert asked.text == out.text
        assert out.ai is reply.ai
        assert out.locale == reply.locale


@given(replies())
def test_no_link_is_cut_and_none_is_lost(reply: Reply) -> None:
    urls = [block.url for block in reply.blocks if isinstance(block, DeepLink | SignIn)]
    sent = render(reply, to=TO)
    shown = [out.text for out in sent] + [out.link[1] for out in sent if out.link]
    assert [url for url in urls if not any(url in part for part in shown)] == []


@given(st.lists(LONG, min_size=1, max_size=8))
def test_no_word_is_lost_where_a_message_must_be_split(paragraphs: list[str]) -> None:
    whole = "".join("".join(paragraphs).split())
    assume(whole)
    sent = render(Reply(text="x", blocks=tuple(Text(text=text) for text in paragraphs), locale="en"), to=TO)
    assert "".join("".join(out.text for out in sent).split()) == whole


@given(CHOICES)
def test_each_option_can_be_tapped_and_told_from_the_others(options: list[Option]) -> None:
    (out,) = render(Reply(text="x", blocks=(Text(text="Which?"), Choices(options=tuple(options))), locale="ja"), to=TO)
    assert [id_ for id_, _ in out.buttons] == [option.id for option in options[:10]]
    labels = [label for _, label in out.buttons]
    assert len(set(labels)) == len(labels)
    assert all(label.strip() for label in labels)


def test_a_long_answer_is_parted_between_sentences() -> None:
    sentence = "The order can still be changed until the afternoon. "
    sent = render(Reply(text="x", blocks=(Text(text=sentence * 100),), locale="en"), to=TO)
    assert len(sent) == 2
    assert sent[0].text.endswith("afternoon.")
    assert sent[1].text.startswith("The order")


def test_japanese_without_blanks_is_parted_after_a_full_stop() -> None:
    sentence = "ご注文の変更は本日の午後まで承ります。"
    sent = render(Reply(text="x", blocks=(Text(text=sentence * 300),), locale="ja"), to=TO)
    assert len(sent) == 2
    assert sent[0].text.endswith("。")


def test_choices_without_any_words_are_asked_for_in_the_shoppers_language() -> None:
    options = (Option(id="a", label="1042"), Option(id="b", label="1043"))
    (out,) = render(Reply(text="", blocks=(Choices(options=options),), locale="de"), to=TO)
    assert out.text == "Auswählen"


def test_options_that_look_alike_once_cut_are_numbered() -> None:
    options = tuple(Option(id=str(place), label=f"Linen shirt in stone grey, size {place}") for place in range(4))
    (out,) = render(Reply(text="", blocks=(Text(text="Which?"), Choices(options=options)), locale="en"), to=TO)
    assert [label for _, label in out.buttons] == [f"{place}. Linen shirt in…" for place in range(1, 5)]

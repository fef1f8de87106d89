"""One reply, laid out for each channel: nothing added, no act dropped, each channel's limits kept."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.render import render as as_mail
from channels.reply import Choices, DeepLink, HandoffNotice, Option, OrderCard, Quote, Reply, SignIn, Text
from channels.sms.render import render as as_sms
from channels.sms.segments import segments
from channels.webchat.render import render as as_json
from channels.whatsapp.render import clipped
from channels.whatsapp.render import render as as_whatsapp
from knowledge.terms import ChangeKind
from skills.skill import Change, Explain, HandOff, Reason, Refuse
from tests.agent.one_order import CLAUSE, OF_SHIRT, OF_TOTE, QUOTE, about, offer, order, said, whole

TO = "+15550100"
LINK = "https://go.blauhaus.eu/c/AAAAAAAAAAAAAAAAAAAAAA"


def reply(*blocks: object, shorter: tuple[str, ...] = ()) -> Reply:
    return Reply(text="all of it", blocks=blocks, locale="en", shorter=shorter)  # type: ignore[arg-type]  # blocks of any kind, as drawn


# Webchat


def test_webchat_blocks_are_plain_json_with_their_kinds() -> None:
    answer, _, _ = said(offer(lines=(OF_SHIRT, OF_TOTE), change=Change(kind=ChangeKind.REMOVE_LINES)), orders=(order(),))
    made = json.loads(json.dumps(as_json(answer)))
    assert made["ai"] is True
    card = next(block for block in made["blocks"] if block["kind"] == "order_card")
    assert card["until"] == "2026-11-20T14:05:00+00:00"
    assert card["until_words"] == "Cancel until 15:05 CET"
    assert [(line["title"], line["allowed"], line["tone"]) for line in card["lines"]] == [
        ("Linen shirt", True, "open"),
        ("Canvas tote", False, "gone"),
    ]
    assert card["primary"]["label"] == "Review changes"
    assert card["lines"][0]["why"]["text"] == QUOTE
    assert [link["action"] for link in card["links"]] == ["return", "open"]


def test_the_card_offers_a_control_only_for_the_change_that_was_asked_and_allowed() -> None:
    swap = offer(wish="change_item", lines=(OF_SHIRT, OF_TOTE), change=Change(kind=ChangeKind.SWAP_VARIANT, lines=(OF_SHIRT.line,)))
    answer, _, places = said(swap, orders=(order(),))
    card = next(block for block in answer.blocks if isinstance(block, OrderCard))
    assert [(option.label, option.current, option.product) for option in card.lines[0].options] == [
        ("Colour", "Blue", "gid://shopify/Product/1"),
        ("Size", "M", "gid://shopify/Product/1"),
    ]
    assert card.lines[1].options == ()
    assert ("swap_variant", "gid://shopify/Order/1042", str(OF_SHIRT.line), None) in places.made
    cancel, _, _ = said(offer(), orders=(whole(),))
    assert all(line.options == () for block in cancel.blocks if isinstance(block, OrderCard) for line in block.lines)


# SMS


def test_a_text_message_drops_the_quote_before_it_costs_a_third_part() -> None:
    quote = Quote(text="word " * 80, locale="en", document="d", clause="c", title="t")
    sent = as_sms(reply(Text(text="Closed by the shop's policy."), quote, DeepLink(label="Review changes", url=LINK)), to=TO)[0]
    assert sent.segments == 2
    assert sent.text.startswith("Closed by the shop's policy.\n\"word word")
    assert '..."' in sent.text
    assert sent.text.endswith(f"Review changes: {LINK}")


def test_a_quote_cut_for_a_text_message_still_names_its_language() -> None:
    quote = Quote(text="mot " * 80, locale="fr", language_words="French", document="d", clause="c", title="t")
    (sent,) = as_sms(reply(Text(text="The shop's policy:"), quote), to=TO)
    assert sent.segments == 2
    assert sent.text.endswith('..." (French)')


@pytest.mark.parametrize(("locale", "shown"), [("en", "“word” (t)"), ("fr", "« word » (t)"), ("ja", "「word」（t）"), ("de", "„word“ (t)")])
def test_whatsapp_quotes_in_the_marks_of_the_language(locale: str, shown: str) -> None:
    quote = Quote(text="word", locale=locale, document="d", clause="c", title="t")
    (sent,) = as_whatsapp(reply(quote), to=TO, locale=locale)
    assert sent.text == shown


def test_a_text_message_falls_back_to_ever_shorter_forms() -> None:
    link = DeepLink(label="Review changes", url=LINK)
    long = Text(text="far too much to say " * 20)
    assert as_sms(reply(long, link, shorter=("Order 1042: possible for 2, not for 1.", "See:")), to=TO)[0].text == (
        f"Order 1042: possible for 2, not for 1.\nReview changes: {LINK}"
    )
    assert as_sms(reply(long, link, shorter=("much " * 80, "See:")), to=TO)[0].text == f"See:\nReview changes: {LINK}"


@settings(max_examples=60)
@given(st.lists(st.text(max_size=120), max_size=4), st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_no_link_is_ever_cut_or_dropped(texts: list[str], numbers: list[int]) -> None:
    urls = [f"{LINK}{number}" for number in numbers]
    made = reply(*(Text(text=text) for text in texts), *(DeepLink(label="Go", url=url) for url in urls), shorter=("See:",))
    sms = as_sms(made, to=TO)[0]
    assert all(url in sms.text for url in urls)
    assert sms.segments == segments(sms.text)
    whatsapp = as_whatsapp(made, to=TO)
    shown = " ".join([message.text for message in whatsapp] + [message.link[1] for message in whatsapp if message.link])
    assert all(url in shown for url in urls)


def test_choices_are_numbered_and_the_person_is_a_word_away() -> None:
    sent = as_sms(
        reply(Text(text="Which order?"), Choices(options=(Option(id="a", label="1042 Shirt"), Option(id="b", label="1043 Tote")))), to=TO
    )
    assert sent[0].text == "Which order?\n1. 1042 Shirt\n2. 1043 Tote"
    held, _, _ = said(HandOff(wish="cancel_order", because=Reason.ON_HOLD, **about()), orders=(order(),), channel="sms")
    assert (
        as_sms(held, to=TO)[0].text == "A person is checking order 1042 (Linen shirt); no change here just now.\nReply HUMAN for a person."
    )


# WhatsApp


def test_whatsapp_gives_one_link_button_and_writes_the_others_out() -> None:
    made = reply(Text(text="Yes."), DeepLink(label="Review changes", url=LINK), DeepLink(label="Withdraw here", url=f"{LINK}2"))
    (sent,) = as_whatsapp(made, to=TO)
    assert sent.link == ("Review changes", LINK)
    assert sent.text == f"Yes.\n\nWithdraw here: {LINK}2"


def test_whatsapp_asks_after_the_link() -> None:
    yes_no = Choices(options=(Option(id="yes", label="Yes, please"), Option(id="no", label="No, thank you")))
    made = reply(
        Text(text="Held."), DeepLink(label="Go", url=LINK), HandoffNotice(state="offered", reason="on_hold", text="A person?"), yes_no
    )
    first, second = as_whatsapp(made, to=TO)
    assert (first.text, first.link, first.buttons) == ("Held.", ("Go", LINK), ())
    assert (second.text, second.link, second.buttons) == ("A person?", None, (("yes", "Yes, please"), ("no", "No, thank you")))


@settings(max_examples=40)
@given(st.integers(0, 14), st.text(max_size=6000))
def test_whatsapp_keeps_metas_limits(number: int, text: str) -> None:
    options = tuple(Option(id=str(place), label=f"Order {place} with a rather long first product title") for place in range(number))
    for message in as_whatsapp(reply(Text(text=text), Choices(options=options), DeepLink(label="Go", url=LINK)), to=TO):
        assert len(message.text) <= 4096
        assert len(message.buttons) <= 10
        most = 20 if len(message.buttons) <= 3 else 24
        assert all(len(label) <= most for _, label in message.buttons)
        if message.link or message.buttons:
            assert len(message.text) <= 1024


def test_a_label_is_cut_between_words() -> None:
    assert clipped("Vérifier les modifications", 20) == "Vérifier les…"
    assert clipped("Review changes", 20) == "Review changes"


# E-mail


def test_a_mail_holds_every_line_twice_as_text_and_as_html() -> None:
    answer, _, _ = said(offer(lines=(OF_SHIRT, OF_TOTE), change=Change(kind=ChangeKind.REMOVE_LINES)), orders=(order(),), channel="email")
    (mail,) = as_mail(answer, to="ana@example.com", brand_name="Blauhaus", locale="en")
    assert mail.subject == "Your orders at Blauhaus"
    for part in (mail.text, mail.html or ""):
        assert "Linen shirt · Blue / M × 1: can be cancelled" in part
        assert "Canvas tote × 2: shipped" in part
        assert "https://track.example/9" in part
        assert "https://go.blauhaus.eu/c/" in part


def test_a_mail_keeps_its_threads_subject_on_one_line() -> None:
    (mail,) = as_mail(reply(Text(text="x")), to="a@example.com", brand_name="B", locale="en", subject="Re: my order\r\nBcc: b@example.com")
    assert mail.subject == "Re: my order Bcc: b@example.com"


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x onerror=1>', "a & b <b>"])
def test_a_mail_holds_no_markup_of_strangers(hostile: str) -> None:
    made = reply(
        Text(text=hostile),
        SignIn(label=hostile, url=LINK, code_label=hostile),
        Quote(text=hostile, locale="en", document="d", clause="c", title=hostile),
    )
    (mail,) = as_mail(made, to="a@example.com", brand_name=hostile, locale="en")
    assert mail.html is not None
    assert hostile not in mail.html
    assert "<script" not in mail.html
    assert "<img" not in mail.html


def test_a_quote_in_another_language_names_it_and_says_when_it_changed() -> None:
    asked = Explain(wish="policy_question", because=Reason.ANSWERED, clauses=(CLAUSE.id,))
    answer, _, _ = said(asked, locale="fr")
    quote = next(block for block in answer.blocks if isinstance(block, Quote))
    assert (quote.text, quote.locale, quote.language_words) == (QUOTE, "en", "anglais")
    assert quote.changed_words == "Dernière modification le 1er oct."
    home, _, _ = said(asked)
    assert next(block for block in home.blocks if isinstance(block, Quote)).language_words is None


def test_phones_see_only_the_end_of_a_number_and_short_titles() -> None:
    long = order(name="#BH-2026-10427")
    lines = (replace(long.lines[0], title="Hand-woven linen shirt with mother-of-pearl buttons"), long.lines[1])
    refused = Refuse(wish="cancel_order", because=Reason.CHANGE_OFF, lines=(replace(OF_SHIRT, allowed=False),), **about())
    for channel in ("sms", "whatsapp"):
        answer, _, _ = said(refused, orders=(replace(long, lines=lines),), channel=channel)
        assert "2026-10427" not in answer.text
        assert "0427" in answer.text
        assert "mother-of-pearl" not in answer.text

"""Whatever a turn can come to, there is a fitting sentence in each language; and a brand may say it in its own way."""

from dataclasses import replace
from itertools import cycle

import pytest

from agent.last_check import check_reply
from agent.phrases import check_voice, faults, phrases
from agent.wish import Intent
from channels.message import Channel
from channels.reply import Choices, HandoffNotice, OrderCard, Reply, Text
from channels.sms.render import render as as_sms
from channels.sms.segments import BASIC, EXTENDED, is_gsm
from channels.words import LOCALES
from knowledge.brand import Voice
from knowledge.terms import ChangeKind
from shop.order import Order
from skills.skill import Change, Choose, Explain, HandOff, Offer, Outcome, Reason, Redirect, Refuse, SignInFirst
from tests.agent.one_order import BRAND, NOW, OF_SHIRT, OF_TOTE, PLACED, STATE, UNTIL, about, evidence, offer, order, said, whole

MAY = (Reason.WITHIN_WINDOW, Reason.NO_WINDOW_SET, Reason.GOODWILL, Reason.ASKS_WAREHOUSE, Reason.NOT_SHIPPED_YET, Reason.PAYMENT_FIXED)


def every_outcome(wish: str) -> list[Outcome]:
    """One of each kind and reason, with lines that fit it."""
    found: list[Outcome] = []
    for because in Reason:
        stopped = replace(
            OF_SHIRT,
            allowed=False,
            reason=because,
            until=None,
            closed_at=NOW if because is Reason.WINDOW_CLOSED else None,
        )
        base = about(wish=wish, because=because, lines=(stopped,))
        if because in MAY:
            line = replace(OF_SHIRT, reason=because)
            found += [
                offer(wish=wish, because=because, lines=(line,)),
                offer(wish=wish, because=because, lines=(line,), until=None, gap="cancel_order"),
                offer(wish=wish, because=because, lines=(line, OF_TOTE), change=Change(kind=ChangeKind.REMOVE_LINES), withdrawal=True),
            ]
        found += [
            Refuse(**base, withdrawal=True),
            Refuse(**base, gap="set_address"),
            Explain(**base),
            Explain(wish=wish, because=because),
            HandOff(**base, withdrawal=True),
            HandOff(wish=wish, because=because, made=True),
            Redirect(**base, withdrawal=True),
            Redirect(wish=wish, because=because, to="withdrawal"),
        ]
    found += [
        SignInFirst(wish=wish, because=Reason.NOT_SIGNED_IN, step=step, gap=gap)
        for step in ("invite", "ask_contact", "code_sent", "code_wrong", "code_spent")
        for gap in (None, "cancel_order")
    ]
    found += [
        Choose(wish=wish, because=Reason.SEVERAL_ORDERS, options=(("gid://shopify/Order/1042", "#1042"),)),
        Choose(**about(wish=wish, because=Reason.UNCLEAR), options=((str(OF_SHIRT.line), "Linen shirt"),)),
        Choose(wish=wish, because=Reason.UNCLEAR, options=tuple((str(intent), str(intent)) for intent in Intent)),
    ]
    return found


def orders_for(outcome: Outcome) -> tuple[Order, ...]:
    """An order the outcome can be true of."""
    return (order(cancelled_at=PLACED if outcome.because is Reason.ALREADY_CANCELLED else None),)


@pytest.mark.parametrize("locale", LOCALES)
def test_each_outcome_has_words_the_last_check_lets_through(locale: str) -> None:
    channels = cycle((Channel.WEBCHAT, Channel.EMAIL, Channel.WHATSAPP))
    wrong = {}
    for place, wish in enumerate(Intent):
        for outcome in every_outcome(wish.value)[place % 5 :: 5]:
            reply, facts, _ = said(outcome, orders=orders_for(outcome), channel=(channel := next(channels)), locale=locale, checked=False)
            found = check_reply(reply, facts, evidence(*orders_for(outcome), channel=channel), now=NOW)
            if found or not reply.text.strip() or "{" in reply.text:
                wrong[reply.text] = found
    assert wrong == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_no_answer_is_longer_than_a_shopper_reads(locale: str) -> None:
    """V-21, for an order of two products; mail and cards list their lines apart."""
    long = set()
    for wish in (Intent.CHANGE_ITEM, Intent.CHANGE_ADDRESS):
        for outcome in every_outcome(wish.value):
            reply, _, _ = said(outcome, orders=orders_for(outcome), locale=locale, checked=False)
            first = next(block.text for block in reply.blocks if isinstance(block, Text))
            if len(first) > 150 if locale == "ja" else len(first.split()) > 60:
                long.add(first)
    assert long == set()


@pytest.mark.parametrize("locale", LOCALES)
def test_text_messages_fit_two_parts_in_letters_every_phone_has(locale: str) -> None:
    long, strange = set(), {}
    for place, wish in enumerate(Intent):
        for outcome in every_outcome(wish.value)[place % 5 :: 5]:
            reply, _, _ = said(outcome, orders=orders_for(outcome), channel="sms", locale=locale, checked=False)
            sent = as_sms(reply, to="+15550100")[0]
            if sent.segments > 2 and not (isinstance(outcome, Choose) and len(outcome.options) > 3):
                long.add(sent.text)
            if locale != "ja" and not is_gsm(sent.text):
                strange[sent.text] = set(sent.text) - BASIC - EXTENDED
    assert strange == {}
    assert long == set()


def test_at_most_one_question_is_asked() -> None:
    outcomes = (
        Choose(wish="cancel_order", because=Reason.SEVERAL_ORDERS, options=(("gid://shopify/Order/1042", "#1042"),)),
        Choose(**about(wish="change_item", because=Reason.UNCLEAR), options=((str(OF_SHIRT.line), "Linen shirt"),)),
        HandOff(wish="change_address", because=Reason.ON_HOLD, **about()),
    )
    reply, _, _ = said(*outcomes, orders=(order(),))
    assert reply.text.count("?") == 1
    assert [block.kind for block in reply.blocks].count("choices") == 1
    assert not any(isinstance(block, HandoffNotice) for block in reply.blocks)


def test_two_wishes_that_wait_for_a_sign_in_make_one_invitation() -> None:
    both = (
        SignInFirst(wish="cancel_order", because=Reason.NOT_SIGNED_IN),
        SignInFirst(wish="change_address", because=Reason.NOT_SIGNED_IN, gap="set_address"),
    )
    reply, _, _ = said(*both)
    assert reply.text == (
        "To see whether you can cancel an order, please sign in; orders are shown only to the person who placed them.\n\n"
        "Sign in: https://go.blauhaus.eu/hub/sign-in\nSend me a code\n\n"
        "I could not find the shop's policy on changing the address."
    )


def test_a_brand_says_it_in_its_own_way() -> None:
    own = Voice(tone="neutral", phrases={"en": {"offer.within_window.until": "Sure thing: you can {act}, right up to {until}."}})
    reply, _, _ = said(offer(), orders=(whole(),), brand=replace(BRAND, voice=own))
    assert reply.text.startswith("Sure thing: you can cancel your order #1042 (Linen shirt, Canvas tote), right up to 15:05 CET.")


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("offer", "Yes, you can {act} within 60 minutes.", "figure"),
        ("offer", "Yes, of course.", "needs exactly the slots"),
        ("offer", "Yes, {act} at shop.example/now.", "link"),
        ("offer", "I have cancelled it: {act}.", "changes nothing"),
        ("offer", "Yes, you can {act", "slot name"),
        ("disclosure.first", "I am Lena from {brand}.", "fixed"),
    ],
)
def test_a_brand_cannot_say_what_is_not_so(key: str, text: str, why: str) -> None:
    phrase = phrases("en").phrases[key]
    assert any(why in fault for fault in faults(phrase, text)), faults(phrase, text)
    assert check_voice({"en": {key: text}})
    own = replace(BRAND, voice=Voice(tone="neutral", phrases={"en": {key: text}}))
    yes, fresh = offer(until=None), replace(STATE, disclosed=False)
    plain, _, _ = said(yes, orders=(whole(),), state=fresh)
    theirs, _, _ = said(
        offer(until=None, because=Reason.WITHIN_WINDOW), orders=(whole(),), state=replace(STATE, disclosed=False), brand=own
    )
    assert theirs.text == plain.text


def test_an_unknown_key_is_named() -> None:
    assert check_voice({"fr": {"offre": "Oui."}}) == ("fr: 'offre' is no key of the catalogue",)


def test_tone_changes_the_words_and_a_banned_word_takes_the_plain_ones() -> None:
    hand_off = HandOff(wish="cancel_order", because=Reason.ON_HOLD, **about())
    ends = []
    for voice in (Voice(tone="neutral"), Voice(tone="friendly"), Voice(tone="playful"), Voice(tone="playful", banned=("humans",))):
        reply, _, _ = said(hand_off, orders=(order(),), brand=replace(BRAND, voice=voice))
        ends.append(next(block.text for block in reply.blocks if isinstance(block, HandoffNotice)))
    assert ends == [
        "Shall I pass this to a person?",
        "Would you like a person to take a look?",
        "Shall I call in one of the humans?",
        "Shall I pass this to a person?",
    ]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("channel", list(Channel))
def test_the_first_message_says_that_an_assistant_speaks(locale: str, channel: Channel) -> None:
    mark = {"en": "AI assistant", "fr": "ssistant IA", "ja": "AI", "es": "sistente de IA", "de": "KI-Assistent"}[locale]
    named = replace(BRAND, voice=Voice(tone="friendly", persona="Mina"))
    for brand in (BRAND, named):
        reply, _, _ = said(offer(), orders=(whole(),), channel=channel, locale=locale, state=replace(STATE, disclosed=False), brand=brand)
        first = next(block.text for block in reply.blocks if isinstance(block, Text))
        assert mark in first
        again, _, _ = said(offer(), orders=(whole(),), channel=channel, locale=locale, brand=brand)
        assert mark not in again.text


@pytest.mark.parametrize("locale", LOCALES)
def test_are_you_a_bot_is_answered_before_anything_else(locale: str) -> None:
    reply, _, _ = said(Explain(wish="is_it_a_bot", because=Reason.ANSWERED), locale=locale, state=replace(STATE, disclosed=False))
    assert reply.text.startswith(phrases(locale).say("disclosure.asked"))


@pytest.mark.parametrize("channel", list(Channel))
def test_nothing_of_an_order_is_said_to_someone_not_signed_in(channel: Channel) -> None:
    outcome = HandOff(wish="cancel_order", because=Reason.NOT_SIGNED_IN, order="gid://shopify/Order/1042", order_name="#1042", made=True)
    reply, facts, places = said(outcome, SignInFirst(wish="order_status", because=Reason.NOT_SIGNED_IN), channel=channel)
    assert "1042" not in reply.text
    assert "shirt" not in reply.text
    assert not any(fact.source.startswith("order:") for fact in facts)
    assert places.made == []


def test_every_value_on_a_card_is_a_fact_with_its_source() -> None:
    reply, facts, _ = said(offer(lines=(OF_SHIRT, OF_TOTE), change=Change(kind=ChangeKind.REMOVE_LINES)), orders=(order(),))
    card = next(block for block in reply.blocks if isinstance(block, OrderCard))
    values = {fact.value: fact.source for fact in facts}
    assert {"#1042", "Linen shirt", "Blue / M", "Canvas tote", "15:05 CET"} <= set(values)
    assert values["15:05 CET"] == "rule:editing#1/window"
    assert card.until == UNTIL
    assert card.primary is not None
    assert card.primary.url in values


def test_choices_word_intents_and_name_orders_by_their_first_product() -> None:
    reply, _, _ = said(
        Choose(wish="x", because=Reason.UNCLEAR, options=(("order_status", "order_status"), ("change_item", "x"))), locale="de"
    )
    assert [option.label for option in next(b for b in reply.blocks if isinstance(b, Choices)).options] == [
        "Wo ist die Ware",
        "Größe oder Farbe",
    ]
    which = Choose(wish="x", because=Reason.SEVERAL_ORDERS, options=(("gid://shopify/Order/1042", "#1042"),))
    reply, _, _ = said(which, orders=(order(),), channel="whatsapp")
    assert labels(reply) == ["1042 Linen shirt"]


def labels(reply: Reply) -> list[str]:
    return [option.label for block in reply.blocks if isinstance(block, Choices) for option in block.options]


@pytest.mark.parametrize("locale", LOCALES)
def test_quick_replies_fit_a_phone(locale: str) -> None:
    found = phrases(locale).phrases
    keys = [
        key for key in found if key.startswith(("intent.", "person.yes", "person.no", "label.review.short", "label.return", "label.track"))
    ]
    assert [found[key].pattern for key in keys if len(found[key].pattern) > 20] == []
    assert len(found["label.withdraw.short"].pattern) <= 20


def test_offer_kinds_are_all_tried() -> None:
    assert {type(outcome) for outcome in every_outcome("cancel_order")} == {Offer, Refuse, SignInFirst, Choose, Redirect, Explain, HandOff}

"""What may leave: free sentences only by positive lists, finished replies only with what the evidence holds."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.evidence import Evidence, Fact
from agent.gate import Accepted, Rejected, claims_a_change, clean, passes
from agent.last_check import check_reply
from agent.speak import safest
from channels.reply import CardLine, Choices, DeepLink, HandoffNotice, Option, OrderCard, Quote, Reply, Text
from skills.skill import Explain, Reason
from tests.agent.worlds import NOW, SHIPPING, cited, clause, evidence, order

ANSWER = (Explain(wish="policy_question", because=Reason.ANSWERED, clauses=(SHIPPING.id,)),)
SEEN = evidence(passages=cited(SHIPPING))


def gate(
    *sentences: str, locale: str = "en", cites: tuple[str, ...] = (SHIPPING.id,), slots: frozenset[str] = frozenset()
) -> Accepted | Rejected:
    return passes(sentences, cites, ANSWER, SEEN, locale=locale, slots=slots)


@pytest.mark.parametrize(
    "sentence",
    [
        "Thank you for your question.",
        "I'm sorry about that.",
        "Parcels leave our workshop on working days.",
        "We cannot ship to post office boxes unless the carrier agrees.",
        "Would you like to talk to a person?",
    ],
)
def test_an_approved_act_or_the_policys_own_words_pass(sentence: str) -> None:
    assert isinstance(gate(sentence), Accepted)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (1, "You have 5 days."),
        (1, "You have ５ days."),
        (1, "You have ⑤ days."),
        (1, "You have Ⅴ days."),
        (1, "It costs € extra."),
        (1, "It costs ₿ extra."),
        (1, "Merci pour votre question, nous sommes là pour vous et pour la suite."),
        (1, "Посылки уходят по рабочим дням."),
        (1, "Pаrcels leave our workshop on working days."),
        (1, "a " * 80),
        (2, "See northbay.support for more."),
        (2, "See northbay。support for more."),
        (2, "Visit northbay dot com please."),
        (2, "Visit northbay . com please."),
        (2, "Write to help@northbay please."),
        (2, "Write to help＠northbay please."),
        (2, "See [our page](here)."),
        (2, "This is *important*."),
        (2, "This is <b>important</b>."),
        (2, "Open javascript:alert now."),
        (2, "Go to https now."),
        (2, "Yes / no."),
        (3, "Your order {{f9}} is fine."),
        (3, "Your order ｛｛f9｝｝ is fine."),
        (4, "You have seven days."),
        (4, "You have two weeks to return it."),
        (4, "It leaves within an hour."),
        (4, "It leaves on Monday."),
        (4, "It leaves tomorrow."),
        (4, "I have cancelled your order."),
        (4, "We've refunded you."),
        (4, "Your order has been cancelled."),
        (4, "I will cancel it for you."),
        (5, "Parcels leave our workshop on every day of working."),
        (5, "We ship to post office boxes."),
        (5, "We can ship to post office boxes."),
        (5, "Our competitor is much better."),
        (5, "Please type your password here."),
    ],
)
def test_everything_else_is_stopped_by_its_rule(rule: int, sentence: str) -> None:
    verdict = gate(sentence)
    assert isinstance(verdict, Rejected), sentence
    assert verdict.rule == rule, (verdict, sentence)


def test_a_condition_of_the_clause_may_not_be_dropped() -> None:
    assert isinstance(gate("We cannot ship to post office boxes."), Rejected)


def test_a_clause_that_is_not_this_answers_own_cannot_be_cited() -> None:
    verdict = gate("Parcels leave our workshop on working days.", cites=("another#1",))
    assert isinstance(verdict, Rejected)
    assert verdict.rule == 5


def test_a_known_slot_passes_and_an_unknown_one_does_not() -> None:
    slots = frozenset({"f3"})
    assert isinstance(gate("Thank you for your question.", slots=slots), Accepted)
    assert isinstance(gate("Parcels {{f4}} leave our workshop on working days.", slots=slots), Rejected)


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\ufeff", "\x00", "\U000e0041", "\u2066"])
def test_invisible_signs_never_reach_a_reader(hidden: str) -> None:
    verdict = gate(f"Thank{hidden} you for your question.")
    assert isinstance(verdict, Accepted)
    assert hidden not in verdict.sentences[0]


@pytest.mark.parametrize(
    ("locale", "text", "sentence"),
    [
        ("fr", "Les colis partent de notre atelier les jours ouvrés.", "Les colis partent de notre atelier les jours ouvrés."),
        ("de", "Pakete verlassen unsere Werkstatt an Werktagen.", "Pakete verlassen unsere Werkstatt an Werktagen."),
        ("es", "Los paquetes salen de nuestro taller en días laborables.", "Los paquetes salen de nuestro taller en días laborables."),
        ("ja", "商品は営業日に工房から発送します。", "商品は営業日に工房から発送します。"),
    ],
)
def test_the_shops_own_words_pass_in_each_language(locale: str, text: str, sentence: str) -> None:
    own = clause("versand", text, locale)
    answer = (Explain(wish="policy_question", because=Reason.ANSWERED, clauses=(own.id,)),)
    assert isinstance(passes((sentence,), (own.id,), answer, evidence(passages=cited(own)), locale=locale), Accepted)


@pytest.mark.parametrize(
    "claim",
    [
        "I have cancelled your order.",
        "Your order has been refunded.",
        "J'ai annulé votre commande.",
        "Votre commande a été modifiée.",
        "ご注文をキャンセルいたしました。",
        "返金が完了しました。",
        "He cancelado su pedido.",
        "Su pedido ha sido cancelado.",
        "Ich habe Ihre Bestellung storniert.",
        "Ihre Bestellung wurde storniert.",
        "Ho annullato il tuo ordine.",
        "L'ordine è stato annullato.",
        "Cancelei o seu pedido.",
        "O pedido foi cancelado.",
        "Ik heb je bestelling geannuleerd.",
        "Je bestelling is geannuleerd.",
    ],
)
def test_a_claim_of_a_change_is_heard_in_eight_languages(claim: str) -> None:
    assert claims_a_change(claim)
    reply = Reply(text=claim, blocks=(Text(text=claim),), locale="en")
    assert check_reply(reply, (), evidence(order(1)))


@pytest.mark.parametrize(
    "harmless",
    [
        "You can still cancel your order.",
        "Nothing is changed before that.",
        "Votre commande peut encore être annulée.",
        "まだキャンセルできます。",
        "キャンセルした場合の返金について",
        "Ihre Bestellung kann noch geändert werden.",
        "Ihre Bestellung ist offen und kann geändert werden.",
        "Todavía puede cancelar su pedido.",
    ],
)
def test_what_can_be_done_is_no_claim(harmless: str) -> None:
    assert not claims_a_change(harmless)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=4), st.sampled_from(["en", "fr", "ja", "es", "de"]))
def test_whatever_is_proposed_nothing_loose_gets_through(sentences: list[str], locale: str) -> None:
    verdict = passes(tuple(sentences), (SHIPPING.id,), ANSWER, SEEN, locale=locale)
    if isinstance(verdict, Accepted):
        reply = Reply(text=" ".join(verdict.sentences), blocks=(), locale=locale)
        assert check_reply(reply, (), replace(SEEN, passages=())) == ()


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200))
def test_cleaning_is_done_once_and_for_all(text: str) -> None:
    assert clean(clean(text)) == clean(text)


# The last check


def fact(value: str, kind: str = "date") -> Fact:
    return Fact(id="f1", kind=kind, value=value, source="clock", read_at=NOW)  # type: ignore[arg-type]  # the test names kinds as text


def said(text: str, *blocks: object) -> Reply:
    return Reply(text=text, blocks=(Text(text=text), *blocks), locale="en")  # type: ignore[arg-type]  # blocks of every kind


MINE = order(1042)
SEEN_MINE = evidence(MINE)


def card(number: int = 1042, line: str | None = None, url: str | None = None) -> OrderCard:
    shown = CardLine(
        line=line or str(MINE.lines[0].id),
        title="Linen shirt",
        variant="Blue / M",
        quantity=1,
        image_url=None,
        state="open",
        state_words="not shipped yet",
        tone="open",
        allowed=True,
        reason="within_window",
        reason_words="Open until the time shown",
        tracking_url=url,
    )
    return OrderCard(order=f"gid://shopify/Order/{number}", name=f"#{number}", title=f"Order #{number}", lines=(shown,))


@pytest.mark.parametrize(
    "reply",
    [
        said("You have 14 days."),
        said("It costs €5."),
        said("See https://evil.example/x"),
        said("Write to a@evil.example"),
        said("It closes on Monday."),
        said("Fine.", card(9999)),
        said("Fine.", card(1042, line="gid://shopify/LineItem/666")),
        said("Fine.", card(1042, url="https://evil.example/track")),
        said("Fine.", DeepLink(label="Review", url="https://evil.example/c/abc")),
        said("Fine.", Choices(options=(Option(id="gid://shopify/Order/9999", label="Another"),))),
        said("Fine.", Quote(text="We refund everything.", locale="en", document="x", clause="x", title="x")),
        said("Fine.", HandoffNotice(state="made", reason="wants_person", case="NB-1", text="Reference NB-1")),
    ],
)
def test_nothing_that_no_evidence_holds_leaves(reply: Reply) -> None:
    assert check_reply(reply, (), SEEN_MINE)


def test_what_the_evidence_holds_may_leave() -> None:
    link = Fact(id="f2", kind="link", value="https://northbay.example.com/c/abc", source="link", read_at=NOW)
    reply = said("You can change order #1042 until 15:05 CET.", card(), DeepLink(label="Review changes", url=link.value))
    assert check_reply(reply, (fact("15:05 CET"), link), SEEN_MINE, now=NOW) == ()


def test_an_order_read_a_minute_ago_is_no_longer_current() -> None:
    assert check_reply(said("Fine.", card()), (), SEEN_MINE, now=NOW + timedelta(seconds=61))


def test_a_digit_is_not_excused_by_a_longer_number() -> None:
    assert check_reply(said("You have 140 days."), (fact("14"),), SEEN_MINE)


def test_a_cancelled_order_may_be_called_cancelled_and_no_other() -> None:
    reply = said("Your order has been cancelled.")
    assert check_reply(reply, (), SEEN_MINE)
    assert check_reply(reply, (), evidence(replace(MINE, cancelled_at=NOW))) == ()
    assert check_reply(said("I have cancelled your order."), (), evidence(replace(MINE, cancelled_at=NOW)))


@pytest.mark.parametrize("locale", ["en", "fr", "ja", "es", "de", "xx"])
def test_the_safest_words_pass_their_own_check(locale: str) -> None:
    seen: Evidence = evidence()
    assert check_reply(safest(locale), (), seen) == ()

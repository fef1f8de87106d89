"""What a shopper reads, sentence by sentence, in each language; and what comes with it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.compose import greeting
from agent.effects import CaseRef
from agent.reading import Answer, Reading
from channels.message import Channel
from channels.reply import Choices, DeepLink, HandoffNotice, OrderCard, Quote, Reply, SignIn, Text
from channels.words import LOCALES
from knowledge.brand import Voice
from knowledge.terms import ChangeKind
from shop.order import Financial, LineState
from skills.skill import Change, Explain, HandOff, Offer, Outcome, Part, Reason, Redirect, Refuse, SignInFirst
from tests.agent import one_order
from tests.agent.one_order import BRAND, CLAUSE, NOW, OF_SHIRT, OF_TOTE, PLACED, QUOTE, about, offer, order, said, whole

CLOSED = replace(OF_SHIRT, allowed=False, reason=Reason.WINDOW_CLOSED, until=None, closed_at=NOW - timedelta(hours=20))


def first(reply: Reply) -> str:
    return next(block.text for block in reply.blocks if isinstance(block, Text))


def kinds(reply: Reply) -> list[str]:
    return [block.kind for block in reply.blocks]


GOLDEN: dict[str, dict[str, str]] = {
    "may cancel": {
        "en": "Yes, you can still cancel your order #1042 (Linen shirt, Canvas tote) until 15:05 CET. Please use “Review changes” to check "
        "and send it; nothing is changed before that.",
        "fr": "Oui, vous pouvez encore annuler votre commande #1042 (Linen shirt, Canvas tote) avant 15:05 CET. Utilisez « Vérifier les "
        "modifications » pour vérifier et envoyer ; rien ne change avant cela.",
        "ja": "はい、ご注文#1042（Linen shirt、Canvas tote）のキャンセルは15:05 CETまで可能です。「変更内容を確認」から内容をご確認のうえ"
        "送信してください。それまで何も変更されません。",
        "es": "Sí, todavía puede cancelar su pedido #1042 (Linen shirt, Canvas tote) hasta las 15:05 CET. Use «Revisar los cambios» para "
        "comprobarlo y enviarlo; antes de eso no cambia nada.",
        "de": "Ja, Sie können bis 15:05 Uhr MEZ noch Ihre Bestellung #1042 (Linen shirt, Canvas tote) stornieren. Bitte prüfen und senden "
        "Sie es über „Änderungen prüfen“; vorher ändert sich nichts.",
    },
    "part has left": {
        "en": "Part of your order #1042 can still be cancelled: Linen shirt. That is possible until 15:05 CET. Canvas tote has already "
        "shipped and can come back as a return. Please use “Review changes” to check and send it; nothing is changed before that.",
        "fr": "Une partie de votre commande #1042 est encore annulable : Linen shirt. C'est possible avant 15:05 CET. Déjà expédié, donc à "
        "retourner : Canvas tote. Utilisez « Vérifier les modifications » pour vérifier et envoyer ; rien ne change avant cela.",
        "ja": "ご注文#1042のうち、Linen shirtはキャンセルが可能です。15:05 CETまで可能です。Canvas toteは発送済みのため、返品でのご対応と"
        "なります。「変更内容を確認」から内容をご確認のうえ送信してください。それまで何も変更されません。",
        "es": "Una parte de su pedido #1042 todavía se puede cancelar: Linen shirt. Es posible hasta las 15:05 CET. Ya se envió y "
        "corresponde una devolución: Canvas tote. Use «Revisar los cambios» para comprobarlo y enviarlo; antes de eso no cambia nada.",
        "de": "Ein Teil Ihrer Bestellung #1042 lässt sich noch stornieren: Linen shirt. Das ist bis 15:05 Uhr MEZ möglich. Canvas tote ist "
        "schon versandt; dafür ist eine Rücksendung möglich. Bitte prüfen und senden Sie es über „Änderungen prüfen“; vorher ändert sich "
        "nichts.",
    },
    "closed": {
        "en": "You can no longer cancel your order #1042 (Linen shirt, Canvas tote) here: the shop's time for this has been over since "
        "Nov 19, 18:07 CET. A person can help as well; just ask.",
        "fr": "Vous ne pouvez plus annuler votre commande #1042 (Linen shirt, Canvas tote) ici : le délai prévu par la boutique est passé "
        "depuis le 19 nov. à 18:07 CET. Une personne peut aussi vous aider ; il suffit de le demander.",
        "ja": "ご注文#1042（Linen shirt、Canvas tote）のキャンセルの受付は11月19日 18:07 CETに終了しており、こちらでは承れません。担当者を"
        "ご希望の場合は、お知らせください。",
        "es": "Ya no puede cancelar su pedido #1042 (Linen shirt, Canvas tote) aquí: el plazo de la tienda terminó y está cerrado desde el "
        "19 nov a las 18:07 CET. También puede ayudarle una persona; solo pídalo.",
        "de": "Sie können hier nicht mehr Ihre Bestellung #1042 (Linen shirt, Canvas tote) stornieren: Die Frist des Shops ist seit "
        "19. Nov., 18:07 Uhr MEZ abgelaufen. Auch ein Mensch kann helfen; sagen Sie es einfach.",
    },
    "has left": {
        "en": "You can no longer cancel your order #1042 (Linen shirt, Canvas tote), because it has already "
        "shipped. You can ask for a return "
        "instead.",
        "fr": "Vous ne pouvez plus annuler votre commande #1042 (Linen shirt, Canvas tote), car l'expédition a déjà eu lieu. Vous pouvez "
        "demander un retour.",
        "ja": "すでに発送済みのため、ご注文#1042（Linen shirt、Canvas tote）のキャンセルは承れません。返品をお申し込みいただけます。",
        "es": "Ya no puede cancelar su pedido #1042 (Linen shirt, Canvas tote), porque ya se envió. Puede solicitar una devolución.",
        "de": "Sie können nicht mehr Ihre Bestellung #1042 (Linen shirt, Canvas tote) stornieren, denn der Versand ist schon erfolgt. Sie "
        "können stattdessen eine Rücksendung anfragen.",
    },
    "sign in": {
        "en": "To see whether you can cancel an order, please sign in; orders are shown only to the person who placed them.",
        "fr": "Pour voir si vous pouvez annuler une commande, connectez-vous ; les commandes ne sont montrées qu'à la personne qui les a "
        "passées.",
        "ja": "ご注文のキャンセルが可能か確認しますので、サインインをお願いします。ご注文内容はご本人にのみ表示されます。",
        "es": "Para ver si puede cancelar un pedido, inicie sesión; los pedidos solo se muestran a quien los hizo.",
        "de": "Um zu sehen, ob Sie noch eine Bestellung stornieren können, melden Sie sich bitte an; "
        "Bestellungen sehen nur diejenigen, die "
        "sie aufgegeben haben.",
    },
    "no rule found": {
        "en": "It has not shipped yet, so you can still cancel your order #1042 (Linen shirt, Canvas tote). I could not find the shop's "
        "policy on cancelling orders. A person can help as well; just ask.",
        "fr": "Rien n'est encore expédié : vous pouvez encore annuler votre commande #1042 (Linen shirt, "
        "Canvas tote). Je n'ai pas trouvé la "
        "règle de la boutique sur l'annulation des commandes. Une personne peut aussi vous aider ; il suffit de le demander.",
        "ja": "まだ発送されていないため、ご注文#1042（Linen shirt、Canvas "
        "tote）のキャンセルが可能です。ご注文のキャンセルに関するショップの"
        "規定は見つかりませんでした。担当者をご希望の場合は、お知らせください。",
        "es": "Aún no se ha enviado, así que todavía puede cancelar su pedido #1042 (Linen shirt, Canvas tote). "
        "No encontré la política de la "
        "tienda sobre cancelar pedidos. También puede ayudarle una persona; solo pídalo.",
        "de": "Es ist noch nicht versandt, daher können Sie noch Ihre Bestellung #1042 (Linen shirt, Canvas "
        "tote) stornieren. Die Richtlinie "
        "des Shops zu Stornierungen konnte ich nicht finden. Auch ein Mensch kann helfen; sagen Sie es einfach.",
    },
}

CASES: dict[str, tuple[Outcome, object]] = {
    "may cancel": (offer(), whole()),
    "part has left": (offer(lines=(OF_SHIRT, OF_TOTE), change=Change(kind=ChangeKind.REMOVE_LINES, lines=(OF_SHIRT.line,))), order()),
    "closed": (Refuse(**about(wish="cancel_order", because=Reason.WINDOW_CLOSED, lines=(CLOSED,))), whole()),
    "has left": (Redirect(**about(wish="cancel_order", because=Reason.ALREADY_SHIPPED, lines=(OF_TOTE,))), whole(LineState.IN_TRANSIT)),
    "sign in": (SignInFirst(wish="cancel_order", because=Reason.NOT_SIGNED_IN), None),
    "no rule found": (
        offer(because=Reason.NO_WINDOW_SET, until=None, gap="cancel_order", lines=(replace(OF_SHIRT, until=None, rule=None),)),
        whole(),
    ),
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("case", list(CASES))
def test_what_the_shopper_reads(case: str, locale: str) -> None:
    outcome, about_order = CASES[case]
    orders = (about_order,) if about_order is not None else ()
    reply, _, _ = said(outcome, orders=orders, locale=locale)  # type: ignore[arg-type]  # the table holds orders or none
    assert first(reply) == GOLDEN[case][locale]


def test_the_plain_text_says_all_that_the_blocks_say() -> None:
    reply, _, _ = said(CASES["part has left"][0], orders=(order(),))
    assert reply.text == (
        GOLDEN["part has left"]["en"] + "\n\nOrder #1042 · placed 14:05 CET\n"
        "- Linen shirt · Blue / M × 1: can be cancelled · Open until 15:05 CET\n"
        "- Canvas tote × 2: shipped · It has shipped; a return is possible instead\n"
        "Cancel until 15:05 CET\n"
        "Review changes: https://go.blauhaus.eu/c/0000000000000000000001\n"
        "Return or exchange: https://go.blauhaus.eu/c/0000000000000000000002\n"
        "Open the order: https://go.blauhaus.eu/c/0000000000000000000003"
    )


def test_units_of_one_line_that_went_are_told_from_those_that_stay() -> None:
    split = replace(OF_TOTE, allowed=True, reason=Reason.WITHIN_WINDOW, state=LineState.OPEN, quantity=1)
    split = replace(split, parts=(Part(state=LineState.OPEN, quantity=1), Part(state=LineState.IN_TRANSIT, quantity=1)))
    reply, _, _ = said(offer(lines=(split,), change=Change(kind=ChangeKind.REMOVE_LINES), until=None), orders=(order(),))
    assert first(reply).startswith(
        "Part of your order #1042 can still be cancelled: Canvas tote × 1. Canvas tote × 1 has already shipped "
        "and can come back as a return."
    )
    card = next(block for block in reply.blocks if isinstance(block, OrderCard))
    assert card.lines[0].reason_words.startswith("1 of 2 can be cancelled")


def test_a_closed_window_shows_the_rule_and_the_way_to_withdraw_and_to_a_person() -> None:
    outcome = replace(CASES["closed"][0], withdrawal=True)
    reply, _, _ = said(outcome, orders=(whole(),))
    assert kinds(reply) == ["text", "order_card", "quote", "text", "deep_link", "choices"]
    quote = next(block for block in reply.blocks if isinstance(block, Quote))
    assert (quote.text, quote.document, quote.clause, quote.changed_words) == (QUOTE, "editing", "editing#1", "Last changed Oct 1")
    link = next(block for block in reply.blocks if isinstance(block, DeepLink))
    assert (link.label, link.url, link.action) == ("Withdraw from contract here", "https://go.blauhaus.eu/withdraw", "withdraw")
    assert "too late" not in reply.text
    card = next(block for block in reply.blocks if isinstance(block, OrderCard))
    assert card.primary is None
    assert not any(line.allowed for line in card.lines)


def test_a_question_of_policy_is_answered_by_the_words_of_the_brand() -> None:
    reply, facts, _ = said(Explain(wish="policy_question", because=Reason.ANSWERED, clauses=(CLAUSE.id,)))
    assert reply.text == f"This is what the shop's policy says:\n\n“{QUOTE}” (Order changes · Last changed Oct 1)"
    assert ("quote", "clause:editing#1") in {(fact.kind, fact.source) for fact in facts}


def test_what_a_person_needs_to_check_is_asked_first_and_said_once_made() -> None:
    held = HandOff(wish="cancel_order", because=Reason.ON_HOLD, **about())
    asked, _, _ = said(held, orders=(whole(LineState.HELD),))
    assert kinds(asked) == ["text", "handoff_notice", "choices"]
    assert asked.text.count("?") == 1
    notice = next(block for block in asked.blocks if isinstance(block, HandoffNotice))
    assert (notice.state, notice.case) == ("offered", None)
    yes = Reading(wishes=(), language="en", answer=Answer.YES)
    made, facts, _ = said(replace(held, made=True), orders=(whole(LineState.HELD),), reading=yes)
    assert made.text == (
        "Of course.\n\nA person at Blauhaus has this now. Your reference is BH-7F3K2. You will have an answer "
        "here in the chat by 18:07 CET."
    )
    assert next(fact for fact in facts if fact.kind == "reference").value == "BH-7F3K2"


def test_a_mail_announces_the_person_and_says_how_to_stop_it() -> None:
    outcome = HandOff(wish="cancel_order", because=Reason.ON_HOLD, made=True, **about())
    reply, _, _ = said(outcome, orders=(whole(LineState.HELD),), channel="email")
    assert reply.text.endswith("You will have an answer by e-mail by 18:07 CET. If you would rather not, reply to this mail and it stops.")
    assert not any(isinstance(block, Choices) for block in reply.blocks)


def test_a_case_that_is_open_is_not_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_order, "CASE", CaseRef(reference="BH-7F3K2", already_open=True))
    reply, _, _ = said(HandOff(wish="talk_to_human", because=Reason.WANTS_PERSON, made=True))
    assert reply.text == "Of course.\n\nA person already has your request under reference BH-7F3K2 and will answer you."


def test_a_cancelled_order_is_told_with_its_day_and_what_became_of_the_money() -> None:
    gone = order(cancelled_at=PLACED, financial=Financial.REFUNDED)
    outcome = Explain(wish="cancel_order", because=Reason.ALREADY_CANCELLED, **about())
    reply, _, _ = said(outcome, orders=(gone,))
    assert first(reply) == (
        "Your order #1042 (Linen shirt, Canvas tote) shows as cancelled since 14:05 CET. The shop shows it as refunded."
    )


def test_an_address_on_its_way_is_tracked() -> None:
    outcome = Explain(wish="change_address", because=Reason.ALREADY_SHIPPED, lines=(OF_TOTE,), **about())
    reply, _, _ = said(outcome, orders=(order(),), channel="sms")
    assert [block.url for block in reply.blocks if isinstance(block, DeepLink)] == ["https://go.blauhaus.eu/c/0000000000000000000001"]


@pytest.mark.parametrize("step", ["ask_contact", "code_sent", "code_wrong"])
def test_while_a_code_is_awaited_there_is_nothing_to_press(step: str) -> None:
    reply, _, _ = said(SignInFirst(wish="cancel_order", because=Reason.NOT_SIGNED_IN, step=step))  # type: ignore[arg-type]  # a literal
    assert kinds(reply) == ["text"]
    spent, _, _ = said(SignInFirst(wish="cancel_order", because=Reason.NOT_SIGNED_IN, step="code_spent"))
    assert any(isinstance(block, SignIn) for block in spent.blocks)


def test_several_wishes_are_one_reply() -> None:
    status = Explain(wish="order_status", because=Reason.NOT_SHIPPED_YET, lines=(), **about())
    reply, _, _ = said(offer(), status, orders=(whole(),))
    assert kinds(reply) == ["text", "order_card", "text"]
    assert reply.text.endswith("Your order #1042 (Linen shirt, Canvas tote): not shipped yet.")


def test_a_figure_of_one_order_is_never_said_of_another() -> None:
    other = Offer(wish="cancel_order", because=Reason.WITHIN_WINDOW, order="gid://shopify/Order/9", order_name="#9", until=NOW)
    reply, _, places = said(other, orders=(whole(),), checked=False)
    assert "#9" not in reply.text
    assert places.made == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_conversation_opens_with_who_is_speaking(locale: str) -> None:
    for channel in Channel:
        reply, facts = greeting(BRAND, channel=channel, locale=locale, now=NOW)
        assert "Blauhaus" in reply.text
        assert reply.ai
        assert [fact.source for fact in facts] == ["brand"]
    named, _ = greeting(replace(BRAND, voice=Voice(persona="Mina")), channel="webchat", locale="en", now=NOW)
    assert named.text.startswith("I am Mina, the AI assistant of Blauhaus.")

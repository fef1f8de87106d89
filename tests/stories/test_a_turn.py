"""One message, one answer: what the shopper sees, word for word."""

from dataclasses import replace

from agent.conversation import ConversationState
from agent.parts import TurnResult
from agent.reading import Reading
from agent.turn import take_turn
from agent.wish import Intent, OrderRef
from channels.message import Channel
from channels.reply import OrderCard
from identity.levels import Level, Shopper
from knowledge.document import Citation
from shop.order import LineState, Order
from tests.agent.worlds import (
    EDITING,
    SHIPPING,
    SIGNED_IN,
    STRANGER,
    FakeShop,
    cited,
    incoming,
    line,
    order,
    parts,
    reading,
    said,
    state,
    wish,
)

CANCEL = reading(wish(Intent.CANCEL_ORDER))
MIXED = order(1042, line(1, "Linen shirt", colour="Blue", size="M"), line(2, "Canvas tote", state=LineState.IN_TRANSIT), country="US")
GREETED = state(disclosed=True)
BY_PHONE = Shopper(level=Level.L2, customer=SIGNED_IN.customer, contact="+12025550123")


async def answer(
    means: Reading,
    *orders: Order,
    shopper: Shopper = SIGNED_IN,
    channel: Channel = Channel.WEBCHAT,
    before: ConversationState = GREETED,
    passages: tuple[Citation, ...] = (),
) -> TurnResult:
    arrived = incoming(said(channel=channel), shopper=shopper, channel=channel, before=before)
    return await take_turn(arrived, parts(means, shop=FakeShop(orders=orders), passages=passages))


def opening(result: TurnResult) -> str:
    """The first paragraph of the reply."""
    assert result.reply is not None
    return result.reply.text.split("\n\n")[0]


async def test_a_stranger_hears_the_general_policy_and_how_to_sign_in() -> None:
    result = await answer(CANCEL, MIXED, shopper=STRANGER, passages=cited(EDITING))
    assert result.reply is not None
    assert result.reply.text == (
        "To see whether you can cancel an order, please sign in; orders are shown only to the person who placed them.\n\n"
        "In general, the shop's policy says:\n\n"
        "“You can edit or cancel an order yourself while it has not shipped.” (Editing)\n\n"
        "Sign in: https://northbay.example.com/hub/sign-in\nSend me a code"
    )


async def test_the_first_answer_of_a_conversation_says_that_an_assistant_speaks() -> None:
    assert opening(await answer(CANCEL, shopper=STRANGER, before=state())).startswith("I am the AI assistant of Northbay.")


async def test_part_of_the_order_has_gone_and_the_rest_can_still_be_cancelled() -> None:
    result = await answer(CANCEL, MIXED)
    assert opening(result) == (
        "Part of your order #1042 can still be cancelled: Linen shirt. That is possible until Nov 21, 14:00 CET. "
        "Canvas tote has already shipped and can come back as a return. "
        "Please use “Review changes” to check and send it; nothing is changed before that."
    )
    assert result.reply is not None
    card = next(block for block in result.reply.blocks if isinstance(block, OrderCard))
    assert [(shown.title, shown.allowed) for shown in card.lines] == [("Linen shirt", True), ("Canvas tote", False)]


async def test_by_text_message_the_same_is_a_sentence_and_a_link() -> None:
    result = await answer(CANCEL, MIXED, shopper=BY_PHONE, channel=Channel.SMS)
    assert result.reply is not None
    assert result.reply.text == (
        "Order 1042: you can still cancel Linen shirt. Until Nov 21, 14:00 CET. Shipped, so a return: Canvas tote.\n\n"
        "Review changes: https://northbay.example.com/c/tok0000000000000000001"
    )


async def test_an_order_that_is_not_theirs_does_not_exist_for_them() -> None:
    lost = reading(wish(Intent.CANCEL_ORDER, orders=[OrderRef(kind="number", value="9999")]))
    assert opening(await answer(lost, MIXED)) == (
        "I cannot find that order under this account. Older orders cannot be opened here either. Please check the number, "
        "or sign in with the account it was placed under. A person can help as well; just ask."
    )


async def test_two_open_orders_lead_to_one_question() -> None:
    result = await answer(CANCEL, order(1, line(1, "Linen shirt")), order(2, line(2, "Wool coat"), hours_ago=2))
    assert result.reply is not None
    assert result.reply.text == "Which order do you mean?\n\n- #1 Linen shirt\n- #2 Wool coat"


async def test_a_person_asked_for_comes_with_a_reference_and_a_time() -> None:
    result = await answer(reading(wish(Intent.TALK_TO_HUMAN)), shopper=STRANGER)
    assert result.reply is not None
    assert result.reply.text == (
        "Of course.\n\nA person at Northbay has this now. Your reference is NO-7F3K2. "
        "You will have an answer here in the chat by Nov 23, 10:00 CET."
    )


async def test_an_order_being_packed_leads_to_the_offer_of_a_person() -> None:
    packing = order(1042, line(1, "Linen shirt", state=LineState.PACKING), country="US")
    result = await answer(CANCEL, packing)
    assert opening(result) == "Your order #1042 (Linen shirt) is being packed, so a person has to see whether it can still be stopped."
    assert result.reply is not None
    assert "Would you like a person to take a look?" in result.reply.text


async def test_a_policy_question_is_answered_with_the_shops_own_words() -> None:
    result = await answer(reading(wish(Intent.POLICY_QUESTION)), shopper=STRANGER, passages=cited(SHIPPING))
    assert result.reply is not None
    assert result.reply.text == (
        "This is what the shop's policy says:\n\n"
        "“Parcels leave our workshop on working days. We cannot ship to post office boxes unless the carrier agrees.” (Shipping)"
    )


async def test_the_answer_comes_in_the_language_of_the_question() -> None:
    result = await answer(replace(CANCEL, language="ja"), MIXED)
    assert opening(result).startswith("ご注文#1042のうち、Linen shirtはキャンセルが可能です。")
    assert result.state.locale == "ja"

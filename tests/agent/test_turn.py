"""One turn through the whole room: who is asked what, side by side, and what is handed back to be stored."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.conversation import AwaitSignIn, ConfirmHandOff
from agent.decide import decide
from agent.effects import Emit, MakePlaceLink, OpenCase, RecordGap, RequestCode, ScheduleRetry
from agent.evidence import ShopAnswer
from agent.parts import Draft, TurnResult
from agent.reading import Answer, Reading
from agent.turn import take_turn
from agent.wish import Intent, OrderRef
from channels.message import Channel, Signal
from channels.reply import DeepLink, HandoffNotice, OrderCard, Quote, SignIn
from identity.levels import Level, Proof, ProofKind, Shopper
from shop.order import Customer, CustomerId, LineState
from skills.record import OUTCOMES, from_text, to_text
from skills.skill import Explain, HandOff, Offer, Reason, SignInFirst
from tests.agent.worlds import (
    ANA,
    NOW,
    SHIPPING,
    SIGNED_IN,
    FakeReader,
    FakeShop,
    FakeWriter,
    brand,
    cited,
    incoming,
    line,
    number,
    order,
    parts,
    reading,
    said,
    state,
    wish,
)

CANCEL = reading(wish(Intent.CANCEL_ORDER))
PHONE = "+12025550123"


def effects(result: TurnResult, kind: type) -> list[object]:
    return [effect for effect in result.effects if isinstance(effect, kind)]


def events(result: TurnResult) -> list[str]:
    return [effect.name for effect in result.effects if isinstance(effect, Emit)]


async def test_a_stranger_is_invited_and_nothing_is_asked_of_the_shop() -> None:
    shop = FakeShop(orders=(order(1042),))
    result = await take_turn(incoming(said("cancel #1042")), parts(CANCEL, shop=shop))
    assert shop.asked == []
    assert isinstance(result.outcomes[0], SignInFirst)
    assert result.reply is not None
    assert any(isinstance(block, SignIn) for block in result.reply.blocks)
    assert isinstance(result.state.pending, AwaitSignIn)
    assert result.stopped == ()


async def test_a_signed_in_shopper_gets_the_card_in_one_query() -> None:
    shop = FakeShop(orders=(order(1042),))
    result = await take_turn(incoming(shopper=SIGNED_IN), parts(CANCEL, shop=shop))
    assert shop.asked == ["orders_of"]
    assert isinstance(result.outcomes[0], Offer)
    assert result.reply is not None
    assert any(isinstance(block, OrderCard) for block in result.reply.blocks)
    assert result.model_calls == 0
    links = effects(result, MakePlaceLink)
    assert links
    assert all(isinstance(link, MakePlaceLink) and link.customer == ANA and link.expires > NOW for link in links)
    assert events(result) == ["decision_made", "guided"]
    assert result.stopped == ()


async def test_a_named_order_out_of_sight_costs_the_second_query_and_no_third() -> None:
    shop = FakeShop(orders=tuple(order(number, hours_ago=number) for number in range(1, 9)))
    named = reading(wish(Intent.ORDER_STATUS, orders=[number("8")]), wish(Intent.ORDER_STATUS, orders=[number("7")]))
    result = await take_turn(incoming(shopper=SIGNED_IN), parts(named, shop=shop))
    assert shop.asked == ["orders_of", "order_named"]
    assert result.outcomes[0].order_name == "#8"
    assert result.outcomes[1].because is Reason.STATE_UNKNOWN


async def test_a_number_that_cannot_be_there_is_not_asked_for() -> None:
    shop = FakeShop(orders=(order(1042), order(77, customer=CustomerId("gid://shopify/Customer/9"))))
    for name in ("77", "123456"):
        shop.asked.clear()
        result = await take_turn(incoming(shopper=SIGNED_IN), parts(reading(wish(Intent.CANCEL_ORDER, orders=[number(name)])), shop=shop))
        assert result.outcomes[0].because is Reason.ORDER_NOT_FOUND
        assert shop.asked == ["orders_of"]


async def test_foreign_and_unknown_numbers_get_the_same_bytes() -> None:
    orders = tuple(order(number, hours_ago=number) for number in range(1, 6))
    shop = FakeShop(orders=(*orders, order(77, customer=CustomerId("gid://shopify/Customer/9"))))
    replies = []
    for name in ("77", "99"):
        result = await take_turn(incoming(shopper=SIGNED_IN), parts(reading(wish(Intent.CANCEL_ORDER, orders=[number(name)])), shop=shop))
        replies.append(result.reply)
    assert replies[0] == replies[1]


async def test_an_order_too_long_for_the_first_answer_is_read_alone() -> None:
    long = order(1042)

    class CutShort(FakeShop):
        async def orders_of(self, customer, meter, *, first=3):  # type: ignore[no-untyped-def]
            found = await super().orders_of(customer, meter, first=first)
            return replace(found, orders=tuple(replace(one, complete=False) for one in found.orders))

    shop = CutShort(orders=(long,))
    result = await take_turn(incoming(shopper=SIGNED_IN), parts(CANCEL, shop=shop))
    assert shop.asked == ["orders_of", "order"]
    assert isinstance(result.outcomes[0], Offer)


async def test_reading_policy_and_orders_are_fetched_side_by_side() -> None:
    shop = FakeShop(orders=(order(1042),), slow_s=0.08)
    result = await take_turn(incoming(shopper=SIGNED_IN), parts(FakeReader(CANCEL, slow_s=0.08), shop=shop))
    assert result.timings["total"] < 155


class TestWhenSomethingFails:
    async def test_the_shop_down_in_webchat_offers_a_person_and_no_link(self) -> None:
        result = await take_turn(incoming(shopper=SIGNED_IN), parts(CANCEL, shop=FakeShop(down=True)))
        assert isinstance(result.outcomes[0], HandOff)
        assert result.evidence.shop is ShopAnswer.UNREACHABLE
        assert effects(result, MakePlaceLink) == []
        assert events(result) == ["decision_made", "handoff_offered"]

    async def test_elsewhere_one_text_then_retries_at_1_3_and_10_minutes_then_a_person(self) -> None:
        shop, before = FakeShop(down=True), state(disclosed=True)
        shopper = replace(SIGNED_IN, level=Level.L2)
        first = await take_turn(incoming(said(channel=Channel.SMS), shopper=shopper, channel=Channel.SMS), parts(CANCEL, shop=shop))
        assert first.reply is not None
        waits, result = [], first
        while retry := effects(result, ScheduleRetry):
            assert isinstance(retry[0], ScheduleRetry)
            waits.append(retry[0].at - NOW)
            wake = said("", signal=Signal.RETRY, channel=Channel.SMS)
            result = await take_turn(incoming(wake, before=result.state, shopper=shopper, channel=Channel.SMS), parts(reading(), shop=shop))
            assert (result.reply is None) == bool(effects(result, ScheduleRetry))
        assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=7)]
        assert isinstance(result.outcomes[0], HandOff)
        assert before.pending is None

    async def test_a_shop_that_hangs_is_given_up_at_the_deadline(self) -> None:
        result = await take_turn(incoming(shopper=SIGNED_IN), parts(CANCEL, shop=FakeShop(slow_s=5), deadline_s=0.6))
        assert result.outcomes[0].because is Reason.SHOP_UNREACHABLE

    @pytest.mark.parametrize("reader", [FakeReader(CANCEL, raises=RuntimeError("broken")), FakeReader(CANCEL, slow_s=5)])
    async def test_a_reader_that_breaks_or_hangs_leaves_a_question(self, reader: FakeReader) -> None:
        result = await take_turn(incoming(), parts(reader, deadline_s=0.6))
        assert result.outcomes[0].because is Reason.UNCLEAR
        assert result.reply is not None


class TestAPerson:
    async def test_asked_for_a_case_is_opened_without_order_data(self) -> None:
        wishes = reading(wish(Intent.TALK_TO_HUMAN))
        result = await take_turn(incoming(said("a person please, order 1042")), parts(wishes))
        (case,) = effects(result, OpenCase)
        assert isinstance(case, OpenCase)
        assert case.reference == "NO-7F3K2"
        assert (case.brief.order, case.brief.customer, case.brief.lines, case.brief.verified) == (None, None, (), False)
        assert case.brief.said == "a person please, order 1042"
        assert result.reply is not None
        notice = next(block for block in result.reply.blocks if isinstance(block, HandoffNotice))
        assert (notice.state, notice.case) == ("made", "NO-7F3K2")
        assert notice.case is not None
        assert notice.case in result.reply.text
        assert result.state.case == "NO-7F3K2"
        assert events(result) == ["decision_made", "handoff_accepted", "case_opened"]

    async def test_the_yes_opens_a_case_with_verdicts_and_a_proposed_action(self) -> None:
        shop = FakeShop(orders=(order(1042, line(1, "Linen shirt", state=LineState.PACKING)),))
        first = await take_turn(incoming(shopper=SIGNED_IN), parts(CANCEL, shop=shop))
        assert isinstance(first.state.pending, ConfirmHandOff)
        result = await take_turn(incoming(said(choice="yes"), before=first.state, shopper=SIGNED_IN), parts(reading(), shop=shop))
        (case,) = effects(result, OpenCase)
        assert isinstance(case, OpenCase)
        assert (case.brief.order_name, case.brief.verified, case.brief.proposed) == ("#1042", True, "cancel_order")
        assert case.brief.lines[0].reason is Reason.BEING_PACKED
        assert case.reply_by is not None
        assert case.reply_by > NOW

    async def test_a_second_request_opens_no_second_case(self) -> None:
        before = state(case="NO-AAAAA")
        result = await take_turn(incoming(before=before), parts(reading(wish(Intent.TALK_TO_HUMAN))))
        assert effects(result, OpenCase) == []
        assert result.reply is not None
        assert "NO-AAAAA" in result.reply.text

    async def test_a_conversation_a_person_has_taken_over_stays_silent(self) -> None:
        shop = FakeShop(orders=(order(1042),))
        result = await take_turn(incoming(before=state(with_person=True), shopper=SIGNED_IN), parts(CANCEL, shop=shop))
        assert result.reply is None
        assert (result.outcomes, shop.asked) == ((), [])


class TestCodes:
    async def test_an_address_typed_where_one_was_asked_for_asks_for_a_code(self) -> None:
        before = state(pending=AwaitSignIn(wishes=CANCEL.wishes, contact_asked=True))
        typed = reading(contact=" Ana.Torres@Example.com", contact_typed=True)
        result = await take_turn(incoming(said("x"), before=before), parts(typed))
        assert effects(result, RequestCode) == [RequestCode(contact="ana.torres@example.com")]
        assert isinstance(result.state.pending, AwaitSignIn)
        assert result.state.pending.code_sent

    async def test_the_word_code_by_text_sends_one_to_that_very_phone(self) -> None:
        before = state(pending=AwaitSignIn(wishes=CANCEL.wishes), disclosed=True)
        claim = Shopper(level=Level.L1, contact=PHONE)
        arrived = incoming(said("Code", channel=Channel.SMS), before=before, shopper=claim, channel=Channel.SMS, contact=PHONE)
        result = await take_turn(arrived, parts(CANCEL))
        assert effects(result, RequestCode) == [RequestCode(contact=PHONE)]

    async def test_after_the_code_the_wish_goes_on(self) -> None:
        before = state(pending=AwaitSignIn(wishes=CANCEL.wishes, code_sent=True))
        shop = FakeShop(orders=(order(1042),))
        wake = said("", signal=Signal.SIGNED_IN)
        result = await take_turn(incoming(wake, before=before, shopper=SIGNED_IN), parts(reading(), shop=shop))
        assert isinstance(result.outcomes[0], Offer)
        assert result.state.pending is None


class TestWhatsApp:
    OWNER = Customer(id=ANA, first_name="Ana", phone=PHONE)

    async def turn(self, *customers: Customer, means: Reading = CANCEL, **settings: bool) -> tuple[TurnResult, FakeShop]:
        shop = FakeShop(orders=(order(1042), order(1043, hours_ago=2)), customers=customers)
        claim = Shopper(level=Level.L1, contact=PHONE)
        arrived = incoming(said(channel=Channel.WHATSAPP), shopper=claim, channel=Channel.WHATSAPP, contact=PHONE)
        return await take_turn(arrived, parts(means, shop=shop, brand=brand(**settings))), shop

    async def test_a_number_on_exactly_one_record_signs_in(self) -> None:
        result, shop = await self.turn(self.OWNER)
        assert result.shopper.level is Level.L2
        assert shop.asked == ["customers_by_phone", "orders_of"]

    async def test_none_and_two_look_the_same(self) -> None:
        nobody, _ = await self.turn()
        two, shop = await self.turn(self.OWNER, replace(self.OWNER, id=CustomerId("gid://shopify/Customer/8")))
        assert (nobody.reply, nobody.outcomes, nobody.shopper) == (two.reply, two.outcomes, two.shopper)
        assert shop.asked == ["customers_by_phone"]

    async def test_the_switch_turns_it_off(self) -> None:
        result, shop = await self.turn(self.OWNER, whatsapp_sender_proves=False)
        assert (result.shopper.level, shop.asked) == (Level.L1, [])

    async def test_a_named_order_still_takes_two_queries_in_all(self) -> None:
        result, shop = await self.turn(self.OWNER, means=reading(wish(Intent.CANCEL_ORDER, orders=[number("1043")])))
        assert shop.asked == ["customers_by_phone", "order_named"]
        assert result.outcomes[0].order_name == "#1043"

    async def test_a_look_up_of_a_moment_ago_is_believed(self) -> None:
        proof = Proof(kind=ProofKind.WHATSAPP_SENDER, customer=ANA, contact=PHONE, at=NOW - timedelta(seconds=50))
        known = Shopper(level=Level.L2, customer=ANA, contact=PHONE, proof=proof)
        shop = FakeShop(orders=(order(1042),))
        await take_turn(incoming(shopper=known, channel=Channel.WHATSAPP, contact=PHONE), parts(CANCEL, shop=shop))
        assert shop.asked == ["orders_of"]


class TestPolicyAnswers:
    ASKED = reading(wish(Intent.POLICY_QUESTION))

    async def test_the_clause_is_quoted(self) -> None:
        result = await take_turn(incoming(), parts(self.ASKED, passages=cited(SHIPPING)))
        assert result.reply is not None
        assert any(isinstance(block, Quote) and block.clause == SHIPPING.id for block in result.reply.blocks)
        assert result.stopped == ()

    async def test_a_missing_policy_is_recorded_as_a_gap_without_private_words(self) -> None:
        result = await take_turn(incoming(said("is my order #1042 (ana@example.com) vegan?")), parts(self.ASKED))
        (gap,) = effects(result, RecordGap)
        assert isinstance(gap, RecordGap)
        assert "1042" not in gap.question
        assert "ana" not in gap.question
        assert "vegan" in gap.question
        assert "policy_gap_found" in events(result)

    async def test_a_writers_words_pass_the_gate_and_count_as_the_one_call(self) -> None:
        writer = FakeWriter(Draft(sentences=("Thank you for your question.",), cited=(SHIPPING.id,)))
        result = await take_turn(incoming(), parts(self.ASKED, passages=cited(SHIPPING), writer=writer))
        assert result.reply is not None
        assert "Thank you for your question." in result.reply.text
        assert result.model_calls == 1

    @pytest.mark.parametrize("sentence", ["You have 99 days.", "See evil.example now.", "I have cancelled your order."])
    async def test_a_writers_lies_are_stopped_and_counted(self, sentence: str) -> None:
        writer = FakeWriter(Draft(sentences=(sentence,), cited=(SHIPPING.id,)))
        plain = await take_turn(incoming(), parts(self.ASKED, passages=cited(SHIPPING)))
        result = await take_turn(incoming(), parts(self.ASKED, passages=cited(SHIPPING), writer=writer))
        assert result.reply == plain.reply
        assert "gate_stopped" in events(result)

    async def test_after_a_model_read_no_model_writes(self) -> None:
        writer = FakeWriter(Draft(sentences=("Thank you for your question.",)))
        by_model = replace(self.ASKED, by="model", model_calls=1)
        result = await take_turn(incoming(), parts(by_model, passages=cited(SHIPPING), writer=writer))
        assert (writer.seen, result.model_calls) == ([], 1)

    async def test_the_kill_switch_leaves_the_catalogue(self) -> None:
        writer = FakeWriter(Draft(sentences=("Thank you for your question.",)))
        await take_turn(incoming(), parts(self.ASKED, passages=cited(SHIPPING), writer=writer, templates_only=lambda: True))
        assert writer.seen == []

    async def test_a_writer_never_sees_an_order(self) -> None:
        writer, shop = FakeWriter(), FakeShop(orders=(order(1042),))
        await take_turn(incoming(shopper=SIGNED_IN), parts(self.ASKED, passages=cited(SHIPPING), writer=writer, shop=shop))
        assert writer.seen
        assert writer.seen[0].orders == ()


async def test_by_mail_every_recent_order_is_answered_and_a_handoff_made() -> None:
    shop = FakeShop(orders=(order(1), order(2, line(2, "Canvas tote", state=LineState.PACKING), hours_ago=2)))
    arrived = incoming(said(channel=Channel.EMAIL), shopper=replace(SIGNED_IN, level=Level.L2), channel=Channel.EMAIL)
    result = await take_turn(arrived, parts(CANCEL, shop=shop))
    assert [outcome.kind for outcome in result.outcomes] == ["offer", "hand_off"]
    assert result.reply is not None
    assert any(isinstance(block, DeepLink) for block in result.reply.blocks)
    assert effects(result, OpenCase)


async def test_a_stored_turn_decides_the_same_again() -> None:
    shop = FakeShop(orders=(order(1), order(2)))
    result = await take_turn(incoming(shopper=SIGNED_IN), parts(CANCEL, shop=shop))
    assert result.before is not None
    again = decide(result.reading, result.shopper, result.evidence, result.now, state=result.before, signal=result.signal)
    assert again == result.outcomes
    assert from_text(OUTCOMES, to_text(OUTCOMES, result.outcomes)) == result.outcomes


async def test_the_shopper_is_told_what_is_being_looked_at() -> None:
    told: list[str] = []

    async def progress(code: str) -> None:
        told.append(code)

    shop = FakeShop(orders=tuple(order(number, hours_ago=number) for number in range(1, 9)))
    named = reading(wish(Intent.ORDER_STATUS, orders=[number("8")]))
    await take_turn(incoming(shopper=SIGNED_IN), parts(named, shop=shop, progress=progress))
    assert told == ["checking_orders", "checking_order"]


async def test_the_time_spent_waiting_is_told_apart() -> None:
    result = await take_turn(incoming(shopper=SIGNED_IN), parts(CANCEL, shop=FakeShop(orders=(order(1),))))
    assert {"read", "look_up", "shop", "decide", "words", "total", "waited", "own"} <= result.timings.keys()


async def test_yesterdays_order_is_the_one_placed_yesterday() -> None:
    shop = FakeShop(orders=(order(1, hours_ago=2), order(2, hours_ago=26), order(3, hours_ago=80)))
    yesterday = reading(wish(Intent.ORDER_STATUS, orders=[OrderRef(kind="last", days_ago=1)]))
    result = await take_turn(incoming(shopper=SIGNED_IN), parts(yesterday, shop=shop))
    assert isinstance(result.outcomes[0], Explain)
    assert result.outcomes[0].order_name == "#2"


async def test_a_yes_by_tap_needs_no_reader() -> None:
    before = state(pending=ConfirmHandOff(reason="unclear"))
    reader = FakeReader(CANCEL, raises=AssertionError("a tap was read"))
    result = await take_turn(incoming(said(choice="yes"), before=before), parts(reader))
    assert result.reading.answer is Answer.YES
    assert isinstance(result.outcomes[0], HandOff)
    assert result.outcomes[0].made

"""What a turn comes to, wish by wish: screening, sign-in, which order, which line, and answers to our own questions."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.conversation import AwaitShop, AwaitSignIn, ChooseLine, ChooseOrder, ChooseWish, ConfirmHandOff, ConversationState
from agent.decide import decide
from agent.evidence import Evidence, ShopAnswer
from agent.reading import Answer, Reading
from agent.remember import next_state
from agent.wish import DesiredChange, Intent, LineRef, OrderRef
from channels.message import Channel, Signal
from identity.levels import Shopper
from knowledge.terms import AddItems, ChangeKind, Terms
from shop.order import CustomerId, LineState
from skills.skill import Choose, Explain, HandOff, Offer, Outcome, Reason, Redirect, Refuse, SignInFirst
from tests.agent.worlds import (
    ADDING,
    EDITING,
    NOW,
    SHIPPING,
    SIGNED_IN,
    STRANGER,
    cited,
    evidence,
    line,
    number,
    order,
    reading,
    rule,
    state,
    wish,
    words,
)

OURS = CustomerId("gid://shopify/Customer/7001")
CANCEL = wish(Intent.CANCEL_ORDER)


def outcomes(
    said: Reading,
    seen: Evidence,
    *,
    shopper: Shopper = SIGNED_IN,
    before: ConversationState | None = None,
    signal: Signal = Signal.SAID,
) -> tuple[Outcome, ...]:
    return decide(said, shopper, seen, NOW, state=before or state(), signal=signal)


def one(*args: Any, **more: Any) -> Outcome:
    (outcome,) = outcomes(*args, **more)
    return outcome


class TestScreening:
    def test_a_person_is_called_at_once_signed_in_or_not(self) -> None:
        for shopper in (STRANGER, SIGNED_IN):
            outcome = one(reading(wish(Intent.TALK_TO_HUMAN)), evidence(), shopper=shopper)
            assert isinstance(outcome, HandOff)
            assert outcome.made
            assert outcome.because is Reason.WANTS_PERSON

    def test_the_order_spoken_of_goes_with_the_person_only_for_its_owner(self) -> None:
        mine = order(1042)
        seen, before = evidence(mine), state(focus=mine.id)
        assert one(reading(wish(Intent.TALK_TO_HUMAN)), seen, before=before).order == mine.id
        assert one(reading(wish(Intent.TALK_TO_HUMAN)), seen, before=before, shopper=STRANGER).order is None

    def test_withdrawal_needs_no_sign_in(self) -> None:
        outcome = one(reading(wish(Intent.WITHDRAW)), evidence(), shopper=STRANGER)
        assert isinstance(outcome, Redirect)
        assert (outcome.to, outcome.because) == ("withdrawal", Reason.RIGHT_OF_WITHDRAWAL)

    def test_outside_the_eea_withdrawing_means_cancelling(self) -> None:
        outcome = one(reading(wish(Intent.WITHDRAW)), evidence(customer_country="US"), shopper=STRANGER)
        assert isinstance(outcome, SignInFirst)
        assert outcome.wish == Intent.CANCEL_ORDER

    def test_the_first_abuse_gets_a_boundary_the_second_a_person(self) -> None:
        first = one(reading(wish(Intent.ABUSE), mood="abusive"), evidence())
        assert isinstance(first, Explain)
        assert first.because is Reason.ABUSE
        second = one(reading(wish(Intent.ABUSE), mood="abusive"), evidence(), before=state(abuse_turns=1))
        assert isinstance(second, HandOff)
        assert not second.made

    def test_a_threat_goes_to_a_person_at_once(self) -> None:
        outcome = one(reading(CANCEL, mood="threat"), evidence(order(1042)))
        assert isinstance(outcome, HandOff)
        assert outcome.made

    @pytest.mark.parametrize(
        ("intent", "because"),
        [(Intent.IS_IT_A_BOT, Reason.ANSWERED), (Intent.SMALLTALK, Reason.ANSWERED), (Intent.OTHER, Reason.OUT_OF_SCOPE)],
    )
    def test_what_needs_no_order_is_simply_said(self, intent: Intent, because: Reason) -> None:
        outcome = one(reading(wish(intent)), evidence(), shopper=STRANGER)
        assert isinstance(outcome, Explain)
        assert outcome.because is because

    def test_an_unsure_reading_asks_once_with_the_two_best(self) -> None:
        unsure = wish(Intent.CANCEL_ORDER, second=Intent.RETURN_EXCHANGE, sure=False)
        first = one(reading(unsure, asks_back=True), evidence())
        assert isinstance(first, Choose)
        assert [option for option, _ in first.options] == ["cancel_order", "return_exchange"]
        second = one(reading(unsure, asks_back=True), evidence(), before=state(unclear_turns=1))
        assert isinstance(second, HandOff)
        assert (second.because, second.made) == (Reason.UNCLEAR, False)

    def test_several_wishes_are_each_answered(self) -> None:
        both = outcomes(reading(wish(Intent.IS_IT_A_BOT), CANCEL), evidence(order(1042)))
        assert [outcome.kind for outcome in both] == ["explain", "offer"]


class TestPolicy:
    def test_a_question_is_answered_with_its_clause(self) -> None:
        outcome = one(reading(wish(Intent.POLICY_QUESTION)), evidence(passages=cited(SHIPPING)), shopper=STRANGER)
        assert outcome.because is Reason.ANSWERED
        assert outcome.clauses == (SHIPPING.id,)

    def test_the_nearest_clause_below_the_threshold_is_missing_text(self) -> None:
        outcome = one(reading(wish(Intent.POLICY_QUESTION)), evidence(passages=cited(SHIPPING, score=0.12)), shopper=STRANGER)
        assert outcome.because is Reason.POLICY_MISSING
        assert outcome.clauses == ()
        assert outcome.gap

    def test_a_clause_far_behind_the_best_is_not_quoted_beside_it(self) -> None:
        outcome = one(reading(wish(Intent.POLICY_QUESTION)), evidence(passages=cited(SHIPPING, EDITING)), shopper=STRANGER)
        assert outcome.clauses == (SHIPPING.id,)

    def test_adding_items_needs_no_sign_in(self) -> None:
        outcome = one(reading(wish(Intent.ADD_ITEM)), evidence(), shopper=STRANGER)
        assert isinstance(outcome, Refuse)
        assert outcome.because is Reason.NOT_ON_EXISTING_ORDER
        assert outcome.clauses == (ADDING.id,)

    def test_where_the_brand_allows_adding_a_person_does_it(self) -> None:
        allowed = Terms(rules=(rule("add", AddItems(allowed=True), ADDING),))
        outcome = one(reading(wish(Intent.ADD_ITEM)), evidence(terms=allowed), shopper=STRANGER)
        assert isinstance(outcome, HandOff)
        assert outcome.clauses == (ADDING.id,)

    def test_a_draft_of_it_allows_nothing(self) -> None:
        draft = Terms(rules=(rule("add", AddItems(allowed=True), ADDING, approved=False),))
        outcome = one(reading(wish(Intent.ADD_ITEM)), evidence(terms=draft), shopper=STRANGER)
        assert isinstance(outcome, Refuse)
        assert (outcome.clauses, outcome.gap) == ((), "add_item")


class TestNotSignedIn:
    def test_an_order_wish_invites_with_the_general_policy(self) -> None:
        outcome = one(reading(CANCEL), evidence(), shopper=STRANGER)
        assert isinstance(outcome, SignInFirst)
        assert (outcome.because, outcome.step) == (Reason.NOT_SIGNED_IN, "invite")
        assert outcome.clauses == (EDITING.id,)
        assert (outcome.order, outcome.order_name) == (None, None)

    def test_without_a_rule_the_missing_policy_is_named(self) -> None:
        outcome = one(reading(CANCEL), evidence(terms=Terms()), shopper=STRANGER)
        assert (outcome.clauses, outcome.gap) == ((), "cancel_order")

    def test_whatever_number_is_named_the_outcome_is_the_same(self) -> None:
        said = [reading(wish(Intent.CANCEL_ORDER, orders=[number(value)])) for value in ("1042", "9999", "7")]
        assert len({outcomes(one_said, evidence(), shopper=STRANGER) for one_said in said}) == 1

    def test_the_named_number_waits_for_sign_in(self) -> None:
        said = reading(wish(Intent.CANCEL_ORDER, orders=[number("1042")]))
        seen = evidence()
        after = next_state(state(), said, STRANGER, seen, outcomes(said, seen, shopper=STRANGER))
        assert isinstance(after.pending, AwaitSignIn)
        then = one(reading(), evidence(order(1043, hours_ago=0.5), order(1042)), before=after, signal=Signal.SIGNED_IN)
        assert isinstance(then, Offer)
        assert then.order_name == "#1042"

    def test_sign_in_refused_offers_a_person_without_order_data(self) -> None:
        before = state(pending=AwaitSignIn(wishes=(CANCEL,)))
        outcome = one(reading(answer=Answer.NO), evidence(), shopper=STRANGER, before=before)
        assert isinstance(outcome, HandOff)
        assert (outcome.because, outcome.order, outcome.clauses) == (Reason.NOT_SIGNED_IN, None, (EDITING.id,))

    @pytest.mark.parametrize(
        ("said", "signal", "step"),
        [
            (reading(answer=Answer.CHOICE, chosen="code"), Signal.SAID, "ask_contact"),
            (reading(contact="x@example.com", contact_typed=True), Signal.SAID, "code_sent"),
            (reading(), Signal.CODE_SENT, "code_sent"),
            (reading(), Signal.CODE_WRONG, "code_wrong"),
            (reading(), Signal.CODE_SPENT, "code_spent"),
        ],
    )
    def test_each_step_of_the_code_has_its_own_answer(self, said: Reading, signal: Signal, step: str) -> None:
        before = state(pending=AwaitSignIn(wishes=(CANCEL,)))
        outcome = one(said, evidence(), shopper=STRANGER, before=before, signal=signal)
        assert isinstance(outcome, SignInFirst)
        assert outcome.step == step
        after = next_state(before, said, STRANGER, evidence(), (outcome,), signal=signal)
        assert isinstance(after.pending, AwaitSignIn)
        assert after.pending.wishes == (CANCEL,)

    def test_a_policy_question_in_between_leaves_the_wish_waiting(self) -> None:
        before = state(pending=AwaitSignIn(wishes=(CANCEL,)))
        said, seen = reading(wish(Intent.POLICY_QUESTION)), evidence(passages=cited(SHIPPING))
        after = next_state(before, said, STRANGER, seen, outcomes(said, seen, shopper=STRANGER, before=before))
        assert after.pending == before.pending


class TestWhichOrder:
    def test_the_only_order_is_used(self) -> None:
        assert one(reading(CANCEL), evidence(order(1042))).order_name == "#1042"

    def test_the_last_order_is_the_one_placed_last(self) -> None:
        last = wish(Intent.ORDER_STATUS, orders=[OrderRef(kind="last")])
        assert one(reading(last), evidence(order(1, hours_ago=9), order(2, hours_ago=2))).order_name == "#2"

    def test_an_own_number_is_used_and_a_foreign_unknown_or_old_one_looks_the_same(self) -> None:
        seen = evidence(order(1042), order(1043), named=(("9999", None), ("8888", None)))
        assert one(reading(wish(Intent.CANCEL_ORDER, orders=[number("1043")])), seen).order_name == "#1043"
        lost = {one(reading(wish(Intent.CANCEL_ORDER, orders=[number(value)])), seen) for value in ("9999", "8888")}
        assert len(lost) == 1
        assert lost.pop().because is Reason.ORDER_NOT_FOUND

    def test_a_number_that_was_not_looked_up_is_not_called_unknown(self) -> None:
        outcome = one(reading(wish(Intent.CANCEL_ORDER, orders=[number("900")])), evidence(order(1042), more_orders=True))
        assert isinstance(outcome, HandOff)
        assert outcome.because is Reason.STATE_UNKNOWN

    def test_no_orders_is_said(self) -> None:
        assert one(reading(CANCEL), evidence(shop=ShopAnswer.READ)).because is Reason.NO_ORDERS

    def test_of_several_the_only_one_still_open_is_proposed(self) -> None:
        gone = order(1, line(1, "Canvas tote", state=LineState.DELIVERED))
        outcome = one(reading(CANCEL), evidence(gone, order(2)))
        assert isinstance(outcome, Offer)
        assert outcome.order_name == "#2"

    def test_of_several_open_ones_one_question_is_asked(self) -> None:
        outcome = one(reading(CANCEL), evidence(order(1), order(2, hours_ago=2)))
        assert isinstance(outcome, Choose)
        assert outcome.because is Reason.SEVERAL_ORDERS
        assert outcome.options == (("gid://shopify/Order/1", "#1"), ("gid://shopify/Order/2", "#2"))

    @pytest.mark.parametrize(("channel", "most"), [(Channel.WEBCHAT, 5), (Channel.SMS, 3), (Channel.WHATSAPP, 8)])
    def test_a_channel_shows_only_as_many_as_it_can(self, channel: Channel, most: int) -> None:
        outcome = one(reading(CANCEL), evidence(*(order(n) for n in range(1, 9)), channel=channel))
        assert isinstance(outcome, Choose)
        assert len(outcome.options) == most

    def test_by_mail_every_recent_order_is_answered(self) -> None:
        said = outcomes(reading(CANCEL), evidence(order(1), order(2), order(3), channel=Channel.EMAIL))
        assert [outcome.order_name for outcome in said] == ["#1", "#2", "#3"]

    def test_a_named_product_finds_its_order(self) -> None:
        seen = evidence(order(1, line(1, "Linen shirt")), order(2, line(2, "Wool coat"), hours_ago=3))
        assert one(reading(wish(Intent.CANCEL_ITEM, lines=[words("le manteau")])), seen).order_name == "#2"

    def test_the_order_spoken_of_before_is_meant_again(self) -> None:
        mine = order(2, hours_ago=2)
        assert one(reading(CANCEL), evidence(order(1), mine), before=state(focus=mine.id)).order_name == "#2"

    def test_the_answer_to_which_order_goes_on_with_the_wish(self) -> None:
        seen, said = evidence(order(1), order(2)), reading(CANCEL)
        after = next_state(state(), said, SIGNED_IN, seen, outcomes(said, seen))
        assert isinstance(after.pending, ChooseOrder)
        then = one(reading(answer=Answer.CHOICE, chosen="gid://shopify/Order/2"), seen, before=after)
        assert isinstance(then, Offer)
        assert (then.wish, then.order_name) == ("cancel_order", "#2")

    def test_an_order_that_was_never_offered_cannot_be_chosen(self) -> None:
        before = state(pending=ChooseOrder(orders=(("gid://shopify/Order/1", "#1"),), wishes=(CANCEL,)))
        outcome = one(reading(answer=Answer.CHOICE, chosen="gid://shopify/Order/66"), evidence(order(1)), before=before)
        assert outcome.order is None

    def test_a_bare_number_goes_on_with_the_wish_before(self) -> None:
        bare = wish(Intent.OTHER, orders=[number("1043")])
        outcome = one(reading(bare), evidence(order(1042), order(1043)), before=state(last_wishes=(CANCEL,)))
        assert (outcome.wish, outcome.order_name) == ("cancel_order", "#1043")

    def test_an_order_read_only_in_part_decides_nothing(self) -> None:
        outcome = one(reading(CANCEL), evidence(order(1042, complete=False)))
        assert isinstance(outcome, HandOff)
        assert outcome.because is Reason.STATE_UNKNOWN


TWO = (line(1, "Linen shirt", colour="Blue", size="M"), line(2, "Linen shirt", colour="White", size="M"), line(3, "Canvas tote"))


class TestWhichLine:
    @pytest.mark.parametrize(
        "said", ["the blue one", "la bleue", "la azul", "das blaue Hemd", "青いシャツ", "ブルーの方", "blu shirt blue", "blue linnen shirt"]
    )
    def test_a_colour_finds_its_line_in_every_language(self, said: str) -> None:
        outcome = one(reading(wish(Intent.CANCEL_ITEM, lines=[words(said)])), evidence(order(1, *TWO)))
        assert isinstance(outcome, Offer), said
        assert outcome.change is not None
        assert outcome.change.lines == (TWO[0].id,)

    def test_words_that_fit_two_lines_are_asked_about(self) -> None:
        outcome = one(reading(wish(Intent.CANCEL_ITEM, lines=[words("the shirt")])), evidence(order(1, *TWO)))
        assert isinstance(outcome, Choose)
        assert outcome.order_name == "#1"
        assert [gid for gid, _ in outcome.options] == [TWO[0].id, TWO[1].id]

    def test_words_that_fit_no_line_are_asked_about(self) -> None:
        outcome = one(reading(wish(Intent.CANCEL_ITEM, lines=[words("the boots")])), evidence(order(1, *TWO)))
        assert isinstance(outcome, Choose)
        assert len(outcome.options) == 3

    def test_by_mail_no_line_is_asked_about(self) -> None:
        outcome = one(reading(wish(Intent.CANCEL_ITEM, lines=[words("the shirt")])), evidence(order(1, *TWO), channel=Channel.EMAIL))
        assert isinstance(outcome, Offer)

    def test_the_line_chosen_is_the_line_meant(self) -> None:
        before = state(
            pending=ChooseLine(
                order="gid://shopify/Order/1", order_name="#1", lines=((TWO[1].id, "x"),), wishes=(wish(Intent.CANCEL_ITEM),)
            )
        )
        outcome = one(reading(answer=Answer.CHOICE, chosen=str(TWO[1].id)), evidence(order(1, *TWO), order(2)), before=before)
        assert isinstance(outcome, Offer)
        assert outcome.change is not None
        assert outcome.change.lines == (TWO[1].id,)

    def test_the_other_one_is_the_one_not_spoken_of(self) -> None:
        before = state(last_wishes=(wish(Intent.CANCEL_ITEM, lines=[words("the blue one")]),))
        outcome = one(reading(wish(Intent.CANCEL_ITEM, lines=[LineRef(kind="other")])), evidence(order(1, *TWO[:2])), before=before)
        assert isinstance(outcome, Offer)
        assert outcome.change is not None
        assert outcome.change.lines == (TWO[1].id,)

    def test_a_size_wished_is_kept_as_said_and_no_variant_is_guessed(self) -> None:
        change = DesiredChange(option="size", value="L")
        outcome = one(reading(wish(Intent.CHANGE_ITEM, lines=[words("white shirt")], change=change)), evidence(order(1, *TWO)))
        assert isinstance(outcome, Offer)
        assert outcome.change is not None
        assert (outcome.change.kind, outcome.change.variant, outcome.change.option, outcome.change.value) == (
            ChangeKind.SWAP_VARIANT,
            None,
            "size",
            "L",
        )

    def test_a_line_that_is_already_so_is_not_the_one_meant(self) -> None:
        lines = (line(1, "Linen shirt", colour="Blue", size="M"), line(2, "Linen shirt", colour="Blue", size="L"))
        change = DesiredChange(option="size", value="L")
        outcome = one(reading(wish(Intent.CHANGE_ITEM, lines=[words("blue shirt")], change=change)), evidence(order(1, *lines)))
        assert outcome.change is not None
        assert outcome.change.lines == (lines[0].id,)

    def test_told_that_only_some_can_be_cancelled_all_means_a_person(self) -> None:
        mixed = order(1, line(1, "Linen shirt"), line(2, "Canvas tote", state=LineState.IN_TRANSIT))
        first = one(reading(CANCEL), evidence(mixed))
        assert isinstance(first, Offer)
        before = state(last_wishes=(CANCEL,), focus=mixed.id)
        outcome = one(reading(wish(Intent.CANCEL_ORDER, lines=[LineRef(kind="all")])), evidence(mixed), before=before)
        assert isinstance(outcome, HandOff)
        assert outcome.because is Reason.WANTS_ALL_LINES


class TestTheShopIsDown:
    def test_in_webchat_a_person_is_offered(self) -> None:
        outcome = one(reading(CANCEL), evidence(shop=ShopAnswer.UNREACHABLE))
        assert isinstance(outcome, HandOff)
        assert (outcome.because, outcome.made) == (Reason.SHOP_UNREACHABLE, False)

    @pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP, Channel.EMAIL])
    def test_elsewhere_we_try_three_times_before_a_person_is_offered(self, channel: Channel) -> None:
        down = evidence(shop=ShopAnswer.UNREACHABLE, channel=channel)
        current, said = state(), reading(CANCEL)
        first = outcomes(said, down, before=current)
        assert isinstance(first[0], Explain)
        current = next_state(current, said, SIGNED_IN, down, first)
        for _ in range(2):
            again = outcomes(reading(), down, before=current, signal=Signal.RETRY)
            assert isinstance(again[0], Explain)
            current = next_state(current, reading(), SIGNED_IN, down, again, signal=Signal.RETRY)
        assert isinstance(current.pending, AwaitShop)
        last = outcomes(reading(), down, before=current, signal=Signal.RETRY)
        assert isinstance(last[0], HandOff)
        assert last[0].made is (channel is Channel.EMAIL)

    def test_a_retry_that_succeeds_answers_the_wish(self) -> None:
        before = state(pending=AwaitShop(wishes=(CANCEL,), tries=1))
        outcome = one(reading(), evidence(order(1), channel=Channel.SMS), before=before, signal=Signal.RETRY)
        assert isinstance(outcome, Offer)

    def test_a_retry_with_nothing_left_to_do_says_nothing(self) -> None:
        assert outcomes(reading(), evidence(order(1)), signal=Signal.RETRY) == ()


class TestAPersonOffered:
    def test_yes_makes_the_handoff_with_the_verdicts_of_now(self) -> None:
        held = order(1, line(1, "Linen shirt", state=LineState.PACKING))
        said, seen = reading(CANCEL), evidence(held)
        first = outcomes(said, seen)
        assert isinstance(first[0], HandOff)
        after = next_state(state(), said, SIGNED_IN, seen, first)
        assert isinstance(after.pending, ConfirmHandOff)
        yes = one(reading(answer=Answer.YES), seen, before=after)
        assert isinstance(yes, HandOff)
        assert yes.made
        assert (yes.order_name, yes.because) == ("#1", Reason.BEING_PACKED)
        assert len(yes.lines) == 1

    def test_no_leaves_it(self) -> None:
        before = state(pending=ConfirmHandOff(reason="being_packed", wishes=(CANCEL,)))
        outcome = one(reading(answer=Answer.NO), evidence(order(1)), before=before)
        assert isinstance(outcome, Explain)
        assert outcome.wish == Intent.TALK_TO_HUMAN

    def test_by_mail_it_is_announced_and_made(self) -> None:
        outcome = one(reading(CANCEL), evidence(order(1, line(1, "Linen shirt", state=LineState.PACKING)), channel=Channel.EMAIL))
        assert isinstance(outcome, HandOff)
        assert outcome.made

    def test_the_wish_chosen_is_the_wish_answered(self) -> None:
        unsure = wish(Intent.CANCEL_ORDER, second=Intent.ORDER_STATUS, sure=False)
        before = state(pending=ChooseWish(wish=unsure))
        outcome = one(reading(answer=Answer.CHOICE, chosen="order_status"), evidence(order(1)), before=before)
        assert outcome.wish == Intent.ORDER_STATUS


def test_a_parcel_that_never_came_goes_to_a_person_with_its_lines() -> None:
    outcome = one(reading(wish(Intent.DELIVERY_PROBLEM)), evidence(order(1, line(1, "Linen shirt", state=LineState.DELIVERED))))
    assert isinstance(outcome, HandOff)
    assert outcome.because is Reason.DELIVERY_PROBLEM
    assert outcome.lines


def test_a_parcel_that_went_wrong_is_not_the_order_that_has_not_left() -> None:
    waiting, came = order(2), order(1, line(1, "Linen shirt", state=LineState.DELIVERED), hours_ago=99)
    outcome = one(reading(wish(Intent.DELIVERY_PROBLEM)), evidence(waiting, came), before=state(focus=waiting.id))
    assert outcome.order_name == "#1"


def test_more_time_never_opens_what_was_closed() -> None:
    kinds = []
    for hours in (1, 23, 24, 25, 400):
        seen = evidence(order(1))
        kinds.append(decide(reading(CANCEL), SIGNED_IN, seen, NOW + timedelta(hours=hours - 1), state=state())[0].kind)
    closed = kinds.index("refuse")
    assert all(kind == "offer" for kind in kinds[:closed])
    assert all(kind != "offer" for kind in kinds[closed:])


def test_the_same_inputs_decide_the_same() -> None:
    said, seen = reading(CANCEL, wish(Intent.ADD_ITEM)), evidence(order(1), order(2))
    assert outcomes(said, seen) == outcomes(replace(said), replace(seen))

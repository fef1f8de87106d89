"""Fees and refunds: how much is kept, how the money goes back and when (P-05, P-06)."""

from dataclasses import replace
from decimal import Decimal
from typing import Literal

from knowledge.compile.amounts import Duration
from knowledge.compile.found import Asked, Found, Proposal, is_fragment, vague
from knowledge.compile.returning import nearest_action
from knowledge.compile.statement import Statement, TimeBound
from knowledge.terms import (
    RefundMethod,
    RefundTime,
    RestockingFee,
    Stage,
)


def fees(asked: Asked) -> Found | None:
    statement, said = asked.statement, asked.said
    returning = said.returns or said.exchanges
    named = statement.has("restock")
    if not named and said.cancels and statement.says("fee") and statement.denies and not statement.says("may") and not statement.times:
        return Found()  # "cancelling carries no charge"
    if not named and not (statement.has("fee") and (said.cancels or returning) and (statement.percents or statement.sums)):
        return None
    if statement.has("no_fee"):
        return Found(unread=("a fee that is waived for a time: state it in a sidecar file",)) if statement.times else Found()
    if not statement.percents and not statement.sums:
        return (
            Found(unread=("a fee is named without its figure",))
            if statement.has("restock") and statement.vague
            else Found()
            if statement.has("restock")
            else None
        )
    if not statement.has("restock") and statement.has("delivery_cost"):
        return None
    if statement.times or statement.says("too_late"):
        return Found(unread=("a fee that depends on how long ago something was: state it in a sidecar file",))
    cap = _cap(statement)
    figures = [one for one in statement.sums if cap is None or one.value != cap]
    if len(statement.percents) + len(figures) > 1:
        return Found(unread=("more than one figure for the fee: state it in a sidecar file",))
    if statement.vague and not cap:
        return Found(unread=(vague(statement.vague),))
    on: set[Literal["cancel", "return"]] = set()
    if said.cancels:
        on.add("cancel")
    if returning:
        on.add("return")
    after = next((bound.stage for bound in statement.stages if bound.relation == "after" and bound.stage is not Stage.DELIVERED), None)
    return asked.one(
        RestockingFee(
            percent=statement.percents[0].value if statement.percents else None,
            amount=figures[0].value if figures else None,
            currency=figures[0].currency if figures else next((one.currency for one in statement.sums), None),
            cap=cap,
            on=frozenset(on) if on else _fee_of_heading(asked),
            after=after,
        )
    )


def _fee_of_heading(asked: Asked) -> frozenset[Literal["cancel", "return"]]:
    said = asked.context.said
    if said.cancels and not said.returns:
        return frozenset({"cancel"})
    if said.returns and not said.cancels:
        return frozenset({"return"})
    return frozenset({"cancel", "return"})


def _cap(statement: Statement) -> Decimal | None:
    if not statement.percents and len(statement.sums) < 2:
        return None
    for one in statement.sums:
        near = (
            statement.bare[max(0, one.start - 30) : one.start]
            if statement.lexicon.spaced
            else statement.bare[max(0, one.start - 8) : one.end + 8]
        )
        if statement.lexicon["cap"].search(near):
            return one.value
    return None


def refunds(asked: Asked) -> Found | None:
    statement, said, lent = asked.statement, asked.said, asked.context
    about = (
        said.refunds
        or (statement.has("bank") and (lent.said.refunds or lent.last_said.refunds))
        or (lent.said.refunds and is_fragment(asked))
        or ((lent.said.refunds or lent.last_said.refunds) and statement.says("issue") and statement.times and not (said.edits or said.adds))
    )
    if not about or statement.says("keep") or statement.says("price_gap") or statement.says("trouble"):
        return None
    found: list[Proposal] = []
    unread: list[str] = []
    for bound in statement.times:
        if _is_refund_time(asked, bound):
            if bound.vague is not None:
                unread.append(vague(bound.vague))
            else:
                found.append(Proposal(body=_refund_time(asked, bound.duration), scope=asked.own))
    found += [
        Proposal(body=body, scope=replace(asked.own, gift_card=asked.own.gift_card and "gift_card" not in body.methods))
        for body in _refund_method(asked)
    ]
    if (
        not found
        and not unread
        and statement.vague
        and not statement.times
        and not said.changes
        and (said.refunds and statement.says("issue"))
    ):
        unread.append(vague(statement.vague))
    return Found(proposals=tuple(found), unread=tuple(unread)) if found or unread else None


def _is_refund_time(asked: Asked, bound: TimeBound) -> bool:
    if bound.duration.unit in {"minutes", "months"} or (bound.relation == "after" and asked.statement.denies):
        return False
    if asked.statement.denies and not asked.statement.says("bank"):
        return False
    places = nearest_action(asked.statement, bound.duration)
    return places not in {"return", "exchange", "cancel"} and not (bound.anchor == "delivered" and places != "refund")


def _refund_time(asked: Asked, duration: Duration) -> RefundTime:
    statement = asked.statement
    leg: Literal["issue", "bank", "total"] = (
        "bank" if statement.says("bank") and not statement.says("issue_only") else "issue" if statement.says("issue") else "total"
    )
    unit: Literal["days", "working_days", "weeks", "hours"] = "days"
    if duration.unit == "working_days" or duration.unit == "weeks" or duration.unit == "hours":
        unit = duration.unit
    return RefundTime(low=int(duration.low), high=int(duration.high), unit=unit, leg=leg)


def _stands_before(statement: Statement, place: int, denial: int) -> bool:
    """Whether the "not" is about something else that follows: "to your card, not in cash"."""
    return place < denial and (statement.lexicon.spaced or "、" in statement.bare[place:denial])


def _refund_method(asked: Asked) -> tuple[RefundMethod, ...]:
    statement = asked.statement
    first_denied = statement.first("not")
    methods: set[Literal["original", "store_credit", "gift_card"]] = set()
    for concept, name in (("original", "original"), ("store_credit", "store_credit"), ("gift_card", "gift_card")):
        place = statement.first(concept)
        if name == "gift_card" and statement.lexicon.spaced and place is not None and place < (statement.first("refund") or 0):
            continue  # the card is what is refunded
        if place is not None and (first_denied is None or _stands_before(statement, place, first_denied)):
            methods.add(name)  # type: ignore[arg-type]  # the tuple above holds the three literals
    if asked.said.returns and methods == {"gift_card"}:
        methods.clear()
    return (RefundMethod(methods=frozenset(methods)),) if methods else ()

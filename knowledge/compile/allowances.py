"""What can be changed: windows, eligible changes, added items, and what a person does (P-01 to P-04, P-11, P-12)."""

import re
from dataclasses import replace
from typing import Literal

from knowledge.compile.found import Asked, Found, Proposal, few_unknown, is_fragment, is_still_bound, vague
from knowledge.compile.scope import NOTHING, has_products
from knowledge.compile.windows import read_window
from knowledge.terms import (
    CANCELS,
    AddItems,
    ChangeKind,
    Exclusion,
    HandOffWhen,
    Permit,
)


def additions(asked: Asked) -> Found | None:
    statement, said = asked.statement, asked.said
    about = said.adds or (is_fragment(asked) and asked.context.said.adds and not said.changes)
    if not about:
        if asked.context.last_said.adds and statement.has("new_order"):
            return asked.one(AddItems(allowed=False, advice="new_order"))
        if asked.context.last_said.adds and asked.context.last_denied and statement.has("contact") and not said.anything:
            return asked.one(AddItems(allowed=False, advice="support"))
        return None
    if said.changes and said.changes & (CANCELS | {ChangeKind.SWAP_VARIANT, ChangeKind.SET_ADDRESS}) and not statement.has("add_item"):
        return None
    denied = statement.denies or asked.context.answer is False
    advice: Literal["new_order", "support", "none"] = (
        "new_order" if statement.has("new_order") else "support" if statement.has("contact") else "none"
    )
    within, late = None, False
    for bound in statement.times:
        if bound.vague:
            return Found(unread=(vague(bound.vague),))
        late = late or bound.relation == "after"
        within = bound.duration.delta if bound.duration.is_exact else within
    late = late or any(bound.relation == "after" for bound in statement.stages)
    allowed = not denied or late
    if not allowed:
        return asked.one(AddItems(allowed=False, advice=advice))
    if asked.statement.clocks:
        return Found(unread=("an hour until which items can be added: state the time since the order was placed",))
    wanted = "after" if denied else "upto"
    until = next((bound.stage for bound in statement.stages if bound.relation == wanted and bound.stage is not None), None)
    return asked.one(AddItems(allowed=True, within=within, advice=advice, until=until))


def hand_offs(asked: Asked) -> Found | None:
    statement, said = asked.statement, asked.said
    if not statement.has("contact") or said.blocked or statement.says("too_late") or statement.says("trouble") or statement.says("help"):
        return None
    if statement.says("online") and not statement.denies:
        return None  # a person is one way among others: the shopper may still do it alone
    changes = said.changes
    if not changes and asked.own != NOTHING and asked.context.said.changes:
        changes = asked.context.said.changes
    late = any(bound.relation == "after" for bound in statement.times) or any(bound.relation == "after" for bound in statement.stages)
    if not changes:
        if (
            asked.own != NOTHING
            and not said.anything
            and (asked.own.total_from is not None or asked.own.b2b or asked.own.order_tags or asked.own.customer_tags)
        ):
            return asked.one(HandOffWhen())
        return None
    if late and not statement.denies:
        return Found()
    hand_off = Proposal(body=HandOffWhen(changes=changes), scope=asked.scope)
    if statement.denies:
        return Found(proposals=(hand_off,)) if not (statement.times or statement.stages) else None
    window = read_window(statement, said, asked.context, asked.brand)
    if window is not None and window.body is not None:
        return Found(proposals=(Proposal(body=window.body, scope=asked.scope), hand_off))
    return Found(proposals=(hand_off,), unread=window.unread if window is not None else ())


def windows(asked: Asked) -> Found | None:
    window = read_window(asked.statement, asked.said, asked.context, asked.brand, fragment=is_fragment(asked))
    if window is None:
        return None
    found: list[Proposal] = []
    if window.body is not None:
        scope = asked.scope
        if window.body.before_release is not None and not has_products(scope):
            scope = replace(scope, pre_order=True)
        changes = window.body.changes
        if (ChangeKind.CANCEL_ORDER in changes or asked.said.cancels) and changes & CANCELS and has_products(scope):
            changes |= CANCELS
        found.append(Proposal(body=replace(window.body, changes=changes), scope=scope))
        found += _left_out(asked, changes)
        found += [Proposal(body=permit, scope=scope) for permit in _options(asked)]
    return Found(proposals=tuple(found), unread=window.unread)


def _left_out(asked: Asked, changes: frozenset[ChangeKind]) -> list[Proposal]:
    left_out = asked.scope.not_product
    return [] if left_out is None else [Proposal(body=Exclusion(changes=changes), scope=left_out)]


def _options(asked: Asked) -> list[Permit]:
    lent = (
        asked.context.said.options if asked.context.answer is True or asked.said.changes == asked.context.said.changes else frozenset[str]()
    )
    options = asked.said.options or (lent if not asked.said.named else frozenset[str]())
    permits: list[Permit] = []
    about = asked.said.changes or asked.context.said.changes
    swaps, amounts = options & {"size", "colour"}, options & {"quantity_up", "quantity_down"}
    if swaps and ChangeKind.SWAP_VARIANT in about:
        permits.append(Permit(changes=frozenset({ChangeKind.SWAP_VARIANT}), options=swaps))
    if amounts and ChangeKind.SET_QUANTITY in about:
        permits.append(Permit(changes=frozenset({ChangeKind.SET_QUANTITY}), options=amounts))
    return permits


def is_named_only(asked: Asked) -> bool:
    """ "Size and colour", an entry of a list under "What you can change"."""
    return not asked.statement.has("edit") and few_unknown(asked.statement, 1)


def permits(asked: Asked) -> Found | None:
    statement, said = asked.statement, asked.said
    changes = said.changes
    if not changes and asked.context.answer is True:
        changes = asked.context.said.changes
    if not changes or said.blocked or statement.denies or asked.context.answer is False:
        return None
    if (
        said.returns
        or said.exchanges
        or said.refunds
        or statement.says("delivered")
        or statement.has("contact")
        or statement.says("conditional_first")
    ):
        return None
    if statement.times or statement.clocks or statement.vague or any(bound.stage is not None for bound in statement.stages):
        return None
    allowed = asked.context.answer is True or (asked.context.allowed and bool(said.named) and is_named_only(asked))
    if not statement.has("may") and not allowed:
        return None
    if (
        not few_unknown(statement, 8)
        or is_still_bound(statement)
        or statement.release
        or statement.loose_clock
        or statement.names_a_stage
        or re.search(r"\d", statement.bare)
    ):
        return None
    special = _options(asked)
    spoken = frozenset(kind for permit in special for kind in permit.changes)
    rest = changes - spoken
    if ChangeKind.CANCEL_ORDER in changes and has_products(asked.scope):
        rest |= CANCELS
    plain = [Permit(changes=rest)] if rest else []
    found = [Proposal(body=permit, scope=asked.scope) for permit in (*special, *plain)]
    return Found(proposals=(*found, *_left_out(asked, changes)))

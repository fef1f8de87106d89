"""From a statement to rules: one small reader for each dimension of a policy, asked in order."""

import re
from collections.abc import Callable
from dataclasses import replace

from knowledge.compile.allowances import additions, hand_offs, permits, windows
from knowledge.compile.changes import NONE, Said, said_in
from knowledge.compile.context import Brandwide, Context, after
from knowledge.compile.exceptions import bare_exceptions, country_moves, exclusions, exemptions, one_way, partial
from knowledge.compile.found import Asked, Found, Proposal, few_unknown, is_still_bound, vague
from knowledge.compile.money import fees, refunds
from knowledge.compile.objects import goods_by_their_name, is_foreign, is_qualified
from knowledge.compile.returning import returns
from knowledge.compile.scope import NOTHING, has_products, read_scope, scope_in, union
from knowledge.compile.statement import Statement
from knowledge.terms import (
    EDITS,
    ChangeKind,
    Exclusion,
    Permit,
    Scope,
    Window,
)

NOT_ALL = "it speaks of some orders and does not say which"
QUALIFIED = "it speaks of orders of a kind that is not known: state it in a sidecar file"
FOREIGN = "it speaks of changing something that is not known to be part of an order"
Reader = Callable[[Asked], "Found | None"]


def read_rules(statement: Statement, context: Context, brand: Brandwide) -> tuple[Found, Context]:
    """Every rule a statement holds, and the context for the next. A reader that answers ends the search; None passes it on."""
    said = _with_lent_object(_with_lent_verb(statement, said_in(statement), context), context)
    own = read_scope(statement, home=brand.home)
    foreign = is_foreign(statement, said)
    # Other denials of whole goods are read further on; here stand permissions, and what would pass for no part of an order.
    if own == NOTHING and (foreign or not statement.denies) and (name := goods_by_their_name(statement, said)):
        own, foreign = Scope(titles=frozenset({name})), False
    asked = Asked(statement=statement, said=said, own=own, scope=_scope_of(statement, own, context), context=context, brand=brand)
    if said.changes and statement.says("not_all"):
        return Found(unread=(NOT_ALL,)), after(context, statement, said, own)
    if own == NOTHING and said.changes and is_qualified(statement):
        return Found(unread=(QUALIFIED,)), after(context, statement, said, own)
    if foreign:
        return Found(unread=(FOREIGN,)), after(context, statement, replace(said, changes=NONE, loosely=False), own)
    found = next((found for found in (reader(asked) for reader in READERS) if found is not None), Found())
    return _with_exception(asked, found), after(context, statement, said, own)


def _with_exception(asked: Asked, found: Found) -> Found:
    """What stands after "except" is forbidden what the rest is allowed; an exception that cannot be read leaves no rule."""
    statement = asked.statement
    if not statement.excepted.strip() or not found.proposals or asked.scope.not_product is not None:
        return found
    if statement.lexicon["faulty"].search(statement.excepted):
        return found
    left_out = scope_in(statement.excepted, statement.lexicon, home=asked.brand.home)
    allowed = [one.body.changes for one in found.proposals if isinstance(one.body, (Window, Permit))]
    if left_out == NOTHING or not allowed:
        return Found(unread=("it makes an exception that could not be read: state it in a sidecar file",))
    banned = Proposal(body=Exclusion(changes=frozenset[ChangeKind]().union(*allowed)), scope=left_out)
    return replace(found, proposals=(*found.proposals, banned))


def _with_lent_verb(statement: Statement, said: Said, context: Context) -> Said:
    """ "Delivery address: until the order ships" under "Changes" is about changing it."""
    if (
        said.named
        and not said.anything
        and not said.blocked
        and (context.said.edits or context.last_said.edits)
        and few_unknown(statement, 3)
    ):
        return replace(said, changes=said.named, edits=True)
    return said


def _with_lent_object(said: Said, context: Context) -> Said:
    """ "You can change it within two hours" under "Changing the delivery address" speaks of the address."""
    for lent in (context.last_said, context.said):
        if said.loosely and lent.edits_only_part:
            return replace(said, changes=(said.changes - EDITS) | lent.changes, loosely=False)
    return said


def _scope_of(statement: Statement, own: Scope, context: Context) -> Scope:
    if statement.says("other_orders"):
        return own
    if has_products(own):
        return own
    if context.last_scope != NOTHING and (statement.says("they") or not statement.has("order")) and not own.not_product:
        return union(own, context.last_scope)
    return union(own, context.scope) if not own.not_product else own


def _unread(asked: Asked) -> Found | None:
    statement, said = asked.statement, asked.said
    if said.blocked or not (said.changes or said.locked):
        return None
    if statement.vague:
        return Found(unread=(vague(statement.vague),))
    if statement.times or statement.clocks or statement.loose_clock:
        return Found(unread=("it names a time for changes or cancellations that could not be read",))
    if statement.denies and not statement.says("too_late") and not statement.has("other_product"):
        return Found(unread=("it says no to a change, but it is not clear to which and for what",))
    if (
        said.changes
        and not statement.denies
        and statement.has("may")
        and (is_still_bound(statement) or statement.names_a_stage or re.search(r"\d", statement.bare))
    ):
        return Found(unread=("it sets a bound to a change that could not be read",))
    if any(bound.stage is not None for bound in statement.stages) and not said.returns:
        return Found(unread=("it ties a change to how far the order has come in a way that could not be read",))
    return None


READERS: tuple[Reader, ...] = (
    exemptions,
    bare_exceptions,
    one_way,
    additions,
    fees,
    refunds,
    partial,
    country_moves,
    returns,
    exclusions,
    hand_offs,
    windows,
    permits,
    _unread,
)

"""Which changes to an order a statement speaks of, and which other things it is about."""

import re
from dataclasses import dataclass

from knowledge.compile.statement import Statement
from knowledge.compile.words import Lexicon
from knowledge.terms import CANCELS, EDITS, ChangeKind, Stage

NONE: frozenset[ChangeKind] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a statement is about."""

    changes: frozenset[ChangeKind] = NONE
    options: frozenset[str] = frozenset()
    """size, colour, quantity_up, quantity_down."""
    edits: bool = False
    cancels: bool = False
    adds: bool = False
    returns: bool = False
    exchanges: bool = False
    refunds: bool = False
    named: frozenset[ChangeKind] = NONE
    """Single things named, whether or not it says that they change: "Delivery address: until it ships"."""
    locked: bool = False
    loosely: bool = False
    """It says "change" and not what: a heading or the sentence before may say it."""
    blocked: bool = False
    """It speaks of changing something that is no part of an order: a gift message, a subscription, our own terms."""

    @property
    def edits_only_part(self) -> bool:
        """Whether it names some edits and not all: the address, the size."""
        return bool(self.changes) and self.changes < EDITS and self.changes != frozenset({ChangeKind.REMOVE_LINES})

    @property
    def anything(self) -> bool:
        return bool(self.changes) or self.adds or self.returns or self.exchanges or self.refunds


def said_in(statement: Statement) -> Said:
    """Read the actions and their objects. Never raises."""
    adds = statement.has("add_item") or (statement.has("add") and not statement.has("other_thing") and not _only_charged_back(statement))
    returns, exchanges, refunds = statement.has("return"), statement.has("exchange"), statement.has("refund")
    locked = statement.has("locked")
    edits = statement.has("edit") or statement.has("swap")
    cancels = statement.has("cancel")
    specific, options = _specific(statement)
    whole = statement.lexicon["edit_order"].search(statement.lexicon["once_placed"].sub(";", statement.bare)) is not None
    blocked = _is_blocked(statement, whole=whole, specific=specific)
    if blocked:
        return Said(adds=False, returns=returns, exchanges=exchanges, refunds=refunds, blocked=True)
    if exchanges and ChangeKind.SWAP_VARIANT in specific and _before_it_leaves(statement):
        edits, exchanges = True, False
    if exchanges and not returns and not specific and statement.has("edit") and _within_hours(statement):
        exchanges = False  # "se admiten cambios": which changes, the length of time tells
    changes: set[ChangeKind] = set()
    if edits:
        swaps_only = statement.has("swap") and not statement.has("edit")
        if whole:
            changes |= EDITS
        elif specific:
            changes |= specific
        elif swaps_only:
            changes |= {ChangeKind.SWAP_VARIANT} if not statement.has("other_product") else set()
        elif not statement.has("other_product"):
            changes |= EDITS
    elif specific and statement.has("wrong"):
        changes |= specific
    elif ChangeKind.SET_QUANTITY in specific and statement.has("quantity") and (statement.has("more") or statement.has("fewer")):
        changes.add(ChangeKind.SET_QUANTITY)
    if cancels:
        changes |= _cancelled(statement)
    if statement.has("remove") and (statement.has("item") or statement.has("one_item")):
        changes.add(ChangeKind.REMOVE_LINES)
    return Said(
        changes=frozenset(changes),
        options=options,
        edits=edits,
        cancels=cancels,
        adds=adds,
        returns=returns,
        exchanges=exchanges,
        refunds=refunds,
        locked=locked,
        named=specific,
        loosely=edits and changes >= EDITS and not whole and not statement.has("order") and not statement.has("item"),
    )


def _before_it_leaves(statement: Statement) -> bool:
    """ "Sizes can be exchanged until the order is packed" speaks of a swap, not of an exchange after delivery."""
    return any(bound.relation == "upto" and bound.stage in {Stage.PREPARING, Stage.SHIPPED} for bound in statement.stages)


def _within_hours(statement: Statement) -> bool:
    return bool(statement.times) and all(bound.duration.unit in {"minutes", "hours"} for bound in statement.times)


def _cancelled(statement: Statement) -> frozenset[ChangeKind]:
    if statement.has("one_item"):
        return frozenset({ChangeKind.REMOVE_LINES})
    if statement.has("item") and not statement.has("order"):
        return CANCELS
    return frozenset({ChangeKind.CANCEL_ORDER})


def _specific(statement: Statement) -> tuple[frozenset[ChangeKind], frozenset[str]]:
    """The single things named, and the options among them."""
    kinds: set[ChangeKind] = set()
    options: set[str] = set()
    for concept, option in (("size", "size"), ("colour", "colour")):
        if statement.has(concept):
            kinds.add(ChangeKind.SWAP_VARIANT)
            options.add(option)
    if statement.has("variant"):
        kinds.add(ChangeKind.SWAP_VARIANT)
    if statement.has("quantity"):
        kinds.add(ChangeKind.SET_QUANTITY)
        options |= {name for concept, name in (("more", "quantity_up"), ("fewer", "quantity_down")) if statement.has(concept)}
    if statement.has("address"):
        kinds.add(ChangeKind.SET_ADDRESS)
    return frozenset(kinds), frozenset(options)


def _only_charged_back(statement: Statement) -> bool:
    """ "The standard charge is added back" adds no item."""
    return not (statement.has("item") or statement.has("order"))


def _is_blocked(statement: Statement, *, whole: bool, specific: frozenset[ChangeKind]) -> bool:
    if statement.says("our_right"):
        return True
    lexicon = statement.lexicon
    plain = lexicon["discounted"].sub(" ", statement.bare)
    if lexicon["other_thing"].search(plain) is None:
        return False
    rest = _without_other_things(plain, lexicon)
    if not lexicon.spaced and re.search(rf"(?:{lexicon['other_thing'].pattern})(?:の[^、。はも]{{1,6}})?[はも]", plain):
        return True
    if statement.has("edit") or statement.has("swap"):
        if whole and lexicon["edit_order"].search(rest) is not None:
            return False
        return not (_named_in(rest, lexicon) & specific) and not (statement.has("cancel") and lexicon["order"].search(rest))
    return statement.has("cancel") and not lexicon["order"].search(rest) and not statement.has("item")


def _without_other_things(words: str, lexicon: Lexicon) -> str:
    """The words without what is no part of an order; "the payment method of your order" goes as a whole, order and all."""
    if not lexicon.spaced:
        return lexicon["other_thing"].sub("、", words)
    return re.sub(rf"{lexicon['other_thing'].pattern}(?:(?: [^ ,;:]+){{0,2}}? {lexicon['of_order'].pattern})?", ";", words)


def _named_in(words: str, lexicon: Lexicon) -> frozenset[ChangeKind]:
    """`address` is no delivery address where the words are "e-mail address"."""
    kinds = {
        ChangeKind.SWAP_VARIANT: ("size", "colour", "variant"),
        ChangeKind.SET_QUANTITY: ("quantity",),
        ChangeKind.SET_ADDRESS: ("address",),
    }
    return frozenset(kind for kind, concepts in kinds.items() if any(lexicon[concept].search(words) for concept in concepts))

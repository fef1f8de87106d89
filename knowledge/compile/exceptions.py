"""What cannot be changed: goods, orders and countries a policy leaves out (P-07, P-08), and parts that have shipped (P-10)."""

import re
from dataclasses import replace

from knowledge.compile.found import Asked, Exemption, Found, Proposal, few_unknown, is_fragment, is_still_bound
from knowledge.compile.scope import NOTHING, has_products, scope_in
from knowledge.compile.statement import Statement
from knowledge.compile.windows import read_window
from knowledge.terms import (
    CANCELS,
    EVERY_CHANGE,
    ChangeKind,
    Exclusion,
    PartialShipment,
    Permit,
    Scope,
    Stage,
)


def partial(asked: Asked) -> Found | None:
    statement, said = asked.statement, asked.said
    lines = statement.says("rest") or statement.says("item")
    open_lines = any(bound.relation == "upto" and bound.stage is Stage.SHIPPED for bound in statement.stages)
    gone = any(bound.relation == "after" and bound.stage is Stage.SHIPPED for bound in statement.stages)
    about = asked.context.partial or statement.says("partial")
    if statement.times or statement.clocks:
        return None
    plain = not statement.has("order") and not has_products(asked.own)
    if lines and open_lines and plain and said.changes and not statement.denies and (about or statement.says("rest_only")):
        return asked.one(PartialShipment(open_lines=True))
    if not about:
        return None
    if not said.anything and lent_changes(asked) and statement.says("rest_only") and not statement.denies and few_unknown(statement, 4):
        return asked.one(PartialShipment(open_lines=True))
    whole = (
        statement.says("partial") and statement.says("order") and not (gone and statement.says("item") and not statement.says("rest_only"))
    )
    if said.changes and statement.denies and statement.says("partial_any") and (whole or statement.says("rest_only")):
        return asked.one(PartialShipment(open_lines=False))
    if said.changes and not statement.denies and lines and (statement.says("rest_only") or open_lines):
        return asked.one(PartialShipment(open_lines=True))
    if gone and (statement.denies or said.locked or statement.says("final_word")) and lines:
        return Found()
    return None


def lent_changes(asked: Asked) -> bool:
    return bool(asked.context.last_said.changes or asked.context.said.changes)


def exemptions(asked: Asked) -> Found | None:
    statement = asked.statement
    if not statement.has("no_apply"):
        return None
    if statement.says("window_word") or statement.times:
        named = asked.own if has_products(asked.own) else asked.scope
        if named != NOTHING:
            figures = tuple(bound.duration.delta for bound in statement.times)
            return Found(exemptions=(Exemption(scope=named, changes=asked.said.changes or EVERY_CHANGE, within=figures),))
        return Found(unread=("it says that a rule does not apply, but not to what",))
    return _left_out_of_the_last(asked, asked.own)


def bare_exceptions(asked: Asked) -> Found | None:
    """ "Except engraved items.", a sentence of its own behind the one it narrows."""
    statement = asked.statement
    bounded = statement.times or statement.clocks or statement.stages
    if not statement.excepted.strip() or asked.said.anything or bounded or not few_unknown(statement, 1):
        return None
    if statement.lexicon["faulty"].search(statement.excepted):
        return None
    return _left_out_of_the_last(asked, scope_in(statement.excepted, statement.lexicon, home=asked.brand.home))


def _left_out_of_the_last(asked: Asked, named: Scope) -> Found | None:
    """What the sentence before allowed is forbidden for the goods or orders named here."""
    lent = asked.context.last_said if asked.context.last_said.changes else asked.context.said
    if not lent.changes or asked.said.anything:
        return None
    if asked.context.last_denied or lent.returns or lent.refunds:
        return Found(unread=("it makes an exception from the sentence before, which could not be read",))
    if named == NOTHING:
        return Found(unread=("it says that a rule does not apply, but not to what",))
    changes = lent.changes | CANCELS if ChangeKind.CANCEL_ORDER in lent.changes and has_products(named) else lent.changes
    return Found(proposals=(Proposal(body=Exclusion(changes=changes), scope=replace(named, not_product=None)),))


def one_way(asked: Asked) -> Found | None:
    """ "You may lower the quantity, but not raise it" (P-03)."""
    statement = asked.statement
    if not statement.lexicon.spaced or ChangeKind.SET_QUANTITY not in asked.said.changes or not statement.denies:
        return None
    up, down = (statement.lexicon[name].search(statement.words) for name in ("more", "fewer"))
    no = statement.lexicon["not"].search(statement.words, min(up.start(), down.start())) if up is not None and down is not None else None
    if up is None or down is None or no is None or statement.times or statement.clocks or statement.stages:
        return None
    first, second = sorted((up.start(), down.start()))
    if not first < no.start() < second or asked.said.changes != frozenset({ChangeKind.SET_QUANTITY}):
        return None
    option = "quantity_up" if first == up.start() else "quantity_down"
    return asked.one(Permit(changes=frozenset({ChangeKind.SET_QUANTITY}), options=frozenset({option})))


def country_moves(asked: Asked) -> Found | None:
    statement = asked.statement
    address = (
        ChangeKind.SET_ADDRESS in asked.said.changes or ChangeKind.SET_ADDRESS in asked.context.said.changes or statement.has("address")
    )
    forbidden = statement.denies and statement.has("country_move")
    if forbidden or (statement.has("same_country") and address and not statement.denies):
        body = Permit(changes=frozenset({ChangeKind.SET_ADDRESS}), options=frozenset({"same_country"}))
        kept = replace(asked.scope, countries=frozenset(), not_countries=frozenset())
        window = None if statement.denies else read_window(asked.statement, asked.said, asked.context, asked.brand)
        more = (Proposal(body=window.body, scope=kept),) if window is not None and window.body is not None else ()
        return Found(proposals=(*more, Proposal(body=body, scope=kept)))
    return None


def exclusions(asked: Asked) -> Found | None:
    statement, said = asked.statement, asked.said
    if statement.has("final"):
        return Found(proposals=(Proposal(body=Exclusion(changes=EVERY_CHANGE, returns=True), scope=asked.own),))
    listed = asked.context.forbidden and not said.anything and has_products(asked.own) and is_fragment(asked)
    denied = statement.denies or listed or (asked.context.answer is False and not statement.times)
    if not denied or statement.says("too_late") or said.blocked:
        return None
    changes = said.changes
    returns = said.returns or said.exchanges
    if (
        not changes
        and not returns
        and (has_products(asked.own) or asked.own != NOTHING)
        and (statement.has("excluded") or asked.context.answer is False or listed or is_fragment(asked))
    ):
        lent = asked.context.said if asked.context.said.anything else asked.context.last_said
        changes, returns = lent.changes, lent.returns or lent.exchanges
    if not changes and not said.anything and asked.context.answer is False and is_fragment(asked):
        changes = asked.context.said.changes
    if not changes:
        return None
    if statement.times or statement.clocks or any(bound.stage is not None for bound in statement.stages):
        return None
    if said.cancels and (statement.has("restock") or statement.has("no_fee")) and statement.says("fee"):
        return Found(unread=("it says no to a fee or to a change, and it is not plain to which",))
    if changes == frozenset({ChangeKind.SET_QUANTITY}) and len(said.options & {"quantity_up", "quantity_down"}) == 1:
        return Found(unread=("it forbids to raise or to lower a quantity, and says nothing of the other: state it in a sidecar file",))
    if statement.has("other_product") and not said.cancels:
        return Found()
    if statement.says("online") and statement.has("contact"):
        return None
    if is_still_bound(statement) or (asked.own == NOTHING and statement.names_a_stage):
        return Found(unread=("it forbids a change from some moment on that could not be read",))
    if statement.has("conditional") and not has_products(asked.scope) and asked.own == NOTHING:
        return None
    if asked.own == NOTHING and statement.denies and (statement.has("channel") or statement.has("if")):
        return Found(unread=("it says no for one way of asking or under a condition, not in general",))
    scope, unread = asked.scope, None
    if scope == NOTHING or (not has_products(scope) and asked.own == NOTHING):
        scope, unread = _named_subject(asked)
    if unread is not None:
        return Found(unread=(unread,))
    lent_cancel = not said.changes and (asked.context.said.cancels or asked.context.last_said.cancels)
    if (ChangeKind.CANCEL_ORDER in changes or said.cancels or lent_cancel) and changes & CANCELS and has_products(scope):
        changes = changes | CANCELS
    return Found(proposals=(Proposal(body=Exclusion(changes=changes, returns=returns), scope=scope),))


def _named_subject(asked: Asked) -> tuple[Scope, str | None]:
    """Goods we have no word for, named as the subject: "Candles cannot be cancelled"."""
    statement = asked.statement
    place = statement.first("not")
    if place is None:
        return asked.scope, None
    names = _subject(statement, place)
    if names is None:
        return (
            (asked.scope, None)
            if few_unknown(statement, 5)
            else (asked.scope, "it is not clear what this excludes: state it in a sidecar file")
        )
    if not names:
        return asked.scope, None
    return replace(asked.scope, titles=frozenset(names)), None


def _subject(statement: Statement, place: int) -> list[str] | None:
    """The noun phrase before the denial; [] where it is the order itself, None where it cannot be told."""
    lexicon = statement.lexicon
    if not lexicon.spaced:
        hit = re.match(r"^([^、。はも]{1,20})(?:につきまして|について|に関して)?は", statement.bare)
        if hit is None:
            return []
        subject = re.sub(r"(?:の)?(?:商品|製品|アイテム|品物)$", "", hit[1])
    else:
        verb = lexicon["subject_end"].search(statement.bare, 0, place + 1)
        subject = statement.bare[: verb.start() if verb else place]
    known = any(
        lexicon[name].search(subject)
        for name in (
            "order",
            "you",
            "edit",
            "cancel",
            "return",
            "exchange",
            "address",
            "size",
            "colour",
            "quantity",
            "refund",
            "other_thing",
            "once_placed",
            "once_only",
        )
    )
    if known or not subject.strip(" ,"):
        return []
    pieces = [lexicon["determiner"].sub("", piece).strip(" ,.:-\"'") for piece in re.split(lexicon["list_mark"].pattern, subject)]
    names = [
        re.sub(r"^(?:items?|products?|articles?|articulos|productos|artikel|produits|produkte) ", "", " ".join(piece.split()))
        for piece in pieces
    ]
    plain = [name for name in names if lexicon["item"].fullmatch(name) or lexicon["one_item"].fullmatch(name)]
    names = [name for name in names if name and "\u2400" not in name and name not in plain]
    if plain and not names:
        return []
    if not names or any(len(name.split()) > 3 or len(name) > 40 for name in names):
        return None
    return [form for name in names for form in _forms(name, lexicon.language)]


def _forms(name: str, language: str) -> tuple[str, ...]:
    """The name as written and, in languages that mark the plural by s, without it."""
    if language in {"en", "fr", "es"} and len(name) > 4 and name.endswith("s") and not name.endswith("ss"):
        return name, name[:-1]
    return (name,)

"""What a reader of statements is given, and what it gives back."""

import re
from dataclasses import dataclass
from datetime import timedelta

from knowledge.compile.changes import Said
from knowledge.compile.context import Brandwide, Context
from knowledge.compile.scope import NOTHING
from knowledge.compile.statement import Statement
from knowledge.terms import (
    EVERY_CHANGE,
    Body,
    ChangeKind,
    Scope,
    Window,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    body: Body
    scope: Scope = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """ "The 60 minute window does not apply to them": general windows leave these lines out."""

    scope: Scope
    changes: frozenset[ChangeKind] = EVERY_CHANGE
    within: tuple[timedelta, ...] = ()
    """The figures named; empty: any."""

    def reaches(self, window: Window) -> bool:
        """Whether the window is one of those set aside. A window "until it is packed" alone never is."""
        if window.before_release is not None or not (window.changes & self.changes):
            return False
        return window.within in self.within if self.within else window.within is not None or window.cut_off is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a statement came to."""

    proposals: tuple[Proposal, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    unread: tuple[str, ...] = ()
    """Why something that sounds like a rule became none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A statement with all that is known about it."""

    statement: Statement
    said: Said
    own: Scope
    scope: Scope
    context: Context
    brand: Brandwide

    def one(self, body: Body) -> Found:
        return Found(proposals=(Proposal(body=body, scope=self.scope),))


def vague(word: str) -> str:
    return f'vague word "{word}": give the exact figure'


def is_fragment(asked: Asked) -> bool:
    """ "60 minutes after checkout." under a heading that says what for."""
    statement = asked.statement
    if (
        asked.said.anything
        or asked.said.blocked
        or statement.has("other_thing")
        or statement.says("delivery_topic")
        or statement.says("trouble")
    ):
        return False
    return few_unknown(statement, 3)


def few_unknown(statement: Statement, most: int) -> bool:
    """Whether few words are left that no table knows."""
    rest = statement.bare
    for concept in KNOWN:
        rest = statement.lexicon[concept].sub(" ", rest)
    if statement.lexicon.spaced:
        return len(re.findall(r"[^\W\d_]{2,}", rest)) <= most
    return len(re.findall(r"[\u30a0-\u30ff]{2,}|[\u4e00-\u9fff]+", rest)) <= most


def is_still_bound(statement: Statement) -> bool:
    """Whether a word like "until" is left over: the statement holds only up to something we could not read."""
    rest = statement.lexicon["once_placed"].sub(" ", statement.lexicon["personalised"].sub(" ", statement.bare))
    if statement.says("faulty"):
        rest = statement.lexicon["unless"].sub(" ", rest)
    return statement.lexicon["bound_cue"].search(rest) is not None


KNOWN = (
    "filler",
    "edit",
    "cancel",
    "swap",
    "remove",
    "add",
    "order",
    "item",
    "one_item",
    "size",
    "colour",
    "variant",
    "quantity",
    "more",
    "fewer",
    "address",
    "can",
    "not",
    "placed",
    "upto",
    "after_time",
    "same_day",
    "next_day",
    "next_working_day",
    "working_days",
    "before",
    "after",
    "locked",
    "free",
    "personalised",
    "pre_order",
    "gift_card",
    "final_sale",
    "digital",
    "express",
    "standard",
    "return",
    "exchange",
    "refund",
    "once",
    "bank",
    "determiner",
    "yes",
    "no",
    "clock_before",
    "contact",
    "person",
    "excluded",
    "open_stage",
)

"""What the words around a statement lend it: its heading, the question it answers, the sentence before."""

from dataclasses import dataclass, replace

from knowledge.compile.changes import Said, said_in
from knowledge.compile.scope import NOTHING, has_products, read_scope
from knowledge.compile.statement import Statement
from knowledge.terms import Scope

NO_WORDS = Said()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brandwide:
    """What holds for every document of the brand."""

    zone: str
    currency: str
    home: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Lent words. A statement's own words always come first."""

    said: Said = NO_WORDS
    scope: Scope = NOTHING
    """Of the heading, or of the question being answered."""
    last_scope: Scope = NOTHING
    """Of the sentence before, for "they" and "these"."""
    last_said: Said = NO_WORDS
    partial: bool = False
    answer: bool | None = None
    allowed: bool = False
    """The heading says "what you can change"."""
    forbidden: bool = False
    """The heading says "cannot be changed": what stands under it by name alone is left out."""
    last_denied: bool = False
    """The sentence before forbade something, with no bound: what does not fall under it is allowed, not forbidden."""
    """True after "yes", False after "no", in an answer to a question."""


def from_heading(statement: Statement, brand: Brandwide) -> Context:
    """The context a heading gives to all that stands under it."""
    scope = read_scope(statement, home=brand.home)
    said = said_in(statement)
    forbidden = bool(said.changes) and statement.denies and not statement.times and not statement.stages and not statement.clocks
    allowed = bool(said.changes) and statement.has("may") and not statement.denies
    return Context(said=said, scope=scope, partial=statement.says("partial"), forbidden=forbidden, allowed=allowed)


def after_question(context: Context, statement: Statement, brand: Brandwide) -> Context:
    """The context a question gives to its answer."""
    asked = said_in(statement)
    if asked.named and not asked.anything and not asked.blocked:
        asked = replace(asked, changes=asked.named, edits=True)  # "Wrong size?"
    scope = read_scope(statement, home=brand.home)
    return replace(
        context,
        said=asked if asked.anything else context.said,
        last_said=asked if asked.anything else context.last_said,
        last_scope=scope,
        scope=scope if scope != NOTHING else context.scope,
        partial=context.partial or statement.says("partial"),
    )


def after(context: Context, statement: Statement, said: Said, scope: Scope) -> Context:
    """The context once a sentence has been read; `scope` is what its own words name."""
    return replace(
        context,
        last_scope=scope if has_products(scope) else context.last_scope if statement.says("they") else NOTHING,
        last_said=said if said.anything else context.last_said,
        last_denied=statement.denies and not (statement.times or statement.clocks or statement.stages),
        partial=context.partial or statement.says("partial"),
        answer=None,
    )

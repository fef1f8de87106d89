"""Whether words are about changing, cancelling, refunding or returning an order at all."""

from knowledge.compile.changes import said_in
from knowledge.compile.context import Brandwide
from knowledge.compile.scope import NOTHING, read_scope
from knowledge.compile.statement import Statement, read


def sounds_like_a_rule(statement: Statement, title: str = "") -> bool:
    """Whether a statement speaks of a change, a refund or a return; under a heading that does, a figure is enough.

    title: the folded heading.
    """
    said = said_in(statement)
    if said.blocked or statement.says("trouble") or statement.says("help"):
        return False
    if said.changes or said.adds or said.refunds or said.returns or said.exchanges:
        return True
    above = said_in(read(title, statement.lexicon))
    return bool(above.anything and statement.times and not statement.says("delivery_topic"))


def has_topic_words(statement: Statement, brand: Brandwide) -> bool:
    """Whether a heading names an action, a kind of goods or of order."""
    return (
        said_in(statement).anything
        or read_scope(statement, home=brand.home) != NOTHING
        or any(statement.says(word) for word in ("partial", "restock", "contact", "address", "excluded"))
    )

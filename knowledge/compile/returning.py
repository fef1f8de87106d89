"""Return and exchange periods, and goods that do not come back."""

from knowledge.compile.amounts import Duration
from knowledge.compile.changes import NONE
from knowledge.compile.found import Asked, Found, Proposal, is_fragment, is_still_bound, vague
from knowledge.compile.scope import NOTHING, has_products
from knowledge.compile.statement import Statement
from knowledge.terms import (
    CANCELS,
    Exclusion,
    ReturnPeriod,
)


def nearest_action(statement: Statement, duration: Duration) -> str | None:
    """The action a length of time belongs to: before it in languages whose verb leads, behind it in Japanese."""
    best: tuple[int, str] | None = None
    for concept in ("return", "exchange", "refund", "cancel"):
        for hit in statement.lexicon[concept].finditer(statement.bare):
            if statement.lexicon.spaced:
                away = duration.start - hit.end() if hit.end() <= duration.start else hit.start() - duration.end + 25
            else:
                away = hit.start() - duration.end if hit.start() >= duration.end else duration.start - hit.end() + 60
            if best is None or away < best[0]:
                best = (away, concept)
    return best[1] if best else None


def returns(asked: Asked) -> Found | None:
    statement, said, lent = asked.statement, asked.said, asked.context
    about = (
        said.returns
        or said.exchanges
        or ((lent.said.returns or lent.said.exchanges) and (is_fragment(asked) or not said.anything) and not statement.has("contact"))
    )
    if not about or statement.says("trouble") or (said.changes - CANCELS and not said.exchanges):
        return None
    if said.cancels and not said.returns and not said.exchanges:
        return None
    exchange_only = (said.exchanges and not said.returns) or (
        not said.returns and not said.exchanges and lent.said.exchanges and not lent.said.returns
    )
    bounds = [bound for bound in statement.times if nearest_action(statement, bound.duration) not in {"refund", "cancel"}]
    if bounds and not statement.says("keep"):
        bound = bounds[0]
        if bound.vague:
            return Found(unread=(vague(bound.vague),))
        if statement.denies != (bound.relation == "after") or len(bounds) > 1:
            return Found(unread=("a return period whose sense is not plain",))
        if bound.duration.unit in {"working_days", "months", "minutes"} or not bound.duration.is_exact:
            return Found(unread=("a return period must be one number of days or weeks",))
        if bound.anchor == "placed" and not lent.said.refunds and not statement.says("delivered_anchor"):
            return Found(unread=("the return period counts from the purchase, not from delivery: state it in a sidecar file",))
        within = bound.duration.delta
        kinds = (True,) if exchange_only else (False, True) if said.exchanges else (False,)
        return Found(proposals=tuple(Proposal(body=ReturnPeriod(within=within, exchange=kind), scope=asked.own) for kind in kinds))
    if statement.denies and (has_products(asked.scope) or asked.own != NOTHING) and not said.changes and not statement.says("for_cash"):
        if is_still_bound(statement):
            return Found(unread=("it forbids to return under a condition: state it in a sidecar file",))
        if statement.has("one_item"):
            return Found(unread=("it forbids to return a part: state it in a sidecar file",))
        if statement.clocks or (statement.stages and any(bound.relation == "upto" for bound in statement.stages)):
            return None
        return asked.one(Exclusion(changes=NONE, returns=True))
    if (said.returns or said.exchanges) and statement.says("date"):
        return Found(unread=("a return period with calendar dates: state it in a sidecar file with valid_from and valid_until",))
    return None

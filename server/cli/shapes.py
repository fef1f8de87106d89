"""The stable JSON of the commands: readings, outcomes, citations, as the documentation names them."""

from collections.abc import Mapping
from typing import Any

from agent.parts import TurnResult
from agent.readers.report import row
from agent.reading import Reading
from channels.message import Channel
from channels.reply import HandoffNotice, OrderCard, Quote, Reply
from knowledge.document import Clause
from skills.skill import LineVerdict, Outcome


def reading(said: Reading) -> dict[str, Any]:
    """{language, asks_back, wishes [{intents [{intent, confidence}] best first, order_refs, line_refs, change}]}"""
    found = row(said, "")
    del found["text"]
    return found


def outcome(one: Outcome) -> dict[str, Any]:
    return {
        "wish": str(one.wish),
        "order": one.order_name,
        "kind": one.kind,
        "because": one.because.value,
        "lines": [line(verdict) for verdict in one.lines],
    }


def line(verdict: LineVerdict) -> dict[str, Any]:
    return {
        "title": verdict.title,
        "variant": verdict.variant,
        "state": verdict.state.value,
        "allowed": verdict.allowed,
        "reason": verdict.reason.value,
        "until": verdict.until.isoformat() if verdict.until else None,
        "clauses": [str(clause) for clause in verdict.clauses],
    }


def cites(result: TurnResult, clauses: Mapping[str, Clause]) -> list[dict[str, str]]:
    """[{document, clause, quote}]: what the reply quotes, then whatever else the outcomes stand on."""
    found: dict[str, dict[str, str]] = {}
    for block in result.reply.blocks if result.reply else ():
        quotes = (
            [block] if isinstance(block, Quote) else [one.why for one in block.lines if one.why] if isinstance(block, OrderCard) else []
        )
        for quote in quotes:
            found.setdefault(quote.clause, {"document": quote.document, "clause": quote.clause, "quote": quote.text})
    words = {rule.source.clause: rule.source.quote for rule in result.evidence.terms.rules}
    for one in result.outcomes:
        for clause_id in (*one.clauses, *(clause for verdict in one.lines for clause in verdict.clauses)):
            clause = clauses.get(str(clause_id))
            if clause is not None:
                quote_words = words.get(clause_id, clause.text)
                found.setdefault(str(clause_id), {"document": str(clause.document), "clause": str(clause_id), "quote": quote_words})
    return list(found.values())


def handoff(result: TurnResult) -> dict[str, Any] | None:
    """{reason, state: offered|made, case} or None."""
    for block in result.reply.blocks if result.reply else ():
        if isinstance(block, HandoffNotice):
            return {"reason": block.reason, "state": block.state, "case": block.case}
    return None


def reply(said: Reply | None, channel: Channel, *, to: str, brand_name: str) -> dict[str, Any] | None:
    """{text, blocks [{kind, …}]}; channels other than webchat give their own text form."""
    if said is None:
        return None
    from channels.webchat.render import to_json

    return {"text": channel_text(said, channel, to=to, brand_name=brand_name), "blocks": [to_json(block) for block in said.blocks]}


def channel_text(said: Reply, channel: Channel, *, to: str, brand_name: str) -> str:
    """What a shopper reads on a channel without blocks."""
    if channel is Channel.WEBCHAT:
        return said.text
    if channel is Channel.SMS:
        from channels.sms.render import render as sms

        return "\n".join(one.text for one in sms(said, to=to, brand_name=brand_name, locale=said.locale))
    if channel is Channel.WHATSAPP:
        from channels.whatsapp.render import render as whatsapp

        return "\n".join(one.text for one in whatsapp(said, to=to, brand_name=brand_name, locale=said.locale))
    from channels.email.render import render as email

    return "\n".join(one.text for one in email(said, to=to, brand_name=brand_name, locale=said.locale))


def turn(message: str, result: TurnResult, *, channel: Channel, to: str, clauses: Mapping[str, Clause], ms: float) -> dict[str, Any]:
    """One line of `deskbell ask --json`."""
    return {
        "said": message,
        "reading": reading(result.reading),
        "level": result.shopper.level.value,
        "outcomes": [outcome(one) for one in result.outcomes],
        "reply": reply(result.reply, channel, to=to, brand_name=result.evidence.brand.name),
        "cites": cites(result, clauses),
        "handoff": handoff(result),
        "model_calls": result.model_calls,
        "shopify": {"queries": result.meter.queries, "cost": result.meter.cost},
        "ms": round(ms, 1),
    }

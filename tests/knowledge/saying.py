"""Rules in short words, so that a table of statements can be read at a glance.

`window edits <60m` · `window cancel_order <preparing` · `exclude all+returns @personalised` · `fee 15% after preparing`
"""

from datetime import timedelta

from knowledge.compile.compiler import compile_clause
from knowledge.compile.words.goods import GOODS
from knowledge.document import Clause, ClauseId, DocumentId
from knowledge.terms import (
    CANCELS,
    EDITS,
    EVERY_CHANGE,
    AddItems,
    Body,
    ChangeKind,
    Exclusion,
    HandOffWhen,
    PartialShipment,
    Permit,
    RefundMethod,
    RefundTime,
    RestockingFee,
    ReturnPeriod,
    Rule,
    Scope,
    Terms,
    Window,
)

_SHORT = {ChangeKind.CANCEL_ORDER: "order", ChangeKind.REMOVE_LINES: "lines", ChangeKind.SWAP_VARIANT: "swap"} | {
    ChangeKind.SET_QUANTITY: "quantity",
    ChangeKind.SET_ADDRESS: "address",
}


def clause(text: str, locale: str = "en", title: str = "", document: str = "policy") -> Clause:
    return Clause(id=ClauseId(f"{document}-1"), document=DocumentId(document), locale=locale, title=title, text=text, version="v1")


def compiled(text: str, locale: str = "en", title: str = "", zone: str = "Europe/Paris", currency: str = "EUR") -> Terms:
    return compile_clause(clause(text, locale, title), zone=zone, currency=currency)


def sayings(terms: Terms) -> list[str]:
    return sorted(saying(rule) for rule in terms.rules)


def saying(rule: Rule) -> str:
    where = scope(rule.scope)
    return body(rule.body) + (f" @{where}" if where else "")


def kinds(changes: frozenset[ChangeKind]) -> str:
    for whole, name in ((EVERY_CHANGE, "all"), (EDITS, "edits"), (CANCELS, "cancels"), (EDITS | CANCELS, "all")):
        if changes == whole:
            return name
    return "+".join(sorted(_SHORT[kind] for kind in changes)) or "none"


def length(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 1440}d" if minutes % 1440 == 0 else f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def body(one: Body) -> str:
    match one:
        case Window():
            return " ".join(["window", kinds(one.changes), *_bounds(one)])
        case Permit():
            return " ".join(["permit", kinds(one.changes), *sorted(one.options)])
        case Exclusion():
            return f"exclude {kinds(one.changes)}" + ("+returns" if one.returns else "")
        case RestockingFee():
            figure = f"{one.percent}%" if one.percent is not None else f"{one.amount} {one.currency}"
            cap = f" cap {one.cap}" if one.cap is not None else ""
            return f"fee {figure}{cap} on {'+'.join(sorted(one.on))}" + (f" after {one.after}" if one.after else "")
        case RefundTime():
            return f"refund {one.low}-{one.high} {one.unit} {one.leg}"
        case RefundMethod():
            return f"refund to {'+'.join(sorted(one.methods))}"
        case PartialShipment():
            return f"partial {'open' if one.open_lines else 'closed'}"
        case AddItems():
            within = f" <{length(one.within)}" if one.within is not None else ""
            within += f" <{one.until}" if one.until is not None else ""
            return f"add {'yes' if one.allowed else 'no'}{within}" + (f" {one.advice}" if one.advice != "none" else "")
        case HandOffWhen():
            return f"person {kinds(one.changes)}"
        case ReturnPeriod():
            return f"{'exchange' if one.exchange else 'return'} {length(one.within)}"


def _bounds(window: Window) -> list[str]:
    bounds = []
    if window.within is not None:
        bounds.append(f"<{length(window.within)}")
    if window.until is not None:
        bounds.append(f"<{window.until}")
    if window.cut_off is not None:
        cut = window.cut_off
        words = [f"<{cut.at:%H:%M}", cut.zone if cut.zone != "Europe/Paris" else "", cut.day if cut.day != "same_day" else ""]
        bounds.append(" ".join(word for word in (*words, "workdays" if cut.working_days else "") if word))
    if window.before_release is not None:
        bounds.append(f"<release-{length(window.before_release)}")
    return bounds


def scope(one: Scope) -> str:
    parts = [
        name for name in ("pre_order", "personalised", "final_sale", "digital", "gift_card", "b2b", "discounted") if getattr(one, name)
    ]
    titles = set(one.titles)
    for row in GOODS:
        words = {word for cell in row for word in cell.split(" / ")}
        if words <= titles:
            titles -= words
            parts.append(row[0].split(" / ")[0])
    parts += sorted(titles)
    parts += [f"tag:{tag}" for tag in sorted(one.product_tags)] + [f"order:{tag}" for tag in sorted(one.order_tags)]
    parts += [f"customer:{tag}" for tag in sorted(one.customer_tags)] + sorted(one.shipping_methods)
    parts += [f"to:{code}" for code in sorted(one.countries)][:3] + [f"not:{code}" for code in sorted(one.not_countries)][:1]
    parts += [f">={one.total_from}"] if one.total_from is not None else []
    parts += [f"<{one.total_below}"] if one.total_below is not None else []
    parts += [f"except({scope(one.not_product)})"] if one.not_product is not None else []
    return ",".join(parts)

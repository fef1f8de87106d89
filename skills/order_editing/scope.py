"""Whether a rule of the brand speaks of this order and this line.

Three answers: yes, no, and None where a fact the rule asks for cannot be read (P-21). Scope's own docstring says how criteria add up.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from knowledge.terms import Scope
from shop.order import DeliveryMethod, Order, OrderLine
from skills.order_editing.eligibility import is_pre_order

Verdict = bool | None

EVERYTHING = Scope()

_WORD = re.compile(r"\w+")
_NO_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_PERSONAL = re.compile(
    r"personali[sz]|engrav|monogram|made[\s_-]to[\s_-](measure|order)|bespoke|custom(?!er)|grav(é|e|ur|iert)|sur[\s_-]mesure|personnalis"
    r"|名入れ|刻印|オーダーメイド|grabad|a[\s_-]medida|maßgefertigt|initial",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"final[\s_-]?sale|vente[\s_-]ferme|vente[\s_-]finale|venta[\s_-]final|ファイナルセール|返品不可|endverkauf", re.IGNORECASE
)
_METHOD_WORDS = {
    "express": ("express", "exprés", "next day", "overnight", "priority", "chronopost", "速達", "お急ぎ", "eil"),
    "standard": ("standard", "estándar", "economy", "通常", "regular"),
    "pick_up": ("pick up", "pick-up", "pickup", "collect", "boutique", "retrait", "店舗受取", "recogida", "abholung"),
    "local": ("local", "courier", "coursier", "lokal"),
}


def applies(scope: Scope, order: Order, line: OrderLine) -> Verdict:
    """Whether a rule of this scope speaks of this line of this order. Total."""
    if scope == EVERYTHING:
        return True
    verdict = _all((_order_criteria(scope, order), _product_criteria(scope, line)))
    if verdict is False or scope.not_product is None:
        return verdict
    left_out = _product_criteria(scope.not_product, line, empty=False)
    return _all((verdict, None if left_out is None else not left_out))


def names_product(scope: Scope) -> bool:
    """Whether the scope says anything about the product."""
    flags = scope.pre_order or scope.personalised or scope.final_sale or scope.digital or scope.gift_card
    return bool(scope.product_tags or scope.product_types or scope.titles or scope.vendors or flags)


def _product_criteria(scope: Scope, line: OrderLine, *, empty: bool = True) -> Verdict:
    """Alternatives: any hit is a match."""
    if not names_product(scope):
        return empty
    return _any(_product_hits(scope, line))


def _product_hits(scope: Scope, line: OrderLine) -> Iterable[Verdict]:
    product = line.product
    words = line.title if product is None else f"{line.title}\n{product.type}"
    if scope.product_tags:
        yield None if product is None else bool({_fold(tag) for tag in product.tags} & {_fold(tag) for tag in scope.product_tags})
    if scope.product_types:
        yield None if product is None else _fold(product.type) in {_fold(kind) for kind in scope.product_types}
    if scope.titles:
        hit = any(says(words, phrase) for phrase in scope.titles)
        yield True if hit else (None if product is None else False)
    if scope.vendors:
        yield None if line.vendor is None else _fold(line.vendor) in {_fold(vendor) for vendor in scope.vendors}
    if scope.pre_order:
        yield is_pre_order(line)
    if scope.personalised:
        yield _found(_PERSONAL, line, (key for key, _ in line.properties if not key.startswith("_")))
    if scope.final_sale:
        yield _found(_FINAL, line, ())
    if scope.digital:
        yield not line.requires_shipping
    if scope.gift_card:
        yield line.gift_card


def _found(pattern: re.Pattern[str], line: OrderLine, more: Iterable[str]) -> Verdict:
    if any(pattern.search(text) for text in (line.title, line.variant_title or "", *more)):
        return True
    if line.product is None:
        return None
    return any(pattern.search(text) for text in (*line.product.tags, line.product.type))


def _order_criteria(scope: Scope, order: Order) -> Verdict:
    """Each must hit."""
    return _all(_order_hits(scope, order))


def _order_hits(scope: Scope, order: Order) -> Iterable[Verdict]:
    if scope.order_tags:
        yield bool({_fold(tag) for tag in order.tags} & {_fold(tag) for tag in scope.order_tags})
    if scope.customer_tags:
        yield bool({_fold(tag) for tag in order.customer_tags} & {_fold(tag) for tag in scope.customer_tags})
    if scope.shipping_methods:
        yield _any(_ships_by(method, order) for method in scope.shipping_methods)
    if scope.countries or scope.not_countries:
        yield _ships_to(scope, order)
    if scope.b2b:
        yield order.b2b
    if scope.discounted:
        yield bool(order.discount_codes)
    if scope.total_from is not None or scope.total_below is not None:
        yield _costs(scope, order)


def _ships_by(method: str, order: Order) -> Verdict:
    wanted = _fold(method)
    if wanted == "pick up" and order.delivery in (DeliveryMethod.PICK_UP, DeliveryMethod.PICKUP_POINT):
        return True
    if wanted == "local" and order.delivery is DeliveryMethod.LOCAL:
        return True
    if order.shipping_title is None:
        # Nothing to carry has no shipping line at all; otherwise the line was withheld.
        return False if order.delivery in (DeliveryMethod.NONE, DeliveryMethod.PICK_UP) else None
    title = f"{order.shipping_title} {order.shipping_code or ''}".casefold()
    known = _METHOD_WORDS.get(wanted.replace(" ", "_"))
    return any(word in title for word in known) if known else says(title, method)


def _ships_to(scope: Scope, order: Order) -> Verdict:
    if order.country is None:
        return None
    country = order.country.upper()
    if country in {code.upper() for code in scope.not_countries}:
        return False
    return not scope.countries or "*" in scope.countries or country in {code.upper() for code in scope.countries}


def _costs(scope: Scope, order: Order) -> Verdict:
    if order.total is None or (order.currency and order.total.currency != order.currency):
        return None
    above = scope.total_from is None or order.total.amount >= scope.total_from
    below = scope.total_below is None or order.total.amount < scope.total_below
    return above and below


def says(text: str, phrase: str) -> bool:
    """Whether the text holds the phrase as whole words, singular or plural alike; scripts without spaces: as it stands."""
    if _NO_SPACES.search(phrase):
        return phrase.casefold() in text.casefold()
    needle, hay = _stems(phrase), _stems(text)
    return bool(needle) and any(hay[at : at + len(needle)] == needle for at in range(len(hay) - len(needle) + 1))


@lru_cache(maxsize=4096)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(_stem(word) for word in _WORD.findall(text.casefold()))


def _stem(word: str) -> str:
    """Singular and plural to one form, roughly: both sides of a comparison go through it."""
    if len(word) > 4 and word.endswith(("ses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _fold(text: str) -> str:
    """Case, hyphens and underscores do not tell tags apart."""
    return " ".join(re.split(r"[\s_-]+", text.casefold().strip()))


def _any(parts: Iterable[Verdict]) -> Verdict:
    found = list(parts)
    return True if True in found else None if None in found else False


def _all(parts: Iterable[Verdict]) -> Verdict:
    found = list(parts)
    return False if False in found else None if None in found else True

"""Which orders and lines a statement speaks of."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.core import get_global

from knowledge.compile.amounts import sums
from knowledge.compile.numbers import amount
from knowledge.compile.statement import Statement
from knowledge.compile.text import fold
from knowledge.compile.words import LANGUAGES, Lexicon, matcher
from knowledge.compile.words.goods import GOODS, MARKED
from knowledge.terms import Scope

_EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
    ]
)
_SHORT = {
    "en": {
        "uk": "GB",
        "the uk": "GB",
        "the us": "US",
        "the u.s.": "US",
        "great britain": "GB",
        "usa": "US",
        "u.s.": "US",
        "united states": "US",
        "england": "GB",
    },
    "fr": {"royaume-uni": "GB", "usa": "US", "etats-unis": "US", "grande-bretagne": "GB"},
    "ja": {"アメリカ": "US", "米国": "US", "英国": "GB", "イギリス": "GB", "韓国": "KR", "中国": "CN", "日本": "JP"},
    "es": {"reino unido": "GB", "ee. uu.": "US", "eeuu": "US", "estados unidos": "US"},
    "de": {"grossbritannien": "GB", "usa": "US", "vereinigtes konigreich": "GB", "england": "GB"},
}
_UNION = {
    "en": r"(?:the )?(?:eu|european union)",
    "fr": r"l'(?:ue|union europeenne)|union europeenne|ue",
    "ja": r"(?:eu|欧州連合)(?:加盟国|圏内|域内|内)?",
    "es": r"(?:la )?(?:ue|union europea)",
    "de": r"(?:der |die )?(?:eu|europaischen? union)",
}
_TAGGED = {
    "en": r"(?:(?:tagged|with the tag|carrying the tag)(?: as| with)? |(?:marked|labelled|labeled|flagged)(?: as| with)? (?=[\"']))",
    "fr": r"(?:etiquetes?|etiquetees?|avec (?:le tag|l'etiquette)|tagues?|taguees?) ",
    "es": r"(?:etiquetad[oa]s?|con la etiqueta)(?: como| con)? ",
    "de": r"(?:mit dem tag|getaggte?[rn]?|mit dem schlagwort) ",
}
_MARKS = (
    ("personalised", "personalised"),
    ("pre_order", "pre_order"),
    ("final_sale", "final_sale"),
    ("digital", "digital"),
    ("gift_card", "gift_card"),
)
_METHODS = ("express", "standard", "pick_up", "local")
NOTHING = Scope()


@cache
def _goods(language: str) -> tuple[tuple[re.Pattern[str], frozenset[str]], ...]:
    place = LANGUAGES.index(language)
    return tuple((matcher(row[place], language != "ja"), frozenset(word for cell in row for word in cell.split(" / "))) for row in GOODS)


@cache
def _any_goods(language: str) -> re.Pattern[str]:
    """One look to see that no kind of goods is named, as in most sentences."""
    place = LANGUAGES.index(language)
    return matcher(" / ".join(row[place] for row in GOODS), language != "ja")


@cache
def _marked(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    place = LANGUAGES.index(language)
    return tuple((matcher(row[place], language != "ja"), tag) for tag, row in MARKED)


@cache
def _countries(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    names = {
        fold(name): code
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ"}
    }
    names |= _SHORT[language]
    ordered = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{ordered})(?!\w)" if language != "ja" else f"(?:{ordered})"), names


def names_goods(words: str, lexicon: Lexicon) -> bool:
    """Whether folded words name goods or orders a policy can single out."""
    return _any_goods(lexicon.language).search(words) is not None or scope_in(words, lexicon, home=None) != NOTHING


def home_of(zone: str) -> str | None:
    """The country a brand's time zone lies in, ISO 3166-1: what "international" is measured from."""
    return get_global("zone_territories").get(zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a statement reaches, and whether its words alone say so."""

    scope: Scope
    unread: str = ""
    """Words that limit the statement and could not be read as a scope."""


def read_scope(statement: Statement, *, home: str | None) -> Scope:
    """The scope said in the statement itself, exceptions included."""
    scope = scope_in(statement.bare, statement.lexicon, home=home)
    if statement.excepted:
        left_out = scope_in(statement.excepted, statement.lexicon, home=home)
        if has_products(left_out):
            scope = replace(scope, not_product=products_of(left_out))
    return scope


def scope_in(words: str, lexicon: Lexicon, *, home: str | None) -> Scope:
    """The scope named in folded words."""
    language = lexicon.language
    kinds = (
        (kind for pattern, kind in _goods(language) if _is_named_alone(pattern, words, lexicon))
        if _any_goods(language).search(words)
        else ()
    )
    titles = frozenset[str]().union(*kinds)
    order_tags: set[str] = set()
    customer_tags = {"vip"} if lexicon["vip"].search(words) else set()
    named_tags = _tagged(words, language, lexicon)
    plain = words
    for named, _ in named_tags:
        plain = plain.replace(named, " ")
    said = {field: lexicon[concept].search(plain) is not None for concept, field in _MARKS}
    tags = {tag for pattern, tag in _marked(language) if pattern.search(plain)}
    for named, whose in named_tags:
        {"order": order_tags, "customer": customer_tags}.get(whose, tags).add(named)
    countries, not_countries = _places(words, lexicon, home)
    low, high = _values(words, lexicon)
    return Scope(
        product_tags=frozenset(tags),
        titles=titles,
        order_tags=frozenset(order_tags),
        customer_tags=frozenset(customer_tags),
        shipping_methods=frozenset(name for name in _METHODS if lexicon[name].search(words)),
        countries=countries,
        not_countries=not_countries,
        b2b=lexicon["b2b"].search(words) is not None,
        discounted=lexicon["discounted"].search(words) is not None,
        total_from=low,
        total_below=high,
        pre_order=said["pre_order"],
        personalised=said["personalised"],
        final_sale=said["final_sale"],
        digital=said["digital"],
        gift_card=said["gift_card"],
    )


def _is_named_alone(goods: re.Pattern[str], words: str, lexicon: Lexicon) -> bool:
    """Whether goods are named for themselves; "bespoke curtains" are bespoke goods, not all curtains (criteria are alternatives)."""
    marks = [one for concept, _ in _MARKS for one in lexicon[concept].finditer(words)]
    for hit in goods.finditer(words):
        between = [words[one.end() : hit.start()] if one.end() <= hit.start() else words[hit.end() : one.start()] for one in marks]
        if not any(gap in {"", " ", "の"} for one, gap in zip(marks, between, strict=True) if not _overlap(one, hit)):
            return True
    return False


def _overlap(one: re.Match[str], other: re.Match[str]) -> bool:
    return one.start() < other.end() and other.start() < one.end()


def _tagged(words: str, language: str, lexicon: Lexicon) -> list[tuple[str, str]]:
    if language == "ja":
        hits = re.finditer(r"[「『\"]([^」』\"]{1,30})[」』\"](?:という)?タグ", words)
    else:
        hits = re.finditer(_TAGGED[language] + r"(?:\"([^\"]{1,30})\"|'([^']{1,30})'|([a-z0-9][\w-]*))", words)
    found = []
    for hit in hits:
        left = words[: hit.start()][-25:]
        whose = "customer" if lexicon["customer"].search(left) else "order" if lexicon["order"].search(left) else "product"
        found.append((next(group for group in hit.groups() if group).strip(), whose))
    return found


def _places(words: str, lexicon: Lexicon, home: str | None) -> tuple[frozenset[str], frozenset[str]]:
    language = lexicon.language
    if lexicon["international"].search(words):
        return frozenset({"*"}), frozenset({home} if home else ())
    union = re.search(rf"(?<!\w)(?:{_UNION[language]})(?!\w)" if language != "ja" else _UNION[language], words)
    if union is not None and _is_destination(words, union, lexicon):
        outside = lexicon["outside"].search(
            words[max(0, union.start() - 14) : union.start()] if language != "ja" else words[union.end() : union.end() + 6]
        )
        return (frozenset({"*"}), _EU) if outside else (_EU, frozenset())
    pattern, names = _countries(language)
    if language == "ja" or lexicon["to_place"].search(words) or lexicon["outside"].search(words):
        hits = [hit for hit in pattern.finditer(words) if _is_destination(words, hit, lexicon)]
        codes = frozenset(names[hit.group()] for hit in hits)
        if hits and lexicon["outside"].search(
            words[max(0, hits[0].start() - 14) : hits[0].start()] if language != "ja" else words[hits[-1].end() : hits[-1].end() + 6]
        ):
            return frozenset({"*"}), codes
        return codes, frozenset()
    return frozenset(), frozenset()


def _is_destination(words: str, hit: re.Match[str], lexicon: Lexicon) -> bool:
    if lexicon.spaced:
        left = words[max(0, hit.start() - 40) : hit.start()]
        return lexicon["to_place"].search(left) is not None or lexicon["outside"].search(left) is not None
    return lexicon["to_place"].match(words, hit.end()) is not None or lexicon["outside"].match(words, hit.end()) is not None


def _values(words: str, lexicon: Lexicon) -> tuple[Decimal | None, Decimal | None]:
    """Order value bounds: "orders over €500", "500ユーロ以上のご注文"."""
    if not lexicon["order"].search(words) and not _opens_with_a_sum(words, lexicon):
        return None, None
    low = high = None
    for one in sums(words):
        near = words[one.end : one.end + 14] if not lexicon.spaced else words[max(0, one.start - 24) : one.start]
        far = words[one.end : one.end + 14]
        if "%" in words[: one.start] or lexicon["fee"].search(near):
            continue
        if lexicon["over"].search(near) or (lexicon.spaced and lexicon["over_right"].search(far)):
            low = one.value
        elif lexicon["under"].search(near):
            high = one.value
    if low is None and high is None and lexicon.spaced:
        bare = lexicon["order_over"].search(words)
        figure = re.compile(r" ?(\d[\d.,' ]*\d|\d)(?![\d%]| ?(?:%|\w))").match(words, bare.end()) if bare else None
        if figure is not None:
            low = amount(figure[1])
    return low, high


def _opens_with_a_sum(words: str, lexicon: Lexicon) -> bool:
    """ "From €300, cancellations go through our team": whose value but the order's."""
    found = sums(words)
    return bool(found) and lexicon.spaced and lexicon["over"].match(words) is not None and found[0].start < 24


def has_products(scope: Scope) -> bool:
    return products_of(scope) != NOTHING


def has_orders(scope: Scope) -> bool:
    return replace(scope, not_product=None) != products_of(scope)


def products_of(scope: Scope) -> Scope:
    """Its product criteria alone."""
    return Scope(
        product_tags=scope.product_tags,
        product_types=scope.product_types,
        titles=scope.titles,
        vendors=scope.vendors,
        pre_order=scope.pre_order,
        personalised=scope.personalised,
        final_sale=scope.final_sale,
        digital=scope.digital,
        gift_card=scope.gift_card,
    )


def union(one: Scope, other: Scope) -> Scope:
    """Product criteria of both (alternatives), and order criteria of both."""
    return Scope(
        product_tags=one.product_tags | other.product_tags,
        product_types=one.product_types | other.product_types,
        titles=one.titles | other.titles,
        vendors=one.vendors | other.vendors,
        pre_order=one.pre_order or other.pre_order,
        personalised=one.personalised or other.personalised,
        final_sale=one.final_sale or other.final_sale,
        digital=one.digital or other.digital,
        gift_card=one.gift_card or other.gift_card,
        order_tags=one.order_tags | other.order_tags,
        customer_tags=one.customer_tags | other.customer_tags,
        shipping_methods=one.shipping_methods | other.shipping_methods,
        countries=one.countries | other.countries,
        not_countries=one.not_countries | other.not_countries,
        b2b=one.b2b or other.b2b,
        discounted=one.discounted or other.discounted,
        total_from=one.total_from if one.total_from is not None else other.total_from,
        total_below=one.total_below if one.total_below is not None else other.total_below,
        not_product=one.not_product or other.not_product,
    )

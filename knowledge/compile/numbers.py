"""Numbers as people write them in policies: figures, number words and kanji."""

import re
from decimal import Decimal, InvalidOperation
from functools import cache

from knowledge.compile.text import fold

_UNITS: dict[str, str] = {
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf",
    "es": "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve",
    "de": "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
}
_TENS: dict[str, str] = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
}
_ODD: dict[str, dict[str, int]] = {
    "en": {"a": 1, "an": 1, "a hundred": 100, "one hundred": 100, "a couple of": 2},
    "fr": {"une": 1, "vingt et un": 21, "vingt et une": 21, "soixante et onze": 71, "quatre-vingt": 80, "cent": 100},
    "es": {"un": 1, "una": 1, "veintiún": 21, "veintiuna": 21, "cien": 100},
    "de": {"eine": 1, "einer": 1, "einem": 1, "einen": 1, "eines": 1, "zwo": 2, "hundert": 100, "einhundert": 100},
}
_ES_TWENTIES = "uno dos trés cuatro cinco séis siete ocho nueve"
_KANJI = {char: value for value, char in enumerate("〇一二三四五六七八九")}


@cache
def number_words(language: str) -> dict[str, int]:
    """Folded number word → value, 1 to 100, for a Latin-script language."""
    if language not in _UNITS:
        return {}
    units = _UNITS[language].split()
    table = {fold(word): value for value, word in enumerate(units, start=1)}
    for ten, word in enumerate(_TENS[language].split(), start=2):
        table[fold(word)] = ten * 10
        for one, unit in enumerate(units[:9], start=1):
            table[fold(_compound(language, word, unit))] = ten * 10 + one
    if language == "fr":
        for base, word in ((60, "soixante"), (80, "quatre-vingt")):
            table |= {fold(f"{word}-{unit}"): base + value for value, unit in enumerate(units, start=1)}
    if language == "es":
        table |= {fold("veinti" + unit): 20 + value for value, unit in enumerate(_ES_TWENTIES.split(), start=1)}
    return table | {fold(word): value for word, value in _ODD[language].items()}


def _compound(language: str, ten: str, unit: str) -> str:
    if language == "de":
        return f"{unit}und{ten}"
    if language == "es":
        return f"{ten} y {unit}"
    return f"{ten}-{unit}"


@cache
def number_pattern(language: str) -> str:
    """A regular expression for one number in folded text, without a group."""
    figure = r"\d+(?:[.,]\d+)?"
    if language == "ja":
        return rf"(?:{figure}|[〇一二三四五六七八九十百]+)"
    words = sorted(number_words(language), key=len, reverse=True)
    spelled = "|".join(re.escape(word).replace(r"\-", "[ -]") for word in words)
    return rf"(?:{figure}|(?:{spelled})(?!\w))" if spelled else figure


def number(words: str, language: str) -> Decimal | None:
    """The value of what `number_pattern` found; None where it is no number after all."""
    words = words.strip()
    if words[:1].isdecimal():
        try:
            return Decimal(words.replace(",", "."))
        except InvalidOperation:
            return None
    if language == "ja":
        return _kanji(words)
    table = number_words(language)
    value = table.get(words, table.get(words.replace(" ", "-")))
    return None if value is None else Decimal(value)


def _kanji(words: str) -> Decimal | None:
    total, current = 0, 0
    for char in words:
        if char == "百":
            total, current = total + (current or 1) * 100, 0
        elif char == "十":
            total, current = total + (current or 1) * 10, 0
        elif char in _KANJI:
            current = current * 10 + _KANJI[char]
        else:
            return None
    return Decimal(total + current)


def amount(words: str) -> Decimal | None:
    """A money figure with either convention for thousands and decimals: `1,500.00`, `1.500,00`, `1 500`."""
    bare = re.sub(r"[\s']", "", words)
    if bare.endswith("万"):
        return Decimal(bare[:-1]) * 10_000
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?", bare):
        decimals = re.search(r"[.,](\d{1,2})$", bare)
        whole = bare[: decimals.start()] if decimals else bare
        bare = re.sub(r"[.,]", "", whole) + ("." + decimals.group(1) if decimals else "")
    try:
        return Decimal(bare.replace(",", "."))
    except InvalidOperation:
        return None

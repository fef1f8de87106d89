"""Durations, clock hours, percentages and sums of money in a policy sentence."""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from functools import cache
from typing import Literal, TypeAlias

from knowledge.compile.numbers import amount, number, number_pattern
from knowledge.compile.text import fold

Unit: TypeAlias = Literal["minutes", "hours", "days", "working_days", "weeks", "months"]

_UNITS: dict[str, dict[Unit, str]] = {
    "en": {
        "working_days": "(?:working|business|work|banking|week)[ -]?days?",
        "minutes": "minutes?|mins?",
        "hours": "hours?|hrs?|h",
        "days": "(?:calendar |full )?days?",
        "weeks": "weeks?",
        "months": "months?",
    },
    "fr": {
        "working_days": "jours? ouvr(?:es?|ables?)|jours? de travail",
        "minutes": "minutes?|min|mn",
        "hours": "heures?|h",
        "days": "jours?(?: calendaires?)?|j",
        "weeks": "semaines?",
        "months": "mois",
    },
    "es": {
        "working_days": "dias? (?:habil(?:es)?|laborables?|laboral(?:es)?)",
        "minutes": "minutos?|min",
        "hours": "horas?|hrs?|h",
        "days": "dias?(?: naturales| corridos)?",
        "weeks": "semanas?",
        "months": "mes(?:es)?",
    },
    "de": {
        "working_days": "(?:bankarbeits|bankgeschafts|werk|arbeits|bank|geschafts)tag(?:e|en|es)?",
        "minutes": "minuten?|min",
        "hours": "stunden?|std|h",
        "days": "(?:kalender)?tag(?:e|en|es)?",
        "weeks": "wochen?",
        "months": "monat(?:e|en|s)?",
    },
    "ja": {
        "working_days": "営業日|平日|銀行営業日",
        "minutes": "分間?",
        "hours": "時間",
        "days": "日間?(?!本|曜|時)|暦日",
        "weeks": "週間",
        "months": "(?:か|ヶ|カ|ケ|箇)月間?",
    },
}
_WHOLE: dict[str, dict[str, timedelta]] = {
    "en": {
        "half an hour": timedelta(minutes=30),
        "half-hour": timedelta(minutes=30),
        "half hour": timedelta(minutes=30),
        "quarter of an hour": timedelta(minutes=15),
        "an hour and a half": timedelta(minutes=90),
        "one and a half hours": timedelta(minutes=90),
        "within the hour": timedelta(hours=1),
        "in the hour": timedelta(hours=1),
        "the first hour": timedelta(hours=1),
        "the hour": timedelta(hours=1),
        "first hour": timedelta(hours=1),
        "half a day": timedelta(hours=12),
        "fortnight": timedelta(days=14),
    },
    "fr": {
        "une demi-heure": timedelta(minutes=30),
        "demi-heure": timedelta(minutes=30),
        "quart d'heure": timedelta(minutes=15),
        "une heure et demie": timedelta(minutes=90),
        "dans l'heure": timedelta(hours=1),
        "la premiere heure": timedelta(hours=1),
        "quinzaine de jours": timedelta(days=15),
    },
    "es": {
        "media hora": timedelta(minutes=30),
        "una hora y media": timedelta(minutes=90),
        "cuarto de hora": timedelta(minutes=15),
        "la primera hora": timedelta(hours=1),
        "primera hora": timedelta(hours=1),
    },
    "de": {
        "halben stunde": timedelta(minutes=30),
        "halbe stunde": timedelta(minutes=30),
        "viertelstunde": timedelta(minutes=15),
        "dreiviertelstunde": timedelta(minutes=45),
        "anderthalb stunden": timedelta(minutes=90),
        "eineinhalb stunden": timedelta(minutes=90),
        "der ersten stunde": timedelta(hours=1),
        "ersten stunde": timedelta(hours=1),
    },
    "ja": {
        "1時間半": timedelta(minutes=90),
        "一時間半": timedelta(minutes=90),
        "半日": timedelta(hours=12),
        "半時間": timedelta(minutes=30),
        "丸一日": timedelta(days=1),
    },
}
_RANGE = {"en": r"(?:-|to|or|and)", "fr": r"(?:-|a|ou|et)", "es": r"(?:-|a|o|y)", "de": r"(?:-|bis|oder|und)", "ja": r"(?:[-~〜]|から)"}
_CURRENCIES = {
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "ユーロ": "EUR",
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "dollars": "USD",
    "dollar": "USD",
    "ドル": "USD",
    "dolares": "USD",
    "£": "GBP",
    "gbp": "GBP",
    "pounds": "GBP",
    "livres": "GBP",
    "¥": "JPY",
    "円": "JPY",
    "yen": "JPY",
    "yens": "JPY",
    "jpy": "JPY",
    "chf": "CHF",
    "cad": "CAD",
    "aud": "AUD",
    "sek": "SEK",
    "dkk": "DKK",
    "nok": "NOK",
    "pln": "PLN",
    "francs": "CHF",
    "franken": "CHF",
}
_ZONES: tuple[tuple[str, str, str], ...] = (
    # words, the zone they stand for, the family of zones in which the brand's own is meant
    (
        r"(?:cet|cest|mez|mesz|heure de paris|paris time|heure francaise|central european (?:summer )?time|hora peninsular"
        r"|deutscher zeit|berliner zeit|中央ヨーロッパ時間)",
        "Europe/Paris",
        "Europe/",
    ),
    (r"(?:gmt|bst|uk time|london time|heure de londres|british time|hora de londres)", "Europe/London", "Europe/London"),
    (r"(?:est|edt|et|eastern(?: standard| daylight)?(?: time)?|new york time|heure de new york)", "America/New_York", "America/New_York"),
    (r"(?:cst|cdt|ct|central(?: standard| daylight)? time)", "America/Chicago", "America/Chicago"),
    (r"(?:mst|mdt|mountain(?: standard| daylight)? time)", "America/Denver", "America/Denver"),
    (r"(?:pst|pdt|pt|pacific(?: standard| daylight)?(?: time)?)", "America/Los_Angeles", "America/Los_Angeles"),
    (r"(?:jst|日本時間|japan (?:standard )?time|heure du japon|heure de tokyo|tokyo time)", "Asia/Tokyo", "Asia/Tokyo"),
    (r"(?:utc|z)", "UTC", "UTC"),
    (r"(?:aest|aedt|sydney time)", "Australia/Sydney", "Australia/"),
)
_WORDS_ELSEWHERE = frozenset({"est", "et", "ct", "pt", "z"})
"""Zone letters that are everyday words in other languages."""
_CLOCK: dict[str, tuple[str, ...]] = {
    "en": (
        r"(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))? ?(?P<half>[ap])\.? ?m\b\.?",
        r"(?P<h>\d{1,2})[:](?P<m>\d{2})(?: ?(?:h|hrs|hours|o'clock))?",
        r"(?P<h>\d{1,2}) o'clock(?: in the (?:afternoon|morning|evening))?",
        r"(?P<noon>noon|midday)|(?P<midnight>midnight)",
        r"(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d) ?(?:hrs|hours|h)\b",
    ),
    "fr": (
        r"(?P<h>\d{1,2}) ?(?:h|heures?) ?(?P<m>\d{2})(?!\d)",
        r"(?P<h>\d{1,2}):(?P<m>\d{2})",
        r"(?:(?<=jusqu'a )|(?<=avant )|(?<= a )|(?<=des )|(?<=avant les ))(?P<h>[6-9]|1\d|2[0-3]) ?(?:h|heures)\b"
        r"(?! (?:apres|suivant|qui suiv|avant|a compter|plus tard|maximum|ouvr|a partir|pour|max|de plus|des? l|chrono))",
        r"(?:(?<=apres )|(?<=passe ))(?P<h>1[3-9]|2[0-3]) ?(?:h|heures)\b(?! (?:apres|suivant|qui suiv|ouvr))",
        r"heure limite[^.;]{0,40}? (?P<h>\d{1,2}) ?(?:h|heures)\b(?: ?(?P<m>\d{2}))?",
        r"(?P<noon>midi)|(?P<midnight>minuit)",
    ),
    "es": (
        r"(?P<h>\d{1,2})[:.](?P<m>\d{2})(?: ?(?:h|hrs|horas)\b)?(?: de la (?P<pm>tarde|noche))?",
        r"(?:(?<=hasta )|(?<=antes de )|(?<= a )|(?<=despues de )|(?<=pasadas ))las (?P<h>\d{1,2})"
        r"(?! primeras| horas (?:siguientes|posteriores|desde|tras))(?: ?(?:h|horas)\b)?"
        r"(?: ?(?P<half>[ap])\.? ?m\b\.?)?(?: de la (?P<pm>tarde|noche))?",
        r"(?P<h>\d{1,2}) ?(?P<half>[ap])\.? ?m\b\.?",
        r"(?P<noon>mediodia)|(?P<midnight>medianoche)",
    ),
    "de": (
        r"(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))? uhr",
        r"(?P<h>\d{1,2}):(?P<m>\d{2})",
        r"(?P<noon>mittags?\b|12 uhr mittags)|(?P<midnight>mitternacht)",
    ),
    "ja": (
        r"(?P<half>午前|午後)?(?P<h>\d{1,2}|[一二三四五六七八九十]{1,3})時(?!間)(?:(?P<m>\d{1,2})分|(?P<thirty>半))?",
        r"(?P<h>\d{1,2}):(?P<m>\d{2})",
        r"(?P<noon>正午)|(?P<midnight>深夜0時)",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(Span):
    low: Decimal
    high: Decimal
    unit: Unit

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    @property
    def delta(self) -> timedelta:
        """The longest time meant. A working day counts as one day and a month as thirty: callers must not use it for those."""
        size = {"minutes": 1, "hours": 60, "days": 1440, "working_days": 1440, "weeks": 10080, "months": 43200}[self.unit]
        return timedelta(minutes=min(float(self.high), 100_000.0) * size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Span):
    at: time
    zone: str | None
    """IANA where the words name one."""
    family: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent(Span):
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum(Span):
    value: Decimal
    currency: str | None


_JOINED = re.compile(r",? ?(?:and |et |y |und )?")
_SHORT_SPAN = re.compile(
    r"(?<![\w.,:])(\d{1,2}) ?h ?([0-5]\d)(?: ?min)?"
    r"(?= (?:apres|suivant|maximum|after|from|despues|desde|tras|siguientes|nach|lang|pour|to |para|of ))"
)
"""1h30 as a length, told from 1h30 as an hour by what follows."""


@cache
def _durations(language: str) -> tuple[re.Pattern[str], tuple[tuple[str, timedelta], ...]]:
    one = number_pattern(language)
    units = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS[language].items())
    gap = "" if language == "ja" else r"(?:[ -]|(?<=\d))"
    bound = "" if language == "ja" else r"(?!\w)"
    front = r"(?<![\d.,月第])(?<!\d:)" if language == "ja" else r"(?<![\w.,:])"
    half = r"(?: (?:and a half|et demie|y media))?"
    between = rf"(?: ?(?:{'|'.join(_UNITS[language].values())}))?" if language == "ja" else ""
    filler = r"(?:full |more |premieres? |volle[n]? |ersten |primer[ao]s |ganze[n]? )?"
    span = rf"(?P<low>{one})(?:{between} ?{_RANGE[language]} ?(?P<high>{one}))?"
    pattern = rf"{front}{span}{gap}{filler}(?:{units}){bound}{half}"
    whole = tuple((fold(words), delta) for words, delta in _WHOLE[language].items())
    return re.compile(pattern), whole


def durations(text: str, language: str) -> list[Duration]:
    """Every length of time named in folded text, in order, without those that are clock hours."""
    pattern, whole = _durations(language)
    found: list[Duration] = []
    for words, delta in whole:
        for hit in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)" if language != "ja" else re.escape(words), text):
            minutes = Decimal(int(delta.total_seconds() // 60))
            if not any(one.start < hit.end() and hit.start() < one.end for one in found):
                found.append(Duration(start=hit.start(), end=hit.end(), low=minutes, high=minutes, unit="minutes"))
    for hit in _SHORT_SPAN.finditer(text) if language != "ja" else ():
        minutes = Decimal(int(hit[1]) * 60 + int(hit[2]))
        found.append(Duration(start=hit.start(), end=hit.end(), low=minutes, high=minutes, unit="minutes"))
    for hit in pattern.finditer(text):
        low, high = number(hit["low"], language), number(hit["high"] or hit["low"], language)
        unit = next((name for name in _UNITS[language] if hit[name]), None)
        if low is None or high is None or unit is None or any(one.start < hit.end() and hit.start() < one.end for one in found):
            continue
        if found and found[-1].unit == "hours" and unit == "minutes" and _JOINED.fullmatch(text[found[-1].end : hit.start()]):
            whole_hours = found.pop()
            minutes = whole_hours.low * 60 + low
            found.append(Duration(start=whole_hours.start, end=hit.end(), low=minutes, high=minutes, unit="minutes"))
            continue
        half = Decimal("0.5") if re.search(r"and a half$|et demie$|y media$", hit.group()) else Decimal(0)
        found.append(Duration(start=hit.start(), end=hit.end(), low=low + half, high=high + half, unit=unit))
    return sorted(found, key=lambda one: one.start)


@cache
def _clocks(language: str) -> tuple[tuple[re.Pattern[str], ...], re.Pattern[str]]:
    zones = "|".join(f"(?P<z{place}>{words})" for place, (words, _, _) in enumerate(_ZONES))
    edge = "" if language == "ja" else r"(?<![\w.,:])"
    return tuple(re.compile(edge + pattern) for pattern in _CLOCK[language]), re.compile(rf"(?<![\w]){'(?:' + zones + ')'}(?!\w)")


def clocks(text: str, language: str) -> list[Clock]:
    """Every hour of the day named in folded text, in order, with the zone written next to it."""
    patterns, zones = _clocks(language)
    found: list[Clock] = []
    for pattern in patterns:
        for hit in pattern.finditer(text):
            at = _time_of(hit.groupdict(), language)
            if (
                at is None
                or _SHORT_SPAN.match(text, hit.start()) is not None
                or any(one.start < hit.end() and hit.start() < one.end for one in found)
            ):
                continue
            near = zones.search(text, hit.end(), hit.end() + 32)
            if near is not None and (near.start() - hit.end() > 3 or (language != "en" and near.group() in _WORDS_ELSEWHERE)):
                near = None
            if near is None and language == "ja":
                near = zones.search(text, max(0, hit.start() - 8), hit.start())
            start = hit.start("h") if hit.group().startswith("heure limite") else hit.start()
            place = next((place for place in range(len(_ZONES)) if near is not None and near[f"z{place}"]), None)
            zone, family = (None, "") if place is None else _ZONES[place][1:]
            found.append(Clock(start=start, end=hit.end(), at=at, zone=zone, family=family))
    return sorted(found, key=lambda one: one.start)


def _time_of(groups: dict[str, str | None], language: str) -> time | None:
    if groups.get("noon"):
        return time(12)
    if groups.get("midnight"):
        return time(0)
    value = number(groups.get("h") or "", language)
    if value is None:
        return None
    hour = int(value)
    minute = int(groups.get("m") or 0) if not groups.get("thirty") else 30
    if groups.get("half") in {"p", "午後"} or groups.get("pm"):
        hour = hour + 12 if hour < 12 else hour
    elif groups.get("half") in {"a", "午前"} and hour == 12:
        hour = 0
    hour = 0 if hour == 24 and minute == 0 else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None


_PERCENT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d+)?) ?(?:%|percent|per cent|pour cent|por ciento|prozent|パーセント)")
_FIGURE = r"\d+(?:\.\d+)?万|\d{1,3}(?:[ .,']\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_SIGNS = "|".join(sorted((re.escape(word) for word in _CURRENCIES), key=len, reverse=True))
_SUM = re.compile(rf"(?P<before>{_SIGNS}) ?(?P<a>{_FIGURE})|(?<![\d.,])(?P<b>{_FIGURE}) ?(?P<after>{_SIGNS})(?![a-z])")


def percents(text: str) -> list[Percent]:
    return [Percent(start=hit.start(), end=hit.end(), value=Decimal(hit[1].replace(",", "."))) for hit in _PERCENT.finditer(text)]


def sums(text: str) -> list[Sum]:
    """Every sum of money with its currency, in order."""
    found = []
    for hit in _SUM.finditer(text):
        value = amount(hit["a"] or hit["b"])
        if value is not None:
            found.append(Sum(start=hit.start(), end=hit.end(), value=value, currency=_CURRENCIES[hit["before"] or hit["after"]]))
    return found

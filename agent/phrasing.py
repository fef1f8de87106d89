"""Sentences with their facts: every value goes in through a slot and is written down with its source (INV-4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_decimal

from agent.evidence import Evidence, Fact
from agent.phrases import own_words, phrases
from channels.message import Channel
from channels.words import Catalogue, Phrase, nearest, words

FactKind = Literal["order_name", "date", "money", "count", "title", "state", "link", "quote", "reference", "name", "contact"]

SHORT_TITLE = 24
"""Characters of an item title in a text message (product.md 4.8)."""
_GERMAN_ZONES = {"CET": "MEZ", "CEST": "MESZ"}
_LIST_SIGN = {"ja": "、"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words ready to be shown, the same words with `{{f3}}` where facts stand, and those facts."""

    text: str
    slotted: str
    facts: tuple[Fact, ...] = ()
    key: str = ""
    """The catalogue key, for whole sentences."""


def joined(parts: Sequence[Said], sign: str) -> Said:
    """Several sayings in one, `sign` between them."""
    return Said(
        text=sign.join(part.text for part in parts),
        slotted=sign.join(part.slotted for part in parts),
        facts=tuple(fact for part in parts for fact in part.facts),
    )


@dataclass(slots=True, kw_only=True)
class Phrasing:
    """One turn's pen: a language, a channel, a brand's voice, and the facts shown so far."""

    evidence: Evidence
    channel: Channel
    locale: str
    now: datetime
    facts: list[Fact] = field(default_factory=list)
    _known: dict[tuple[str, str, str], Said] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fact in self.facts:
            self._known[(fact.kind, fact.value, fact.source)] = _of(fact)

    @property
    def language(self) -> str:
        return nearest(self.locale)

    @property
    def terse(self) -> bool:
        """Text messages: short sentences in letters every phone has (V-01, V-02)."""
        return self.channel is Channel.SMS

    @property
    def discreet(self) -> bool:
        """SMS and WhatsApp show only the end of an order number and short titles (product.md 4.8)."""
        return self.channel in (Channel.SMS, Channel.WHATSAPP)

    @property
    def catalogue(self) -> Catalogue:
        return phrases(self.language)

    @property
    def space(self) -> str:
        """What stands between two sentences."""
        return "" if self.language == "ja" else " "

    # Facts

    def fact(self, kind: FactKind, value: str, source: str, read_at: datetime | None = None) -> Said:
        """Writes a value down once and gives its slot. read_at: the evidence's own time where none is given."""
        known = self._known.get((kind, value, source))
        if known is not None:
            return known
        at = read_at or (self.evidence.read_at if source.startswith("order:") else None) or self.now
        fact = Fact(id=f"f{len(self.facts) + 1}", kind=kind, value=value, source=source, read_at=at)
        self.facts.append(fact)
        said = self._known[(kind, value, source)] = _of(fact)
        return said

    def count(self, number: int, source: str) -> Said:
        return self.fact("count", str(format_decimal(number, locale=self.language)), source)

    def brand(self) -> Said:
        return self.fact("name", self.evidence.brand.name, "brand")

    def moment(self, at: datetime, source: str, form: Literal["time", "placed"] = "time") -> Said:
        """A time in the brand's zone, which is named; with the date unless it is today."""
        local, here = at.astimezone(ZoneInfo(self.evidence.brand.time_zone)), self.now.astimezone(ZoneInfo(self.evidence.brand.time_zone))
        clock = self.fact("date", self.catalogue.say("time.zone_first", clock=f"{local:%H:%M}", zone=_zone(local, self.language)), source)
        if local.date() == here.date():
            return self.say(f"{form}.same_day", time=clock)
        return self.say(f"{form}.other_day", date=self.day(at, source), time=clock)

    def day(self, at: datetime, source: str) -> Said:
        local, here = at.astimezone(ZoneInfo(self.evidence.brand.time_zone)), self.now.astimezone(ZoneInfo(self.evidence.brand.time_zone))
        skeleton = "MMMd" if local.year == here.year else "yMMMd"
        said = str(format_skeleton(skeleton, local, locale=Locale.parse(self.language)))
        if self.language == "fr" and local.day == 1:
            said = said.replace("1", "1er", 1)
        return self.fact("date", said, source)

    def title(self, title: str, source: str) -> Said:
        return self.fact("title", short(title) if self.discreet else title, source)

    def listed(self, parts: Sequence[Said]) -> Said:
        return joined(parts, _LIST_SIGN.get(self.language, ", "))

    # Sentences

    def say(self, *keys: str, **slots: Said) -> Said:
        """The first of these sentences that the catalogue holds and the slots given can fill; most particular key first.

        Raises KeyError where none can: the catalogue's tests hold that each outcome has one.
        """
        said = self.maybe(*keys, **slots)
        if said is None:
            raise KeyError(f"no sentence for {keys!r} with {sorted(slots)}")
        return said

    def maybe(self, *keys: str, **slots: Said) -> Said | None:
        """As `say`, but None where no sentence fits."""
        for key in self._ranked(keys):
            phrase = self.catalogue.phrases.get(key)
            if phrase is not None and phrase.slots <= slots.keys():
                return self._filled(own_words(self.evidence.brand, self.locale, phrase), slots)
        return None

    def ui(self, key: str) -> Said:
        """Words that hold no fact, from the catalogue every face shares."""
        text = words(self.language).phrases[key].pattern
        return Said(text=text, slotted=text)

    def _ranked(self, keys: Sequence[str]) -> list[str]:
        """Short forms first on a phone; the brand's tone before the plain form, unless it holds a word the brand has banned."""
        if self.terse:
            return [*(f"{key}.sms" for key in keys), *keys]
        tone, found = self.evidence.brand.voice.tone, []
        for key in keys:
            if self.channel is Channel.EMAIL:
                found.append(f"{key}.email")
            toned = self.catalogue.phrases.get(f"{key}~{tone}")
            if toned is not None and not self._banned(toned):
                found.append(toned.key)
            found.append(key)
        return found

    def _banned(self, phrase: Phrase) -> bool:
        return any(word.casefold() in phrase.pattern.casefold() for word in self.evidence.brand.voice.banned)

    def _filled(self, phrase: Phrase, slots: dict[str, Said]) -> Said:
        used = {name: slots[name] for name in phrase.slots}
        counts = {name: int(digits) for name, said in used.items() if (digits := "".join(sign for sign in said.text if sign.isdigit()))}
        return Said(
            text=phrase.fill({name: said.text for name, said in used.items()}, counts, self.language),
            slotted=phrase.fill({name: said.slotted for name, said in used.items()}, counts, self.language),
            facts=tuple(fact for said in used.values() for fact in said.facts),
            key=phrase.key,
        )


def _of(fact: Fact) -> Said:
    return Said(text=fact.value, slotted=f"{{{{{fact.id}}}}}", facts=(fact,))


def short(title: str, most: int = SHORT_TITLE) -> str:
    """A title that fits a text message, cut between words where there is one."""
    if len(title) <= most:
        return title
    head = title[: most - 1]
    cut = head.rfind(" ")
    return (head[:cut] if cut > most // 2 else head).rstrip(" ,.;-") + "…"


def _zone(at: datetime, language: str) -> str:
    name = at.tzname() or "UTC"
    if name.startswith(("+", "-")):
        return f"UTC{name}"
    return _GERMAN_ZONES.get(name, name) if language == "de" else name

"""The agent's own sentences, one catalogue per language, and a brand's own way of saying them."""

import re
from collections.abc import Mapping
from functools import lru_cache

from agent.gate import claims_a_change
from channels.words import BadPhrase, Catalogue, Phrase, load, nearest
from channels.words.catalogue import read
from knowledge.brand import Brand

FIXED = ("disclosure.", "withdrawal.", "label.withdraw", "redirect.withdrawal", "gap", "person.made")
"""What a brand's voice never replaces: the disclosure, the rights of law, what was not found, what was promised (V-24)."""

_FIGURE = re.compile(r"\d")
_MARKUP = re.compile(r"[<>*`_@]|https?:|www\.|[^\W\d_]\.[^\W\d_]{2,}")


def phrases(locale: str | None) -> Catalogue:
    """The agent's catalogue in the language nearest to `locale`."""
    return load("agent.phrases", nearest(locale))


def own_words(brand: Brand, locale: str, phrase: Phrase) -> Phrase:
    """The brand's sentence for this key, where it has a sound one; else the house's. Never raises: a bad override is left out."""
    theirs = brand.voice.phrases
    text = (theirs.get(locale) or theirs.get(nearest(locale)) or {}).get(phrase.key)
    if text is None or faults(phrase, text):
        return phrase
    return _read(phrase.key, text)


def faults(phrase: Phrase, text: str) -> tuple[str, ...]:
    """What keeps a brand's sentence from standing in for `phrase`; empty when it may. Each says what to mend."""
    if phrase.key.startswith(FIXED):
        return (f"{phrase.key!r} is fixed: disclosures, rights and promises keep the house's words",)
    try:
        mine = _read(phrase.key, text)
    except BadPhrase as bad:
        return (str(bad),)
    found = []
    if mine.slots != phrase.slots:
        found.append(f"{phrase.key!r} needs exactly the slots {sorted(phrase.slots)}, not {sorted(mine.slots)}")
    plain = re.sub(r"\{[^{}]*\}", "", text)
    if _FIGURE.search(plain):
        found.append(f"{phrase.key!r} holds a figure; figures come from policies and orders only")
    if _MARKUP.search(plain):
        found.append(f"{phrase.key!r} holds a link or mark-up; plain words only")
    if claims_a_change(plain):
        found.append(f"{phrase.key!r} says that something was changed; the agent changes nothing")
    return tuple(found)


def check_voice(voice: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """Every fault of a brand's overrides (locale → key → sentence), for `deskbell doctor` and the Console."""
    found: list[str] = []
    for locale, rows in voice.items():
        known = phrases(locale).phrases
        for key, text in rows.items():
            if key in known:
                found += [f"{locale}: {fault}" for fault in faults(known[key], text)]
            else:
                found.append(f"{locale}: {key!r} is no key of the catalogue")
    return tuple(found)


@lru_cache(maxsize=512)
def _read(key: str, text: str) -> Phrase:
    return read(key, text)

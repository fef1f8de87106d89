"""May these words leave? Only approved acts, only evidence in slots, and nothing said that the record does not hold.

Two doors, both pure. `passes` stands before words a model proposed (trust.md 3.2, rules 1 to 6): positive lists, and any doubt
means the outcome's own template. `check_reply` stands before every finished reply, ours included (INV-2, INV-4, INV-5).
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.evidence import Evidence
from agent.gate_words import (
    CALENDAR_WORDS,
    CLAIMS_DONE,
    CLAIMS_OURS,
    JAPANESE_DATE,
    JAPANESE_LIMITS,
    JAPANESE_NUMBER,
    LIMITS,
    NUMBER_WORDS,
    ONE_UNIT,
    RELATIVE_WORDS,
    SPEECH_ACTS,
    STOP_WORDS,
)
from agent.general_policy import near_enough
from agent.thing_words import fold
from knowledge.document import Clause
from skills.skill import Outcome

MOST_SENTENCES = 5
MOST_WORDS = 60
MOST_SIGNS_JAPANESE = 150
"""product.md V-21."""
LONGEST_SENTENCE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The sentences as they may be rendered: normalised, slots still open."""

    kind: Literal["accepted"] = "accepted"
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Which rule of trust.md 3.2 stopped the draft. The template stands; the reason is counted, never shown."""

    kind: Literal["rejected"] = "rejected"
    rule: int
    why: str


Verdict: TypeAlias = Accepted | Rejected

_SLOT = re.compile(r"\{\{([a-z][a-z0-9_]{0,15})\}\}")
_SIGNS = frozenset(" .,;:!?'\"()-–—…’‘“”«»¿¡、。「」『』・ー〜！？：（）")
"""Every sign a free sentence may use beside letters. No markup sign, no @, no slash, no plus: so no link, no address, no phone."""
_FIGURES = frozenset({"Nd", "Nl", "No", "Sc"})
_DOMAIN = re.compile(r"[^\W\d_][.·。・︒․‧][^\W\d_]")
_TLD = "com|net|org|io|co|shop|store|support|help|app|dev|info|biz|eu|fr|de|es|jp|uk|me|ai|xyz|online|site|link|page|club|top"
_SPOKEN_DOMAIN = re.compile(
    rf"\b(?:dot|point|punkt|punto|ドット)\s*(?:{_TLD})\b|\b\w+ ?[.·] ?(?:{_TLD})\b(?![^\W\d_])"
    r"|\bwww\b|\bhttps?\b|\b(?:at sign|arobase|arroba)\b"
)
_SCHEME = re.compile(r"[^\W\d_]:[^\s]")


def clean(text: str) -> str:
    """NFKC, with format, control, tag, private and unassigned characters gone, and white space made plain."""
    normal = unicodedata.normalize("NFKC", text)
    kept = "".join(
        " " if sign in "\n\r\t" else sign for sign in normal if sign in "\n\r\t" or not unicodedata.category(sign).startswith("C")
    )
    return re.sub(r"\s+", " ", kept).strip()


def passes(
    sentences: tuple[str, ...],
    cited: tuple[str, ...],
    outcomes: tuple[Outcome, ...],
    evidence: Evidence,
    *,
    locale: str,
    slots: frozenset[str] = frozenset(),
) -> Verdict:
    """Whether proposed sentences may stand in for the template of a policy answer.

    cited: the clause ids the sentences stand on; they must be this turn's, near enough, and the outcomes' own.
    slots: the fact ids these outcomes may show.
    """
    language = locale.split("-")[0]
    cleaned = tuple(sentence for sentence in (clean(sentence) for sentence in sentences) if sentence)
    bare = tuple(_SLOT.sub(" ", sentence) for sentence in cleaned)
    for rule, why in (
        (1, _figure(sentences) or _shape(bare, language)),
        (2, _markup(bare)),
        (3, _slots(cleaned, slots)),
        (4, _figures_and_claims(bare, language)),
    ):
        if why is not None:
            return Rejected(rule=rule, why=why)
    clauses = _cited(cited, outcomes, evidence)
    if clauses is None:
        return Rejected(rule=5, why="cites a clause that is not this answer's")
    for sentence in bare:
        if not _is_speech_act(sentence, language) and not any(_entailed(sentence, clause, language) for clause in clauses):
            return Rejected(rule=5 if clauses else 4, why="neither an approved act nor in the cited words")
    return Accepted(sentences=cleaned)


# Rule 1: length, script, language, figures


def _figure(sentences: tuple[str, ...]) -> str | None:
    """Before normalising: NFKC turns a Roman numeral into a letter. Plain digits are looked for after it, outside slots."""
    odd = _FIGURES - {"Nd"}
    return "figure outside a slot" if any(unicodedata.category(sign) in odd for sentence in sentences for sign in sentence) else None


def _shape(sentences: tuple[str, ...], language: str) -> str | None:
    text = " ".join(sentences)
    if not sentences or len(sentences) > MOST_SENTENCES or any(len(sentence) > LONGEST_SENTENCE for sentence in sentences):
        return "length"
    if language == "ja":
        if len(text) > MOST_SIGNS_JAPANESE:
            return "length"
    elif len(text.split()) > MOST_WORDS:
        return "length"
    if any(unicodedata.category(sign) in _FIGURES for sign in text):
        return "figure outside a slot"
    return _script(text, language)


def _script(text: str, language: str) -> str | None:
    letters = [sign for sign in text if sign.isalpha()]
    if not letters:
        return "no words"
    if language == "ja":
        own = sum(1 for sign in letters if _is_japanese(sign))
        return None if own == len(letters) and any("\u3040" <= sign <= "\u30ff" for sign in letters) else "script"
    if not all(_is_latin(sign) for sign in letters):
        return "script"
    words = set(re.findall(r"[a-z]+", fold(text)))
    hits = {other: len(words & (stop | LIMITS[other])) for other, stop in STOP_WORDS.items()}
    if language in hits and hits[language] < max(hits.values()):
        return "language"
    return None


def _is_japanese(sign: str) -> bool:
    return "\u3040" <= sign <= "\u30ff" or "\u3400" <= sign <= "\u9fff" or sign in "々ー"


def _is_latin(sign: str) -> bool:
    """Plain Latin letters of European words; small capitals, mathematical and look-alike letters are not among them."""
    return sign.isascii() or "\u00c0" <= sign <= "\u017f" or sign == "ß"


# Rule 2: nothing a mail app or a messenger turns into a link


def _markup(sentences: tuple[str, ...]) -> str | None:
    for sentence in sentences:
        for sign in sentence:
            if not (sign.isalpha() or unicodedata.category(sign) == "Mn" or sign in _SIGNS):
                return "sign not on the list"
        if _DOMAIN.search(sentence) or _SPOKEN_DOMAIN.search(fold(sentence)) or _SCHEME.search(sentence):
            return "address"
    return None


# Rule 3: slots


def _slots(sentences: tuple[str, ...], slots: frozenset[str]) -> str | None:
    for sentence in sentences:
        if any(found not in slots for found in _SLOT.findall(sentence)):
            return "slot that is no evidence of this outcome"
        if "{" in _SLOT.sub("", sentence) or "}" in _SLOT.sub("", sentence):
            return "broken slot"
    return None


# Rule 4: worded numbers, dates and claims


def _figures_and_claims(sentences: tuple[str, ...], language: str) -> str | None:
    for sentence in sentences:
        folded = fold(sentence)
        if claims_a_change(sentence):
            return "claims a change"
        words = set(re.findall(r"[a-z]+", folded))
        spoken = {language, "en"} & NUMBER_WORDS.keys()
        if any(words & NUMBER_WORDS[one] for one in spoken) or ONE_UNIT.search(folded):
            return "number word"
        if any(words & (CALENDAR_WORDS[one] | RELATIVE_WORDS[one]) for one in spoken):
            return "worded date"
        if language == "ja" and (JAPANESE_NUMBER.search(folded) or JAPANESE_DATE.search(folded)):
            return "number word"
    return None


def claims_a_change(text: str, *, may_be_done: bool = False) -> bool:
    """Whether a text says that something was or will be changed by us, in any of eight languages (INV-5).

    may_be_done: the evidence holds an order that really is cancelled or refunded, so "was cancelled" states its state.
    """
    folded = fold(text).replace("’", "'")
    if any(pattern.search(folded) for pattern in CLAIMS_OURS):
        return True
    return not may_be_done and any(pattern.search(folded) for pattern in CLAIMS_DONE)


# Rules 4 and 5: what a free sentence may do


def _is_speech_act(sentence: str, language: str) -> bool:
    folded = fold(sentence).replace("’", "'").replace("！", "!").replace("？", "?").strip()
    return any(pattern.fullmatch(folded) for pattern in SPEECH_ACTS.get(language, ()))


def _cited(cited: tuple[str, ...], outcomes: tuple[Outcome, ...], evidence: Evidence) -> tuple[Clause, ...] | None:
    own = {clause for outcome in outcomes for clause in outcome.clauses}
    near = {passage.clause.id: passage.clause for passage in near_enough(evidence) if passage.clause.id in own}
    if any(clause not in near for clause in cited):
        return None
    return tuple(clause for gid, clause in near.items() if gid in cited)


def _entailed(sentence: str, clause: Clause, language: str) -> bool:
    """A shortening of one sentence of the clause: its words in their order, none of its conditions dropped."""
    said = clean(sentence)
    if any(said.rstrip(".。!") == whole.rstrip(".。!") for whole in _sentences(clean(clause.text))):
        return True
    if clause.locale.split("-")[0] != language:
        return False
    return any(_shortens(said, whole, language) for whole in _sentences(clean(clause.text)))


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?。！？])\s*", text) if part]


def _shortens(said: str, whole: str, language: str) -> bool:
    if language == "ja":
        kept = "".join(sign for sign in said if sign.isalpha())
        limits = [limit for limit in JAPANESE_LIMITS if limit in whole]
        return len(kept) >= 6 and _in_order(list(kept), list(whole)) and all(limit in said for limit in limits)
    stop = STOP_WORDS.get(language, frozenset())
    limits_known = LIMITS.get(language, frozenset())
    said_words = re.findall(r"[a-z']+", fold(said).replace("’", "'"))
    whole_words = re.findall(r"[a-z']+", fold(whole).replace("’", "'"))
    content = [word for word in said_words if word not in stop]
    limits_kept = all(said_words.count(word) >= whole_words.count(word) for word in set(whole_words) & limits_known)
    return len(content) >= 2 and limits_kept and _in_order(content, whole_words)


def _in_order(some: list[str], all_of_them: list[str]) -> bool:
    rest = iter(all_of_them)
    return all(any(word == other for other in rest) for word in some)

"""Whether what is to be changed is part of an order at all: "we cannot change the courier" says nothing about edits."""

import re
from functools import cache

from knowledge.compile.changes import Said
from knowledge.compile.found import KNOWN
from knowledge.compile.scope import names_goods
from knowledge.compile.statement import Statement
from knowledge.compile.text import fold
from knowledge.compile.words import Lexicon
from knowledge.terms import EDITS

_DETERMINED = {
    "en": r"(?:the|your|an?|any|its|their|our|this|that|which|my)",
    "fr": r"(?:le|la|les|l'|votre|vos|une?|son|sa|ses|leurs?|ce|cette|ces|mon|ma|mes|du|de la|de l'|des|de votre|de vos)",
    "es": r"(?:el|la|los|las|tu|tus|su|sus|un|una|del|de la|de tu|de su|este|esta|mi)",
    "de": r"(?:der|die|das|den|dem|ihre[nmrs]?|deine[nmrs]?|unsere[nmrs]?|eine[nmrs]?|diese[nmrs]?|ihr|ein)",
}
_OWN = (
    "they",
    "country_move",
    "customer",
    "person",
    "other_product",
    "partial",
    "rest",
    "b2b",
    "once_only",
    "window_word",
    "order",
    "other_thing",
    "you",
)
_CONTENTS = re.compile(
    fold(
        "nothing|rien|details?|contents?|basket|cart|mistakes?|errors?|minds?|anything|everything|something|what|them|it|requests?|fois|vez|moment|momento|cas|caso|time|"
        "fois|vez|moment|momento|caso?|times?|contenu|details?|erreurs?|tout|informations?|contenido|datos|error(?:es)?|algo|nada|todo|informacion|"
        "inhalte?|angaben|fehler|details|etwas|alles|nichts"
    )
)
_JAPANESE_OWN = re.compile(
    "国|内容|情報|詳細|明細|依頼|希望|申し出|手続|受付|もの|こと|それ|これ|誤り|間違い|場合|後|前|中|以降"
    "|以内|時間|分|日|際|ため|お客様|当店|ご自身|一切|すべて|全て"
)


def is_foreign(statement: Statement, said: Said) -> bool:
    """Whether a bare "change" has an object, or a passive one a subject, that is no order, line, option or address."""
    if said.named or said.cancels or said.returns or said.exchanges or said.adds or not said.changes >= EDITS:
        return False
    lexicon = statement.lexicon
    if statement.has("country_move"):
        return False
    nouns = _objects_spaced(statement) if lexicon.spaced else _objects_unspaced(statement)
    return any(not _belongs(noun, lexicon) for noun in nouns)


_COMPOUND = re.compile(r"(?<!\w)(?!online|teil|web|gast|einzel|nach|internet)\w{3,}(?:bestellung|bestellungen|auftrage?)(?!\w)")
_TO = {
    "en": r"(?:to|of|on|for)",
    "fr": r"(?:sur|de|des|d'|a|aux?|pour)",
    "es": r"(?:en|de|del|a|para)",
    "de": r"(?:an|von|bei|fur|der)",
}


def _behind_the_noun(statement: Statement) -> str:
    """ "No changes to gift orders": what the changes are to, where something is forbidden."""
    lexicon = statement.lexicon
    if not statement.denies:
        return ""
    for concept in ("edit", "cancel"):
        for hit in lexicon[concept].finditer(statement.bare):
            behind = re.match(rf" {_TO[lexicon.language]} ([^,;:.()\u2400]+)", statement.bare[hit.end() :])
            if behind is not None:
                stop = lexicon["stop"].search(behind[1])
                return behind[1][: stop.start()] if stop is not None else behind[1]
    return ""


_PLURAL = {
    "en": r"(?!the |your |our |all )([a-z][a-z -]{2,30}s)",
    "fr": r"(?:les|nos|tous les|toutes les) ([\w' -]{3,30}[sx])",
    "es": r"(?:los|las|nuestros|nuestras|todos los|todas las) ([\w -]{3,30}s)",
    "de": r"(?:alle |unsere )?([\w-]{4,30}(?:en|er|e|s|n))",
}
_NO_GOODS = re.compile(
    r"delivery|shipping|payment|billing|account|invoice|instruction|detail|preference|slot|price|discount|code|e-?mail|phone|message|option|setting"
    r"|subscription|livraison|paiement|factur|compte|consigne|instruction|prix|codes|messages|entrega|pago|cuenta|instruccion|precio|mensaje"
    r"|liefer|zahlung|rechnung|konto|hinweis|preis|nachricht|versand"
)
"""What a policy also calls changeable and nobody sells."""
_KATAKANA = re.compile(r"(?:すべての|全ての)?([ァ-ヶー]{2,12})(?:は|も)")


def goods_by_their_name(statement: Statement, said: Said) -> str:
    """ "Bags cannot be changed": goods no table knows, where they alone are the subject, in the plural; empty otherwise.

    A rule about a name that no product bears touches nothing, so that taking the name at its word is the safe reading of the two.
    """
    lexicon = statement.lexicon
    if not said.changes or said.named or statement.has("order") or statement.has("country_move"):
        return ""
    if not lexicon.spaced:
        topic = _KATAKANA.match(statement.bare)
        return topic[1] if topic is not None and not _belongs(topic[1], lexicon) and not _is_other_thing(topic[1], lexicon) else ""
    verb = lexicon["subject_end"].search(statement.bare)
    subject = statement.bare[: verb.start()].strip() if verb is not None else ""
    plain = re.fullmatch(_PLURAL[lexicon.language], subject)
    if plain is None or len(plain[1].split()) > 2 or _is_other_thing(plain[1], lexicon):
        return ""
    return (
        ""
        if any(_belongs(word, lexicon) or lexicon["edit"].search(word) or lexicon["cancel"].search(word) for word in plain[1].split())
        else plain[1]
    )


def _is_other_thing(words: str, lexicon: Lexicon) -> bool:
    return lexicon["other_thing"].search(words) is not None or _NO_GOODS.search(words) is not None


def is_qualified(statement: Statement) -> bool:
    """Whether the subject is orders or items of some kind that no table knows: "gift orders cannot be edited"."""
    lexicon = statement.lexicon
    if lexicon.spaced:
        verb = lexicon["subject_end"].search(statement.bare)
        subject = statement.bare[: verb.start()] if verb is not None else ""
        if lexicon.language == "de" and _COMPOUND.search(subject):
            return True
        subject = subject if lexicon["order"].search(subject) or lexicon["item"].search(subject) else _behind_the_noun(statement)
        if not 1 < len(subject.split()) <= 9 or re.search(r"[,:;\u2400]", subject):
            return False
    else:
        topic = re.match(r"([^、。は]{2,24}?)(?:は|も)", statement.bare)
        subject = topic[1] if topic is not None and "\u2400" not in topic[1] else ""
    if not (lexicon["order"].search(subject) or lexicon["item"].search(subject)):
        return False
    for concept in (
        "one_item",
        "quantity",
        "partial",
        *KNOWN,
        *_OWN,
        "edit_order",
        "add_item",
        "open_stage",
        "once_placed",
        "country_move",
        "other_orders",
        "not_all",
    ):
        if concept not in {"other_thing", "locked"}:
            subject = lexicon[concept].sub(" ", subject)
    if lexicon.spaced:
        return any(_CONTENTS.fullmatch(word) is None for word in re.findall(r"[^\W\d_]{3,}", subject))
    return re.search(r"[ァ-ヶー]{2,}|[一-龠]{2,}", _JAPANESE_OWN.sub("", subject)) is not None


def _belongs(noun: str, lexicon: Lexicon) -> bool:
    if lexicon.spaced:
        known = _CONTENTS.fullmatch(noun) is not None or names_goods(noun, lexicon)
    else:
        known = _JAPANESE_OWN.search(noun) is not None or names_goods(noun, lexicon)
    return known or "\u2400" in noun or any(lexicon[concept].search(noun) for concept in (*KNOWN, *_OWN) if concept != "other_thing")


_BARE = re.compile(r" ([a-z][\w-]{3,})")


@cache
def _leading(language: str) -> re.Pattern[str]:
    """ "change the X", "changes to the X", "modifier le X": the noun behind a determiner behind the verb."""
    return re.compile(rf" (?:to |of |a |en )?{_DETERMINED[language]}(?<=')?(?: |(?<='))([\w-]+)")


def _objects_spaced(statement: Statement) -> list[str]:
    lexicon, bare = statement.lexicon, statement.bare
    nouns = []
    for hit in lexicon["edit"].finditer(bare):
        if lexicon.language == "de":
            before = re.search(
                rf"{_DETERMINED['de']} ([\w-]+)(?: (?:nicht|mehr|noch|selbst|jederzeit|nachtraglich|leider|zu|\u2400+))* ?$",
                bare[: hit.start()],
            )
            nouns += [before[1]] if before else []
        else:
            behind = _leading(lexicon.language).match(bare, hit.end())
            if (
                behind is None
                and lexicon.language == "en"
                and statement.denies
                and hit.group() in {"edit", "change", "modify", "amend", "alter"}
            ):
                behind = _BARE.match(bare, hit.end())  # "we don't edit photos"
            nouns += [behind[1]] if behind else []
    verb = lexicon["subject_end"].search(bare)
    if verb is not None:
        nouns += _subject_head(bare[: verb.start()], lexicon.language)
    return [noun for noun in nouns if not lexicon["edit"].fullmatch(noun)]


def _subject_head(words: str, language: str) -> list[str]:
    """ "The font of the engraving" → font; "trade orders" → orders; "le délai de la commande" → délai."""
    noun_phrase = re.match(rf"\W*(?:{_DETERMINED[language]}(?: |(?<=')))?([^\u2400,;:()]+)", words)
    if noun_phrase is None:
        return []
    first = re.split(
        r" (?:of|on|for|to|from|in|with|used|de|du|des|d'\w+|del|von|der|einer|ihrer|fur|zu|sur|pour|para|en|a) ", f"{noun_phrase[1]} "
    )[0]
    pieces = first.split()
    if not 0 < len(pieces) <= 3 or noun_phrase.end() < len(words.rstrip()):
        return []
    return [first.strip()]


def _objects_unspaced(statement: Statement) -> list[str]:
    nouns = []
    topic = re.match(r"([^、。は]{1,24})は、?", statement.bare)
    if topic is not None:
        nouns.append(topic[1].rsplit("の", 1)[-1])
    for hit in statement.lexicon["edit"].finditer(statement.bare):
        before = re.search(
            r"([^、。はをがもの・]{1,16})(?:を|の|は|が|につきまして|については|も)?[、]?(?:一切)?(?:ご)?$", statement.bare[: hit.start()]
        )
        if before is not None:
            nouns.append(before[1])
    return nouns

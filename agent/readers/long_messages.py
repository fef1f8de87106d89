"""A letter is read sentence by sentence: greeting and closing go, and what asks is told from what only tells."""

import re

from agent.readers.words import fold

_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？!?])\s*|\n{2,}|(?<=[,、:])\n|;\s+")
_WRAPPED = re.compile(r"(?<![.!?。！？,、:])\n(?!\n)")
_CLOSING = re.compile(
    r"^(?:(?:kind|best|warm)(?:est)? (?:regards|wishes)|regards|best\b|yours (?:sincerely|faithfully|truly)|sincerely|respectfully"
    r"|many thanks|thanks?\b|thank you|cheers\b|love,|sent from my"
    r"|(?:bien )?cordialement|bien a vous|(?:je vous prie d'|veuillez )agre|salutations"
    r"|bonne (?:journee|soiree)|merci (?:d'avance|beaucoup|de votre)"
    r"|un saludo|saludos|atentamente|cordialmente|gracias|muchas gracias"
    r"|mit freundlichen|(?:viele|liebe|beste|freundliche) grusse|danke|vielen dank|mfg\b"
    r"|(?:どうぞ)?(?:よろしく|宜しく)|以上|敬具|草々|ありがとう|お手数|ご確認(?:の(?:ほど|程))?(?:よろしく|、?お願い))"
)
_COURTEOUS = re.compile(
    r"^(?:(?:dear|hello|hi|hey|good \w+) ?[\w ]{0,20}[,.!]?$|i hope (?:you|this)|hope you|sorry (?:for|to|about)|apologies|i apologi[sz]e"
    r"|(?:madame|monsieur|bonjour|bonsoir|cher|chere)[\w ,]{0,25}$|j'espere que|desolee?\b|excusez|pardon"
    r"|(?:estimad|buen|hola)[\w ,:]{0,25}$|espero que|(?:perdon|disculp|siento|lamento)"
    r"|(?:guten|hallo|sehr geehrte|liebe)[\w ,]{0,25}$|ich hoffe|entschuldig"
    r"|(?:いつも)?お世話になっ?|こんにちは|こんばんは|はじめまして|突然|恐れ入りますが[、。]?$|お忙しい|申し訳)"
)
_ASKS = re.compile(
    r"\?|\bplease\b|\bpls\b|\bkindly\b|\b(?:can|could|would|will|may|might) (?:you|i|we|someone|it|they)\b"
    r"|\b(?:i|we)(?:'d| would| am|'m)? (?:like|want|wish|need|prefer|demand|request)"
    r"|\bi(?:'d| would) (?:like|prefer|rather|be grateful|appreciate)"
    r"|^(?:cancel|change|send|refund|tell me|let me know|make|add|remove|call)\b"
    r"|\b(?:pouvez|pourriez|pourrait|puis-je|peut-on|merci de|veuillez|voudrais|aimerais|souhait|souhaiterais|veux|voulons|desire"
    r"|il me faudrait"
    r"|il faudrait|svp|s'il vous plait|serait-il|est-il possible|je vous prie|annulez|changez|livrez|remboursez|dites|envoyez)"
    r"|\b(?:por favor|pueden?|podrian?|podeis|quiero|quisiera|querria|necesito|gustaria|ruego|tendria que|cancelen|envien)"
    r"|\b(?:bitte|konnt|konnten|kann ich|kann man|mochte|mochten|wurde gern|will\b|wunsche|sollte|storniert|schickt|andert)"
    r"|ください|下さい|いただけ|頂け|お願い|もらえ|ほしい|欲しい|たい(?:です|と|の|。|$)|ますか|でしょうか|ですか|希望|願い|願え|教えて"
)
_VAGUE = re.compile(
    r"^(?:so |and |et |y |und )?(?:what (?:can|should|do|shall)|how (?:can|do) we|que (?:pouvez|puis|dois|faire|peut|puedo|hago|pueden)"
    r"|comment (?:faire|fait)|was (?:kann|soll|konn)|どう(?:したら|すれば|しましょう|対応))"
)
_LINK = re.compile(
    r"^(?:also|moreover|in addition|besides|par ailleurs|de plus|en outre|aussi|además|también|außerdem|ausserdem|zudem|また|それから|あと)"
    r"[,、\s]*",
    re.I,
)
_JAPANESE = re.compile(r"[\u3041-\u30ff]")


def sentences_of(text: str) -> list[str]:
    """In order, without the closing and what follows it. Lines wrapped by the mail program are joined."""
    found = [piece.strip() for piece in _SENTENCE.split(_WRAPPED.sub(" ", text)) if piece and piece.strip()]
    for place, piece in enumerate(found):
        if place and _CLOSING.match(fold(piece)) and not _ASKS.search(fold(piece)[12:]):
            return found[:place] + [piece for piece in found[place + 1 :] if len(piece) > 40 or "?" in piece]
    return found


def is_long(text: str, language: str) -> bool:
    """Whether a message is a letter: three sentences or more, and the length of one. text: tidied."""
    least = 50 if language == "ja" or _JAPANESE.search(text) else 120
    return len(text) >= least and len(sentences_of(text)) >= 3


def courteous(folded: str) -> bool:
    """A greeting, an apology or a closing: nothing is wanted by it."""
    return bool(_COURTEOUS.match(folded) or _CLOSING.match(folded)) and not _ASKS.search(folded[12:])


def asks(folded: str) -> bool:
    """Whether a sentence asks for something, rather than tells how it came about."""
    return _ASKS.search(folded) is not None


def vague(folded: str) -> bool:
    """ "What can you do about it?": it asks, but only the story says for what."""
    return _VAGUE.match(folded) is not None


def unlinked(sentence: str) -> str:
    """Without the word that only joins it to the one before ("Also, …")."""
    return _LINK.sub("", sentence) or sentence

"""One plain form of a text, so that accents, capitals, widths and spacing do not keep two equal words apart."""

import re
import unicodedata

_VOICING = "\u3099\u309a"
_WORDS = re.compile(r"[^\W_\u3040-\u30ff\u3400-\u9fff々ー]+|[\u3040-\u30ff\u3400-\u9fff々ー]+")


def fold(text: str) -> str:
    """Lower case, full-width made half, accents off. The Japanese voicing marks stay, else が would become か."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower().replace("ß", "ss").replace("œ", "oe"))
    kept = "".join(c for c in text if not unicodedata.combining(c) or c in _VOICING)
    return unicodedata.normalize("NFC", kept)


def words_of(folded: str) -> list[str]:
    """The words of a folded text; an unbroken run of Japanese is one word."""
    return _WORDS.findall(folded)


def is_japanese(word: str) -> bool:
    return bool(word) and ("\u3040" <= word[0] <= "\u30ff" or "\u3400" <= word[0] <= "\u9fff" or word[0] in "々ー")

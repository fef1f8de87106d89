"""The words that stop text messages, ask who we are, or start them again: read before anything else is (V-04, V-05, L-10).

`keyword` knows a whole message that is such a word, in any case and however it is decorated. `revokes` knows a sentence that takes
consent back, since a revocation counts by any reasonable means (47 CFR 64.1200(a)(10)). An order wish is neither: "cancel my order" and
"arrêtez la commande" are not, and a bare "Annuler" or "キャンセル", which no carrier treats as a keyword, is an order wish too.
"""

import re
import unicodedata
from enum import StrEnum

from channels.sms.revocations import KEEPS, REVOKES


class Keyword(StrEnum):
    """The three families; the values are Twilio's `OptOutType`."""

    STOP = "STOP"
    HELP = "HELP"
    START = "START"


def _words(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.strip().splitlines())


_STOP = _words(
    """
    stop
    stopall
    stop all
    end
    cancel
    unsubscribe
    quit
    revoke
    opt out
    optout
    arret
    arrett
    arrete
    arretez
    arreter
    fin
    desabonner
    desabonnement
    desinscription
    desinscrire
    me desabonner
    me desinscrire
    baja
    alto
    parar
    salir
    detener
    dar de baja
    darme de baja
    darse de baja
    stopp
    abmelden
    abmeldung
    abbestellen
    austragen
    ende
    停止
    配信停止
    配信停止希望
    配信停止を希望
    配信解除
    登録解除
    購読解除
    送信停止
    受信拒否
    配信拒否
    解除
    終了
    ストップ
    """
)
_ORDINARY = _words(
    """
    cancel
    end
    quit
    revoke
    arret
    arrett
    arrete
    arretez
    arreter
    fin
    baja
    alto
    parar
    salir
    detener
    ende
    停止
    解除
    終了
    """
)
"""Of these only a carrier makes an opt-out; on WhatsApp they are words of a conversation, a bare "Cancel" an order wish."""
_HELP = _words(
    """
    help
    info
    aide
    infos
    ayuda
    informacion
    hilfe
    ヘルプ
    情報
    """
)
_START = _words(
    """
    start
    unstop
    reprendre
    demarrer
    alta
    iniciar
    reanudar
    starten
    fortsetzen
    再開
    配信再開
    受信再開
    開始
    スタート
    """
)
_BACK_IN = frozenset({"yes"})
"""Twilio lets YES back in; in a conversation it answers our own question, so it counts only from somebody who is out."""


def keyword(text: str, *, opted_out: bool = False, by_carrier: bool = True) -> Keyword | None:
    """The family of a message that is nothing but one of these words, else None.

    opted_out: whether the sender is out; only then is YES a way back. by_carrier: whether it came as a text message, where carriers
    make an opt-out of words that are ordinary elsewhere.
    """
    said = alone(text)
    if said in _STOP and (by_carrier or said not in _ORDINARY):
        return Keyword.STOP
    if said in _HELP:
        return Keyword.HELP
    if said in _START or (opted_out and said in _BACK_IN):
        return Keyword.START
    return None


def alone(text: str) -> str:
    """The words of a message as keywords are compared: `cancel` of "Cancel!", "ＣＡＮＣＥＬ 🙏" and "CANCEL CANCEL"; empty without any."""
    said = _bare(text)
    parts = set(said.split(" "))
    return parts.pop() if len(parts) == 1 else said  # "STOP STOP STOP" says it no less


def _plain(text: str) -> str:
    """Full-width letters made narrow, small letters, no accents on Latin ones, one space between words."""
    made = unicodedata.normalize("NFKC", text).casefold()
    # Only Latin accents go (U+0300–U+036F); a Japanese voicing mark is part of its letter.
    made = "".join(sign for sign in unicodedata.normalize("NFD", made) if not "\u0300" <= sign <= "\u036f")
    made = "".join(sign for sign in unicodedata.normalize("NFC", made) if unicodedata.category(sign) != "Cf" and sign not in _LOOKS)
    return " ".join(made.translate(_ONE_MARK).split())


_LOOKS = frozenset("\ufe0e\ufe0f\u20e3")
"""Marks that only say how an emoji is drawn."""
_ONE_MARK = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "–": "-", "—": "-"})


def _bare(text: str) -> str:
    """The words alone: what stands around them that is no letter, mark or digit goes."""
    said = "".join(sign if _is_word(sign) else " " for sign in _plain(text))
    return " ".join(said.split())


def _is_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LNM"


_CLAUSE = re.compile(r"[.!?;\n。!?;…]+|,\s+(?=(?:and|but|et|mais|y|pero|und|aber)\b)")


def revokes(text: str) -> bool:
    """Whether a sentence says that we shall no longer write, in English, French, Japanese, Spanish or German.

    Each clause is judged alone: a revocation in the middle of an order wish is one all the same. A question why we have stopped, a wish
    that we go on, and the stopping of an order, a parcel or a charge are none.
    """
    for line in text.splitlines():
        clauses = [clause.strip(" ,") for clause in _CLAUSE.split(_plain(line)) if clause.strip(" ,")]
        if any(REVOKES.search(clause) and not KEEPS.search(clause) for clause in clauses):
            return True
    return False

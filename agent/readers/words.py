"""Puts what a shopper typed into plain words: no accents, no doubled letters, chat spellings written out, slips mended.

Only the reader's copy is changed; what the shopper wrote is shown and stored as they wrote it.
"""

import re
import unicodedata
from collections.abc import Mapping

from rapidfuzz.distance import OSA

LONGEST = 2_000
"""Characters read of one message. What a shopper wants stands at the start; a pasted thread does not."""

_VOICING = "\u3099\u309a"
_INVISIBLE = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-"}
)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_KANA = re.compile(r"[\u3041-\u3096]")


def _pairs(table: str) -> dict[str, str]:
    """ "a=b; c=d" as a mapping."""
    return {typed: meant for typed, meant in (pair.strip().split("=") for pair in " ".join(table.split()).split(";") if pair.strip())}


_CHAT: Mapping[str, Mapping[str, str]] = {
    "en": _pairs(
        """
        u=you; ur=your; r=are; plz=please; pls=please; plzz=please; pleas=please; wanna=want to; gonna=going to;
        gotta=got to; gimme=give me; lemme=let me; nvm=never mind; thx=thanks; tnx=thanks; ty=thank you; cuz=because;
        bc=because; dont=don't; cant=can't; didnt=didn't; doesnt=doesn't; wont=won't; isnt=isn't; hasnt=hasn't;
        havent=haven't; wheres=where is; whats=what is; hows=how is; im=i'm; ive=i've; id=i'd; teh=the; wat=what; wen=when;
        wher=where; qty=quantity; qnty=quantity; addy=address; addr=address; ppl=people; smth=something; smthing=something;
        sth=something; kinda=kind of; asap=quickly; ya=you; yall=you; ordr=order; oder=order; oders=orders; yo=hey;
        dm=message; sz=size; col=colour; clr=colour; pkg=package; parcle=parcel; rn=right now; tmrw=tomorrow; 2nite=tonight;
        """
    ),
    "fr": _pairs(
        """
        jveux=je veux; jveu=je veux; jvoudrai=je voudrais; jvoudrais=je voudrais; jpeux=je peux; jpeu=je peux; jai=j'ai;
        jé=j'ai; jme=je me; jsuis=je suis; chui=je suis; chuis=je suis; jen=j'en; jaimerai=j'aimerais; jannule=j'annule;
        svp=s'il vous plaît; stp=s'il te plaît; c=c'est; cest=c'est; cé=c'est; koi=quoi; kelkun=quelqu'un; kelqun=quelqu'un;
        qqun=quelqu'un; qqn=quelqu'un; quelquun=quelqu'un; ki=qui; ke=que; kan=quand; kand=quand; keske=qu'est-ce que;
        kel=quelle; pk=pourquoi; pkoi=pourquoi; pq=pourquoi; tjr=toujours; tjrs=toujours; tjs=toujours; bcp=beaucoup;
        mrc=merci; slt=salut; bjr=bonjour; bsr=bonsoir; cmd=commande; cde=commande; cmde=commande; adr=adresse; pb=problème;
        rdv=rendez-vous; dac=d'accord; ds=dans; pr=pour; qd=quand; qq=quelque; tt=tout; ya=il y a; coli=colis; veu=veux;
        peu=peux; mi=mis; pa=pas; sa=ça; cp=code postal; tail=taille; taile=taille; nimporte=n'importe; kantité=quantité;
        ou=où;
        """
    ),
    "es": _pairs(
        """
        q=que; k=que; ke=que; xq=porque; pq=porque; xfa=por favor; xfavor=por favor; porfa=por favor; pf=por favor;
        tb=también; tmb=también; kiero=quiero; qiero=quiero; dnd=dónde; donde=dónde; ekivoque=equivoqué; ablar=hablar;
        cm=cómo; yego=llegó; grax=gracias; toy=estoy; dir=dirección; kuando=cuándo; bn=bien;
        """
    ),
    "de": _pairs(
        """
        hab=habe; nen=einen; ne=eine; nem=einem; is=ist; nich=nicht; net=nicht; nix=nichts; ma=mal; bzgl=bezüglich;
        bidde=bitte; bitt=bitte; adr=adresse; plz=postleitzahl; mfg=grüße; vllt=vielleicht; grad=gerade; wg=wegen;
        paket=Paket; packet=Paket; pakett=Paket; stonieren=stornieren; storniren=stornieren; kapput=kaputt; mänge=menge;
        mänsch=menschen; flasch=falsch; falsh=falsch;
        """
    ),
}

_KANA_WORDS = _pairs(
    """
    じゅうしょ=住所; へんぴん=返品; へんきん=返金; へんそう=返送; こうかん=交換; ちゅうもん=注文; きゃんせる=キャンセル;
    とりけし=取り消し; とりけす=取り消す; ついか=追加; さいず=サイズ; いろちがい=色違い; いろ=色; からー=カラー;
    まちがえ=間違え; まちがっ=間違っ; まちがい=間違い; ちがう=違う; ちがい=違い; ちがった=違った; とどかない=届かない;
    とどいて=届いて; とどいた=届いた; とどく=届く; とどけさき=届け先; とどけ=届け; はっそう=発送; はいそう=配送;
    はいたつ=配達; にもつ=荷物; ついせき=追跡; ばんごう=番号; すうりょう=数量; こすう=個数; かずを=数を; へらし=減らし;
    ふやし=増やし; にんげん=人間; おぺれーたー=オペレーター; たんとう=担当; でんわ=電話; しはらい=支払い; ほうほう=方法;
    へんこう=変更; かえたい=変えたい; かえて=変えて; かえる=変える; くーぽん=クーポン; そうりょう=送料;
    くーりんぐおふ=クーリングオフ; こわれ=壊れ; われて=割れて; ふりょう=不良; おくって=送って; おくり=送り; くつした=靴下;
    くつ=靴; つかえない=使えない; うけとり=受け取り; やめたい=やめたい; ゆうびん=郵便; ひっこし=引っ越し; あてさき=宛先;
    あてな=宛名; おかね=お金; かえし=返し; ろぼっと=ロボット; ぼっと=ボット; いつつく=いつ着く; ねだん=値段; わりびき=割引;
    りょうきん=料金; だれか=誰か; ひとに=人に; ふたつ=2つ; ひとつ=1つ; みっつ=3つ; よっつ=4つ; いつつ=5つ; かって=買って;
    かった=買った; すとっぷ=ストップ; しょうひん=商品; ぶんかつ=分割; りょうしゅう=領収; へやばんごう=部屋番号;
    おおきい=大きい; ちいさい=小さい; もどして=戻して;
    """
)
_KANA_RUN = re.compile("|".join(sorted(map(re.escape, _KANA_WORDS), key=len, reverse=True)))


def words_of(table: str) -> frozenset[str]:
    """The words of a table written as running text."""
    return frozenset(table.split())


def tidy(text: str) -> str:
    """One form for the same letters: NFKC, straight quotes, no invisible or control characters, single blanks; new lines stay."""
    text = unicodedata.normalize("NFKC", text[: LONGEST * 2]).translate(_QUOTES)
    text = _INVISIBLE.sub(" ", text)
    return re.sub(r" *\n+ *", "\n", re.sub(r"[^\S\n]+", " ", text)).strip()[:LONGEST]


def fold(text: str) -> str:
    """Lower case without accents; Japanese voicing marks stay, or が would become か."""
    parts = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c) or c in _VOICING)).replace("ß", "ss")


def plain(text: str, language: str, known: frozenset[str] = frozenset(), wanted: Mapping[str, tuple[str, ...]] | None = None) -> str:
    """What the classifier and the cues read: chat spellings written out, slips mended towards the words of the trade.

    text: tidied. known: folded words never touched. wanted: words worth mending towards, folded, by first letter.
    """
    if language == "ja":
        return _KANA_RUN.sub(lambda m: _KANA_WORDS[m.group()], text.lower()) if _KANA.search(text) else text.lower()
    chat = _CHAT.get(language, {})

    def written_out(match: re.Match[str]) -> str:
        word = re.sub(r"(.)\1{2,}", r"\1\1", match.group().lower())
        if word in chat:
            return chat[word]
        return mended(word, known, wanted) if wanted else word

    return _WORD.sub(written_out, text.lower())


def mended(word: str, known: frozenset[str], wanted: Mapping[str, tuple[str, ...]]) -> str:
    """The trade's word this one is a slip of, or the word itself. A word we know, or a short one, is never touched."""
    folded = fold(word)
    if len(folded) < 5 or folded in known:
        return word
    slips = 1 if len(folded) < 8 else 2
    best, distance = word, slips + 1
    for candidate in wanted.get(folded[0], ()):
        if (
            abs(len(candidate) - len(folded)) <= slips and candidate[:-2] != folded[: len(candidate) - 2]
        ):  # an ending is grammar, not a slip
            found = OSA.distance(folded, candidate, score_cutoff=distance - 1)
            if found < distance:
                best, distance = candidate, found
    return best

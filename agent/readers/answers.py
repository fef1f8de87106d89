"""What a message says to the question we asked: yes, no, one of the options, a contact, or something else entirely."""

import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from agent.conversation import AwaitSignIn, ChooseLine, ChooseOrder, ChooseWish, ConfirmHandOff, Pending
from agent.readers.numbers import place_in_row
from agent.readers.references import bare_number
from agent.readers.words import fold
from agent.reading import Answer

_TAIL = (
    r"(?:[\s,.!。、]+(?:please|pls|thanks|thank you|merci|svp|stp|s'il (?:vous|te) plait|gracias|por favor|bitte"
    r"|danke|お願いします|that'?s (?:it|right)|it is|do(?: it| that)?|volontiers|gern(?:e)?|claro|klar|bien sur|ok"
    r"|okay))*[\s.!。]*"
)
_YES = re.compile(
    r"^(?:yes+|yeah|yep|yup|ya|yea|sure(?: thing)?|of course|ok|okay|okey|alright|please do|go ahead|do it|correct"
    r"|right|exactly|that'?s (?:it|right|the one)|sounds good|yes i do|y|absolutely|definitely|please|i do|why not"
    r"|fine|great|perfect"
    r"|oui+|ouais|ui|d'accord|dac|vas[- ]y|allez[- ]y|volontiers|bien sur|exactement|c'est (?:ca|bien ca)"
    r"|je veux bien|avec plaisir|parfait|oui je veux bien"
    r"|si+|claro(?: que si)?|vale|dale|de acuerdo|correcto|exacto|por supuesto|eso es|adelante|por favor"
    r"|ja+|jo|jep|klar|gern(?:e)?|genau|stimmt|richtig|natürlich|naturlich|in ordnung|passt|mach das|ja gern|bitte"
    r"|はい|うん|ええ|そうです|そう|お願いします|おねがいします|頼みます|それで(?:お願いします|いい(?:です)?)?"
    r"|いいです(?:よ)?|ok(?:です)?|もちろん|了解(?:です)?|はいお願いします|どうぞ|イエス|[👍👌✅🆗🙆][\U0001f3fb-\U0001f3ff\ufe0f]?)"
    + _TAIL
    + "$"
)
_NO = re.compile(
    r"^(?:no+|nope|nah|no thanks?|not now|not yet|don'?t|no need|never ?mind|not really|leave it|n|no i don'?t"
    r"|no thank you|not necessary|it'?s ok(?:ay)?(?: thanks)?|i'?m good|later|maybe later|skip"
    r"|non+|nan|pas (?:maintenant|la peine|besoin)|non merci|laisse[rz]?(?: tomber)?|ca ira|plus tard|inutile"
    r"|ce n'est pas la peine|pas necessaire"
    r"|no gracias|ahora no|dejalo|no hace falta|mas tarde|para nada"
    r"|nein+|ne|nee|no|nicht notig|nein danke|jetzt nicht|spater|lass (?:mal|es)|nicht jetzt|passt schon"
    r"|いいえ|いや|いえ|結構です|けっこうです|いいえ結構です|大丈夫です|だいじょうぶです|いらないです|不要です"
    r"|やめておきます|やめとく|違います|ちがいます|あとで|後で|ノー|必要ありません|[👎❌🙅][\U0001f3fb-\U0001f3ff\ufe0f]?)" + _TAIL + "$"
)
_NO_BUT = re.compile(r"^(?:(?:no+|nope|non|nein|nee) ?[,.!:;-]+\s*|(?:いいえ|いや|違う|ちがう|違います)[\s、。,]+)(?=\S)")
"""Only with a mark after it: "no longer" and "no me lo enviéis" are no answers."""
_LAST_ONE = re.compile(
    r"^(?:the )?last(?: one)?$|^(?:le |la )?derni[e]re?$|^(?:el |la )?ultim[oa]$|^(?:der|die|das)? ?letzte[nrs]?$|最後(?:の)?$"
)


_CODE = re.compile(
    r"^(?:(?:please )?(?:send|text|e?mail|give)(?: me)? (?:a|the|another|my) |reply |get a |new |another |i(?:'d| would) like a "
    r"|je veux (?:un|le) "
    r"|(?:envoyez|recevoir|renvoyez|envoie)(?:[- ]moi)? (?:un|le|mon )?|un autre "
    r"|envi(?:ar|en|e)me (?:un|el) |recibir (?:un|el) "
    r"|quiero (?:un|el) "
    r"|(?:bitte )?(?:einen |den )?|schick(?:t|en)?(?: sie)?(?: mir)? (?:einen|den) "
    r"|neuen )? ?(?:code|codigo|clave)(?: (?:please|pls|svp|bitte"
    r"|por favor|senden|zusenden|schicken|anfordern|again|to my e?-?mail))?[ .!?]*$"
    r"|^(?:認証)?コード(?:を?(?:送る|送って(?:ください)?|お願いします|ください|希望))?[。!]?$"
)
"""What asks for the one-time code, as the channels and the button offer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """answer: NONE where the message is no answer. chosen: the option's id, with CHOICE."""

    answer: Answer = Answer.NONE
    chosen: str | None = None


NOTHING = Answered()


def plain_answer(text: str) -> Answer:
    """A yes or a no that is the whole message, in any of the languages."""
    folded = re.sub(
        r"(?<=[\u3041-\u30ff\u4e00-\u9fff])[、,\s]+(?=[\u3041-\u30ff\u4e00-\u9fff])", "", re.sub(r"^[\s.,!]+", "", fold(text)).strip()
    )
    if _NO.match(folded):
        return Answer.NO
    return Answer.YES if _YES.match(folded) else Answer.NONE


def after_no(text: str) -> str | None:
    """What follows a "no," that begins a message, or None."""
    found = _NO_BUT.match(fold(text))
    return text[found.end() :].strip() if found and len(fold(text)) == len(text) else None


def options_of(pending: Pending) -> tuple[tuple[str, str], ...]:
    """(id, words shown) in the order shown; empty where the question has no options."""
    if isinstance(pending, ChooseOrder):
        return pending.orders
    if isinstance(pending, ChooseLine):
        return pending.lines
    if isinstance(pending, ChooseWish):
        return tuple((guess.intent.value, guess.intent.value) for guess in pending.wish.intents[:2])
    if isinstance(pending, ConfirmHandOff):
        return (("yes", "yes"), ("no", "no"))
    return ()


def tapped(choice: str, pending: Pending | None) -> Answered:
    """A choice tapped. One that was not offered (an old button) is kept as chosen: whoever owns it decides."""
    if isinstance(pending, ConfirmHandOff | AwaitSignIn) and choice in {"yes", "no"}:
        return Answered(answer=Answer(choice), chosen=choice)
    return Answered(answer=Answer.CHOICE, chosen=choice)


def answered(text: str, pending: Pending) -> Answered:
    """What typed words say to a pending question. text: tidied."""
    plain = plain_answer(text)
    options = options_of(pending)
    if isinstance(pending, AwaitSignIn) and len(text) <= 60 and _CODE.match(fold(text).strip(" \"'«»「」")):
        return Answered(answer=Answer.CHOICE, chosen="code")
    if isinstance(pending, ConfirmHandOff | AwaitSignIn):
        return Answered(answer=plain, chosen=plain.value if plain is not Answer.NONE and isinstance(pending, ConfirmHandOff) else None)
    if isinstance(pending, ChooseOrder | ChooseLine) and plain is not Answer.NONE:
        # "yes" to a list of one names that one; to a longer list it names nothing
        chosen = options[0][0] if plain is Answer.YES and len(options) == 1 else None
        return Answered(answer=Answer.CHOICE if chosen else plain, chosen=chosen)
    chosen = _chosen(text, pending, options)
    if chosen is not None:
        return Answered(answer=Answer.CHOICE, chosen=chosen)
    return Answered(answer=plain)


def _chosen(text: str, pending: Pending, options: tuple[tuple[str, str], ...]) -> str | None:
    folded = fold(text).strip(" .!?。")
    if isinstance(pending, ChooseOrder):
        number = bare_number(text)
        if number is not None:
            for gid, name in options:
                if _digits(name) == _digits(number):
                    return gid
    if not options or len(folded) > 80:
        return None
    counted = re.fullmatch(
        r"(?:(?:option|number|no\.?|numero|nummer|n°|番号) ?)?([1-9])(?:\.|番|番目|つ目)?(?:です|で|でお願いします)?", folded
    )
    place = int(counted.group(1)) if counted else place_in_row(folded) if len(folded) < 40 else None
    if place is not None and place <= len(options):
        return options[place - 1][0]
    if _LAST_ONE.search(folded) and isinstance(pending, ChooseLine):
        return options[-1][0]
    return _by_words(folded, options) if isinstance(pending, ChooseLine) else None


def _by_words(folded: str, options: tuple[tuple[str, str], ...]) -> str | None:
    """The one option whose title the words fit clearly better than any other."""
    said = re.sub(
        r"^(?:(?:no|non|nein|the|my|le|la|les|el|los|las|der|die|das|den|it's|it is|c'est|es)\b[ ,]*)+|\b(?:one|please"
        r"|svp|bitte|por favor|only|just)\b|(?:です|の方|のほう|やつ|お願いします|だけ)",
        " ",
        folded,
    ).strip()
    if len(said) < 2:
        return None
    scores = sorted(((fuzz.token_set_ratio(said, fold(title)), gid) for gid, title in options), reverse=True)
    if scores[0][0] >= 82 and (len(scores) == 1 or scores[0][0] - scores[1][0] >= 8):
        return scores[0][1]
    inside = [gid for gid, title in options if said in fold(title)]
    return inside[0] if len(inside) == 1 else None


def _digits(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())

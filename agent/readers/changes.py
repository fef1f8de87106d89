"""What a line should become: size, colour, number or direction, as said; matched against real variants elsewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

from agent.readers.numbers import COLOURS, COLOURS_JA, NUMBERS, SIZE_LETTERS, number_in
from agent.readers.words import fold, words_of
from agent.wish import DesiredChange

_SIZE_NOUN = r"(?:sizes?|sz|tailles?|pointure|tallas?|grosse|nummer|サイズ|en|du|de|an?|the|une?|la|el)"
_SIZED = re.compile(
    rf"(?:\b(?:size|sz|taille|pointure|talla|grosse|サイズ)\s*(?:is\s|est\s|to\s|a\s|en\s|auf\s|を"
    rf"|は)?\s*)?(?<![\w.,'#-])((?:{SIZE_LETTERS})(?![\w'’-]|\.\w)|(?:extra[- ](?:small|large)|x-(?:small|large)|small"
    rf"|medium|large|mediana|pequena)(?![a-z])|\d{{2,3}}(?:[.,]5)?\s?(?:cm|ml|号|inch)|\d{{1,2}}号"
    rf"|\d{{2}}(?:[.,]5)?)(?![\d€$£%])"
)
_SIZE_CONTEXT = re.compile(
    r"\bsize|\bsz\b|taille|pointure|talla|grosse|サイズ|号|cm|shoe|chaussure|zapato|schuh|靴|jean|ring|bague|anillo"
    r"|\bfais du\b|\btake a\b|calzo|trage|mets du|prends du"
)
_JA_SIZE = re.compile(r"(?<![a-z])([xsml]{1,4}|\d[xX]l)(?:サイズ)?(?=に|が|で|じゃ|では|から|へ|を|の|サイズ|$|[、。!?])", re.I)
_COLOUR_JA = re.compile(COLOURS_JA)
_OLD_BEFORE = re.compile(
    r"(?:instead of|rather than|\bnot|\bfrom|\bthan|in place of|au lieu d[eu']?|plutot qu[e']|\bpas|en vez de"
    r"|en lugar de|\bstatt|anstatt|anstelle|\bnicht|\bvon|ordered|picked|bought|chose|selected|\bgot|received|\bhave"
    r"|pris|command\w+|choisi|recu\w*|pedi|elegi|compre|puse|bestellt|gekauft|gewahlt|ausgewahlt|,? no"
    r"|\bni)\s*(?:(?:the|an?|du|de la|de|des|le|la|les|un|une|el|una|eine?n?|die|das|den|size|sizes|taille|talla"
    r"|grosse|en|in|colour|color|couleur)\s*){0,3}$"
)
_OLD_AFTER = re.compile(
    r"^(?:サイズ|色|いの|の)?(?:じゃなく|ではなく|でなく|から|の代わり|を頼ん|を注文|を選んで|を買|になって)"
    r"|^\s*(?:bestellt|gekauft|gewahlt|ausgewahlt|erwischt)|^\s*(?:but|mais|pero|aber)\b"
)
_NEW_BEFORE = re.compile(
    r"(?:\bto|\binto|\bfor|\bbe|\bwant|\bwanted|\bneed|\bneeded|\bprefer|\bget|make it|\bmeant|\brather|\bin"
    r"|\bcontre|\ben|\bplutot|\bveux|\bvoulais|\bfaut|\bvoudrais|\bgegen|\bauf|\bzu|\bin|\blieber|\bbrauche|\bwollte"
    r"|\bsoll|\bpor|\bquiero|\bqueria|\bkiero|\bmejor|\bnecesito|\ba|やっぱり|やはり)\s*(?:(?:the|an?|du|de la|de|le"
    r"|la|un|une|el|una|eine?n?|die|das|den|size|taille|talla|grosse|in|en|color|couleur|it)\s*){0,3}$"
)
_UP = re.compile(
    r"\bsize up\b|up (?:a|one) size|one size (?:up|bigger|larger)|\bbigger\b|\blarger\b|next size up|higher quantity"
    r"|plus grand|taille (?:au[- ])?dessus|pointure au[- ]dessus|une taille de plus|mas grande|una talla mas"
    r"|un numero mas|grosser|eine nummer grosser|大きいサイズ|大きめ|大きいの|一つ上|ワンサイズ上|1つ上|too (?:small"
    r"|tight|short)|trop (?:petit|serr|court)|demasiado (?:pequen|cort)|quedan? pequen|aprieta|zu (?:klein|eng|kurz)"
    r"|小さすぎ|きつい|小さかった|小さいので|短すぎ|(?<!no )\blonger\b|plus long|mas larg|\blanger\b"
)
_DOWN = re.compile(
    r"\bsize down\b|down (?:a|one) size|one size (?:down|smaller)|\bsmaller\b|next size down|plus petit"
    r"|taille (?:en[- ])?(?:des)?dessous|une taille de moins|mas pequen|una talla menos|un numero menos|\bkleiner"
    r"|小さいサイズ|小さめ|小さいの|一つ下|ワンサイズ下|1つ下|too (?:big|large|long|loose|wide)|trop (?:grand|long"
    r"|large)|demasiado (?:grande|larg)|quedan? grande|zu (?:gross|lang|weit)|大きすぎ|ゆるい|大きかった|大きいので"
    r"|長すぎ|\bshorter\b|plus court|\bkurzer"
)
_MORE = re.compile(
    r"\bone more\b|\banother one\b|\bun(?:e)? de plus\b|\buno? mas\b|\buna mas\b|noch eine?n?s?\b|もう(?:1|一"
    r"|ひと)(?:個|つ|枚|本|足)|increase|augment|\baument|erhoh|増や|bump|\bup the\b"
)
_LESS = re.compile(
    r"\bone (?:less|fewer)\b|\bun(?:e)? de moins\b|\buno menos\b|\bein[es]? weniger\b|(?:1|一|ひと)(?:個|つ|枚)減ら"
    r"|take one off|reduce|redui|reducir|reduz|減ら|decrease|lower"
)
_NUMBER_WORD = "|".join(
    sorted((word for word in NUMBERS if word.isascii() and word not in {"single", "pair", "null", "zero", "cero"}), key=len, reverse=True)
)
_COUNT = re.compile(
    rf"(?<![\w.,'#-])(?:x\s?)?(\d{{1,3}}|{_NUMBER_WORD})(?:\s?x)?(?![\w%€$£]|[.,]\d|-\d| ?(?:sizes?|tailles?|days?"
    rf"|jours?|weeks?|cm|ml|h\b|euros?|tallas?|nummern?|hours?|heures?|dias|tage|more\b|less\b|fewer|de plus|de moins"
    rf"|mas\b|menos\b|weniger))"
)
_COUNT_JA = re.compile(
    r"(\d{1,3}|[一二三四五六七八九十]|ひと|ふた|みっ|よっ|いつ)\s?(?:個|つ|枚|足|本|着|点|冊|セット|組|パック)(?!目|減ら|増や|上|下)"
)
_JA_WORDS = {"ひと": 1, "ふた": 2, "みっ": 3, "よっ": 4, "いつ": 5}
_VERSION = re.compile(
    r"\b(?:the )?(\w{3,12}) (?:version|model|finish|fit|scent|flavou?r|length)\b|\b(?:version|modele|format|modelo"
    r"|parfum|finition) (\w{3,14})|\b(\w{3,14})(?:e|en)? (?:version|ausfuhrung|modell|variante)\b"
)
_NO_VERSION = words_of(
    """
    the other another different wrong new that this which same autre bonne mauvaise right newer version old andere falsche otra
    otro gravure
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    start: int
    end: int
    value: str


def change_in(text: str, *, counting: bool = True) -> DesiredChange | None:
    """What one clause asks a line to become, or None. text: tidied. counting: whether a bare number may be a quantity."""
    lower, folded = text.lower(), fold(text)
    if len(lower) != len(folded):
        lower = folded  # accents were typed as two characters: say it without them
    size = _wanted(folded, list(_sizes(folded, text)))
    colour = _wanted(folded, list(_colours(folded)))
    quantity, direction = _quantity(folded, counting and not size), None
    if _UP.search(folded) or (not size and not colour and quantity is None and _MORE.search(folded)):
        direction = "up"
    elif _DOWN.search(folded) or (not size and not colour and quantity is None and _LESS.search(folded)):
        direction = "down"
    if size:
        return DesiredChange(option="size", value=_said(text, size), quantity=quantity)
    if colour:
        return DesiredChange(option="colour", value=_said(text, colour), quantity=quantity)
    turn: Literal["up", "down"] | None = "up" if direction == "up" else "down" if direction == "down" else None
    if turn or quantity is not None:
        sized = turn is not None and quantity is None and not (_MORE.search(folded) or _LESS.search(folded))
        return DesiredChange(option="size" if sized else None, quantity=quantity, direction=turn)
    version = _VERSION.search(folded)
    if version:
        word = next(group for group in version.groups() if group)
        if word not in _NO_VERSION:
            return DesiredChange(option="other", value=word[:40])
    option = _option_named(folded)
    return DesiredChange(option=option) if option else None


def _option_named(folded: str) -> Literal["size", "colour"] | None:
    """The kind of option spoken of where no value was said ("wrong size")."""
    if re.search(r"\bsizes?\b|\bsz\b|taille|talla|grosse|サイズ|pointure", folded):
        return "size"
    return "colour" if re.search(r"colou?r\b|couleur|coloris|\bfarbe|カラー|色", folded) else None


def _said(text: str, mention: Mention) -> str:
    value = text[mention.start : mention.end] if len(text) == len(fold(text)) else mention.value
    if fold(value) != mention.value:
        value = mention.value  # a slip that was mended
    return (value.upper() if re.fullmatch(SIZE_LETTERS, value.lower()) else value.lower() if value.isascii() else value).strip()[:40]


def _sizes(folded: str, text: str) -> Iterator[Mention]:
    context = _SIZE_CONTEXT.search(folded) is not None
    japanese = re.search(r"[\u3041-\u30ff]", folded) is not None
    for match in (_JA_SIZE if japanese else _SIZED).finditer(folded):
        value = match.group(1)
        typed_small = len(value) == 1 and len(text) == len(folded) and text[match.start(1)].islower()
        if typed_small and not japanese and not context and len(folded) >= 14:
            continue  # "i'm", "l'": a single small letter is a size only beside a word for it
        if value.isdecimal() and not japanese and not (context or 20 <= int(value) <= 60):
            continue
        yield Mention(start=match.start(1), end=match.end(1), value=value)
    for match in re.finditer(
        r"(?:\bsize|\bsz|taille|pointure|talla|grosse)\s+(?:is |to |a |an |auf |en )?(\d(?:[.,]5)?|\d{2}[.,]5)(?![\w.,])", folded
    ):
        yield Mention(start=match.start(1), end=match.end(1), value=match.group(1))
    if japanese:
        for match in re.finditer(r"(\d{1,3}(?:\.5)?(?:cm|号))|(?<!\d)([2-5]\d)(?=に|が|で|じゃ|では|から|の靴|へ)", folded):
            yield Mention(start=match.start(), end=match.end(), value=match.group())
        for match in re.finditer(r"フリーサイズ|大きいサイズ(?=を)", folded):
            yield Mention(start=match.start(), end=match.end(), value=match.group())


def _colours(folded: str) -> Iterator[Mention]:
    for match in _COLOUR_JA.finditer(folded):
        yield Mention(start=match.start(), end=match.end(), value=match.group())
    for match in re.finditer(r"[a-z]{3,14}", folded):
        word = match.group()
        if word in COLOURS:
            yield Mention(start=match.start(), end=match.end(), value=word)
    if re.search(r"colou?r|couleur|\bfarbe|version|instead|\bin\b|should be|\bnot\b|\bones?\b", folded):
        for match in re.finditer(r"[a-z]{4,10}", folded):
            near = process.extractOne(
                match.group(),
                ("black", "white", "green", "yellow", "purple", "orange", "brown", "schwarz", "noir", "blanc"),
                scorer=fuzz.ratio,
            )
            if near[1] >= 80 and match.group() not in _COMMON and match.group() not in COLOURS:
                yield Mention(start=match.start(), end=match.end(), value=str(near[0]))


_COMMON = words_of(
    """
    back while which write block change orange agreed great greet again grown track slack flack whites lack blank would where
    order brow noise none moi
    """
)


def _wanted(folded: str, mentions: list[Mention]) -> Mention | None:
    """Which mention is the target: never what it was ("from M", "instead of M", Mじゃなくて), rather what follows "to" or "need"."""
    new: list[Mention] = []
    old = 0
    for mention in sorted(mentions, key=lambda one: one.start):
        if _OLD_BEFORE.search(folded[: mention.start]) or _OLD_AFTER.match(folded[mention.end :]):
            old += 1
        else:
            new.append(mention)
    led = [mention for mention in new if _NEW_BEFORE.search(folded[: mention.start])]
    if led:
        return led[-1]
    if not new:
        return None
    followed = re.match(r"^(?:サイズ|い|いの|色)?(?:に|が|で|へ)", folded[new[-1].end :])
    if len(new) == 1 and _names_the_item(folded, new[0]) and not old:
        return None
    return new[-1] if followed or not old else new[0]


def _names_the_item(folded: str, mention: Mention) -> bool:
    """ "the blue shirt", "the blue one", 青いやつ: it says which item, not what it should become."""
    after = folded[mention.end :]
    if re.match(r"い?の?(?:やつ|方(?!が)|ほう(?!が)|もの|シャツ|[\u30a1-\u30ff]{2,})", after):
        return True
    determined = re.search(
        r"\b(?:the|my|this|that|le|la|les|mon|ma|mes|el|los|las|mi|mis|der|die|das|den|meine?n?)\s+(?:\w+\s+)?$", folded[: mention.start]
    )
    if not determined:
        return False
    return re.match(r"\s+(?:one|ones)\b", after) is not None or (
        re.match(r"\s+[a-z]{3,}", after) is not None
        and not re.match(r"\s+(?:please|svp|instead|version|rather|bitte|por|plutot|one|statt|au lieu)\b", after)
    )


def _quantity(folded: str, bare: bool) -> int | None:
    """The new total, if a number was said as one."""
    mentions: list[Mention] = []
    for match in _COUNT_JA.finditer(folded):
        mentions.append(Mention(start=match.start(), end=match.end(), value=match.group(1)))
    if not mentions and bare:
        for match in _COUNT.finditer(folded):
            if match.group(1).isdecimal() and re.search(
                r"(?:size|taille|talla|grosse|#|order|commande|pedido|bestellung|zip|sz)\s*$", folded[: match.start()]
            ):
                continue
            mentions.append(Mention(start=match.start(), end=match.end(), value=match.group(1)))
    mentions = [one for one in mentions if not _is_article(folded, one)]
    found = _wanted_count(folded, mentions)
    if found is None:
        return None
    number = _JA_WORDS.get(found.value, number_in(found.value))
    return number if number is not None and 0 < number <= 999 else None


_ARTICLES = frozenset(["un", "une", "uno", "una", "ein", "eine", "einen", "einem", "one"])
_COUNTED = re.compile(
    r"\bonly|\bjust\b|make it|quantit|cantidad|menge|anzahl|\bqty|\bseul|\bsolo\b|\bnur\b|au lieu|instead|rather"
    r"|\bpas\b|\bnot\b|statt|\bnicht\b|en vez|down to|\bto one\b|drop|reduc|redui|reduz|auf ein|a uno|mettez|pon "
    r"|\bveux\b|\bqu'une?\b|number|nombre|unidad"
)


def _is_article(folded: str, mention: Mention) -> bool:
    """ "one" and its kin count only where the clause is about how many, and never in "the blue one"."""
    before, after = folded[: mention.start], folded[mention.end :]
    if re.search(r"\b(?:les|the|los|las|die|alle|other)\s+$|もう$", before):
        return True  # "les deux", "the two", もう一つ: which ones, not how many
    if mention.value not in _ARTICLES:
        return False
    if re.search(
        r"\b(?:the|this|that|other|another|which|blue|red|black|white|green|big|small|wrong|right|first|second|third"
        r"|last|same|size|l'|bigger|smaller|up|down|no)\s+$",
        before,
    ):
        return True
    if re.match(r" (?:size|taille|talla|nummer|autre|otra|otro|andere|other|more|de plus|mas|de mes|day)", after):
        return True
    if (
        mention.value != "one"
        and re.match(r" [a-z]{3,}", after)
        and not re.search(r"(?:seul|seule|nur|solo|quantit\w*|menge auf|auf|juste|qu')\s*$", before)
        and not re.match(r" (?:seule?|solo|statt|au lieu|en vez|pas|nicht|no|bitte|svp|por)\b", after)
    ):
        return True
    return not _COUNTED.search(folded)


def _wanted_count(folded: str, mentions: list[Mention]) -> Mention | None:
    fresh = [one for one in mentions if not _OLD_BEFORE.search(folded[: one.start]) and not _OLD_AFTER.match(folded[one.end :])]
    led = [one for one in fresh if _NEW_BEFORE.search(folded[: one.start])]
    if led:
        return led[-1]
    return fresh[0] if fresh else None

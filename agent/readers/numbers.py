"""Numbers, sizes, colours and places in a row as shoppers say them, in five languages."""

import re
from collections.abc import Mapping

from agent.readers.words import fold, words_of


def _table(rows: Mapping[int, str]) -> dict[str, int]:
    return {fold(word): number for number, words in rows.items() for word in words.split()}


NUMBERS: Mapping[str, int] = _table(
    {
        0: "zero zéro cero null",
        1: "one un une uno una ein eine einen eins einem 一 ひとつ 一つ single",
        2: "two deux dos zwei zwo 二 ふたつ 二つ 両 pair couple",
        3: "three trois tres drei 三 みっつ 三つ",
        4: "four quatre cuatro vier 四 よっつ 四つ",
        5: "five cinq cinco fünf 五 いつつ 五つ",
        6: "six seis sechs 六 六つ",
        7: "seven sept siete sieben 七 七つ",
        8: "eight huit ocho acht 八 八つ",
        9: "nine neuf nueve neun 九 九つ",
        10: "ten dix diez zehn 十",
        11: "eleven onze once elf 十一",
        12: "twelve douze doce zwölf dozen douzaine docena dutzend 十二",
    }
)
"""Folded word → number."""

_ORDINALS: Mapping[int, str] = {
    1: r"first|1st|premi(?:er|ere)|1er|1ere|primer[oa]?|erste[nrs]?|一つ目|1つ目|一番目|1番目|一個目|最初の",
    2: r"second|2nd|deuxieme|2eme|2e|seconde?|segund[oa]|zweite[nrs]?|二つ目|2つ目|二番目|2番目|二個目|2個目",
    3: r"third|3rd|troisieme|3eme|3e|tercer[oa]?|dritte[nrs]?|三つ目|3つ目|三番目|3番目",
    4: r"fourth|4th|quatrieme|4eme|cuart[oa]|vierte[nrs]?|四つ目|4つ目|四番目|4番目",
    5: r"fifth|5th|cinquieme|5eme|quint[oa]|funfte[nrs]?|五つ目|5つ目|五番目|5番目",
}
_PLACES = tuple(
    (number, re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z])" if number != 1 else rf"(?<![a-z0-9])(?:{pattern})(?![a-z])(?! name)"))
    for number, pattern in _ORDINALS.items()
)


def place_in_row(folded: str) -> int | None:
    """The place named ("the second one", deuxième, 二番目), counted from 1."""
    for number, pattern in _PLACES:
        if pattern.search(folded):
            return number
    return None


def number_in(word: str) -> int | None:
    """The number a folded word or digits stand for, 0 to 999."""
    if word.isdecimal():
        return int(word) if len(word) <= 3 else None
    return NUMBERS.get(word)


COLOURS = words_of(
    """
    black white red blue green navy grey gray yellow pink brown beige purple orange cream ivory khaki gold silver teal burgundy
    olive charcoal turquoise tan coral lilac mint lavender noir noire blanc blanche rouge bleu bleue bleus bleues vert verte
    gris grise jaune rose marron violet violette marine kaki creme dore doree argente bordeaux ecru negro negra blanco blanca
    rojo roja azul verde amarillo amarilla rosa morado morada naranja dorado plateado granate crema marino schwarz schwarze
    schwarzen schwarzer schwarzes weiss weisse weissen weisser weisses rot rote roten roter rotes blau blaue blauen blauer
    blaues grun grune grunen gruner grunes grau graue grauen grauer graues gelb gelbe gelben braun braune braunen braunes lila
    orangefarben dunkelblau hellblau marineblau dunkelgrun silbern golden oliv
    """
)
"""Folded names of colours in Latin script."""
COLOUR_WORDS = "|".join(sorted(COLOURS, key=lambda word: (-len(word), word)))

COLOURS_JA = (
    r"ネイビー|グレー|ベージュ|ピンク|ブルー|ブラック|ホワイト|レッド|グリーン|イエロー|ブラウン|パープル|オレンジ"
    r"|紺色?|黒色?|白色?|赤色?|青色?|緑色?|黄色?|茶色?|紫色?|灰色|水色|金色?|銀色?|カーキ|クリーム"
)

SIZE_LETTERS = r"x{1,4}s|x{1,4}l|[2-6]xl|[sml]|m/l|s/m|l/xl"
SIZE_WORDS = r"(?:extra[- ])?(?:small|large)|medium|petite?|grande?s?|pequen[oa]|median[oa]|kids?|one size|taille unique"

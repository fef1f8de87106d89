"""How many parts a text message costs, and the words that cost fewest (V-01, V-02)."""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The GSM 7-bit default alphabet (3GPP TS 23.038)."""
EXTENDED = frozenset("^{}\\[~]|€\f")
"""Each takes an escape before it: two characters' room, never parted."""

SINGLE_GSM, PART_GSM = 160, 153
SINGLE_UCS2, PART_UCS2 = 70, 67

_PLAIN = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u3000": " ",
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "«": '"',
        "»": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2026": "...",
        "·": "-",
        "•": "-",
        "×": "x",
        "\u200b": None,
        "\u2060": None,
        "\ufeff": None,
        "￥": "¥",
    }
)


def is_gsm(text: str) -> bool:
    return all(sign in BASIC or sign in EXTENDED for sign in text)


def plain(text: str) -> str:
    """Spaces, quotes and dashes as phones have them, where that spares the whole message from UCS-2. Letters are never altered."""
    simple = text.translate(_PLAIN)
    return simple if is_gsm(simple) else text.replace("\u00a0", " ").replace("\u202f", " ")


def segments(text: str) -> int:
    """Parts this text is sent in. An escaped sign, and a sign of two UTF-16 units, is never split between two parts."""
    if is_gsm(text):
        return _parts([2 if sign in EXTENDED else 1 for sign in text], SINGLE_GSM, PART_GSM)
    return _parts([2 if ord(sign) > 0xFFFF else 1 for sign in text], SINGLE_UCS2, PART_UCS2)


def _parts(widths: list[int], single: int, part: int) -> int:
    if sum(widths) <= single:
        return 1
    count, room = 1, part
    for width in widths:
        if width > room:
            count, room = count + 1, part
        room -= width
    return count

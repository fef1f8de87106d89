"""Every pair of colours that text or a control is made of, in light and in dark, as WCAG 2.2 measures them."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "server/web/static/shared/tokens.css"
WORDS = ("ink", "muted", "open", "waiting", "gone", "problem")
GROUNDS = ("surface", "wash")
TEXT = [(word, ground) for word in WORDS for ground in GROUNDS] + [("accent-ink", "accent")]
CONTROLS = [("control", ground) for ground in GROUNDS] + [("accent", ground) for ground in GROUNDS]


def colours(scheme: str) -> dict[str, str]:
    """The tokens as they stand in that scheme."""
    light, dark = TOKENS.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--db-([a-z-]+):\s*(#[0-9a-f]{3,6});", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--db-([a-z-]+):\s*(#[0-9a-f]{3,6});", dark.split("\n}\n")[0]))
    return found


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_twenty_one() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("word", "ground"), TEXT)
def test_words_stand_out_from_their_ground(scheme: str, word: str, ground: str) -> None:
    known = colours(scheme)
    assert contrast(known[word], known[ground]) >= 4.5, (scheme, word, ground)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), CONTROLS)
def test_controls_stand_out_from_their_ground(scheme: str, edge: str, ground: str) -> None:
    known = colours(scheme)
    assert contrast(known[edge], known[ground]) >= 3, (scheme, edge, ground)

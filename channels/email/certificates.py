"""What to tell an operator whose mail host shows a certificate that does not hold."""

import ssl


def certificate_trouble(error: BaseException, host: str) -> str | None:
    """One sentence with the reason, or None where the trouble is another. Nothing was sent: no password, no mail.

    error: as raised by a connection; whatever wraps the certificate's own error is looked through.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f"the certificate of {host} does not hold: {seen.verify_message}"
        seen = seen.__cause__ or seen.__context__
    return None

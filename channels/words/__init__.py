"""The words of every face a person sees: one catalogue per language, and the engine that fills it."""

from channels.words.catalogue import LOCALES, BadPhrase, Catalogue, Phrase, load, nearest

__all__ = ["LOCALES", "BadPhrase", "Catalogue", "Phrase", "load", "nearest", "ui", "words"]


def words(locale: str | None) -> Catalogue:
    """The catalogue of widget, Hub and Desk in the language nearest to `locale`."""
    return load("channels.words", nearest(locale))


def ui(locale: str | None, prefix: str) -> dict[str, str]:
    """The patterns under `prefix` (`widget`, `hub`, `desk`, `state`, `reason`, `change`), keyed by what follows it.

    `ui("fr", "widget")["send"]` is `Envoyer`. Slots stay as `{name}`; `words(locale).say("hub.order.title", order="#1042")` fills them.
    """
    return words(locale).under(prefix)

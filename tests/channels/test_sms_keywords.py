"""The words that stop, explain and start texts: alone they always count, in an order wish they never do (V-04, V-05, L-10, N-13)."""

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from channels.sms.keywords import Keyword, keyword, revokes

CORPUS: dict[str, dict[str, list[str]]] = yaml.safe_load((Path(__file__).parent / "sms_revocations.yaml").read_text(encoding="utf-8"))
STOP = ["STOP", "STOPALL", "END", "CANCEL", "UNSUBSCRIBE", "QUIT", "REVOKE", "OPT OUT", "OPTOUT", "OPT-OUT"]
STOP_ELSEWHERE = [
    "ARRET",
    "ARRÊT",
    "Arrêter",
    "Se désabonner"[3:],
    "停止",
    "配信停止",
    "ストップ",
    "ｽﾄｯﾌﾟ",
    "BAJA",
    "Alto",
    "ABMELDEN",
    "Stopp",
    "Abbestellen",
]
HELP = ["HELP", "INFO", "Aide", "Ayuda", "Información", "Hilfe", "ヘルプ", "ﾍﾙﾌﾟ"]
START = ["START", "UNSTOP", "Démarrer", "Reprendre", "Alta", "Reanudar", "Starten", "再開", "配信再開"]


def full_width(word: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in word)


@pytest.mark.parametrize(
    ("word", "family"),
    [(word, Keyword.STOP) for word in [*STOP, *STOP_ELSEWHERE]]
    + [(word, Keyword.HELP) for word in HELP]
    + [(word, Keyword.START) for word in START],
)
def test_a_keyword_alone_counts_however_it_is_written(word: str, family: Keyword) -> None:
    for said in (
        word,
        word.lower(),
        word.upper(),
        word.title(),
        f"  {word}\n",
        f"{word}.",
        f"{word}!!!",
        f'"{word}"',
        f"{word}。",
        f"「{word}」",
    ):
        assert keyword(said) is family, said
    for said in (
        full_width(word),
        f"{word}…",
        f"{word} 🛑",
        f"{word}\ufe0f",
        f"\u200b{word}\u2060",
        f"❗️{word}❗️",
        f"\u202a{word}\u202c",
    ):
        assert keyword(said) is family, said


def test_a_keyword_said_three_times_is_one() -> None:
    assert keyword("STOP STOP STOP!!!") is Keyword.STOP


@pytest.mark.parametrize("word", STOP)
@pytest.mark.parametrize(
    "around", ["{} my order", "please {} order 1042", "{} the mug", "I want to {} it", "{}, and refund me", "{} 1042", "1042 {}"]
)
def test_a_keyword_in_a_wish_is_a_wish(word: str, around: str) -> None:
    assert keyword(around.format(word)) is None


@pytest.mark.parametrize(
    "wish", ["Annuler", "キャンセル", "Cancelar", "Stornieren", "解約", "Retour", "help me please", "start a return", "stop?no", ""]
)
def test_a_wish_that_no_carrier_takes_for_a_keyword_stays_a_wish(wish: str) -> None:
    assert keyword(wish) is None


def test_yes_lets_back_in_only_who_is_out() -> None:
    assert keyword("Yes") is None
    assert keyword("Yes!", opted_out=True) is Keyword.START
    assert keyword("START") is Keyword.START


@pytest.mark.parametrize("locale", sorted(CORPUS))
def test_consent_taken_back_in_any_words_is_understood(locale: str) -> None:
    missed = [said for said in CORPUS[locale]["revoked"] if not revokes(said) and keyword(said) is not Keyword.STOP]
    assert missed == []


@pytest.mark.parametrize("locale", sorted(CORPUS))
def test_what_only_sounds_like_it_opts_nobody_out(locale: str) -> None:
    wrong = [said for said in CORPUS[locale]["kept"] if revokes(said) or keyword(said) is not None]
    assert wrong == []


@pytest.mark.parametrize("locale", sorted(CORPUS))
def test_a_revocation_after_a_wish_is_heard_and_a_wish_after_a_wish_is_none(locale: str) -> None:
    for said in CORPUS[locale]["revoked"]:
        assert revokes(f"Where is #1042?\n{said}") or keyword(said) is Keyword.STOP, said
        assert revokes(f"1042. {said}") or keyword(said) is Keyword.STOP, said
    for said in CORPUS[locale]["kept"]:
        assert not revokes(f"1042. {said}"), said


@given(st.text(max_size=400))
def test_any_text_is_judged_without_a_fault(text: str) -> None:
    assert keyword(text) in (None, *Keyword)
    assert revokes(text) in (True, False)


def test_long_messages_made_to_hold_us_up_are_judged_in_time_that_grows_with_their_length() -> None:
    for piece in (
        "stop the all ",
        "no more ",
        "please ",
        "i do not want any more ",
        "ne plus ",
        "no quiero mas ",
        "もうメッセージ",
        "hor auf ",
        "arretez de m'",
        "remove my number ",
    ):
        costs = []
        for times in (20, 320):
            text = (piece * times)[:8_000]
            started = time.process_time()
            for _ in range(3):
                revokes(text)
            costs.append((time.process_time() - started) / len(text))
        assert costs[1] < 40 * costs[0] + 1e-5, piece

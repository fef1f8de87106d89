"""Counting parts of a text message, against the plainest counter one could write (V-01)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.sms.segments import BASIC, EXTENDED, is_gsm, plain, segments

ANY_SIGN = st.one_of(
    st.sampled_from(sorted(BASIC)), st.sampled_from(sorted(EXTENDED)), st.sampled_from("êçáó’—日本…😀𠮷"), st.characters(codec="utf-8")
)


def oracle(text: str) -> int:
    """Fills parts one sign at a time, the encoded units written out."""
    if all(sign in BASIC or sign in EXTENDED for sign in text):
        signs: list[list[object]] = [["esc", sign] if sign in EXTENDED else [sign] for sign in text]
        single, part = 160, 153
    else:
        signs = [list(range(len(sign.encode("utf-16-be", "surrogatepass")) // 2)) for sign in text]
        single, part = 70, 67
    if sum(map(len, signs)) <= single:
        return 1
    parts: list[list[object]] = [[]]
    for sign in signs:
        if len(parts[-1]) + len(sign) > part:
            parts.append([])
        parts[-1].extend(sign)
    return len(parts)


@settings(max_examples=150)
@given(st.lists(ANY_SIGN, max_size=400).map("".join))
def test_parts_are_counted_as_a_plain_counter_does(text: str) -> None:
    assert segments(text) == oracle(text)


@settings(max_examples=80)
@given(st.lists(ANY_SIGN, max_size=200).map("".join))
def test_plain_words_never_cost_more(text: str) -> None:
    assert segments(plain(text)) <= segments(text)
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 7, 2),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("あ" * 70, 1),
        ("あ" * 71, 2),
        ("あ" * 134, 2),
        ("あ" * 135, 3),
        ("a" * 69 + "ê", 1),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
    ],
)
def test_boundaries(text: str, parts: int) -> None:
    assert segments(text) == parts


def test_spaces_quotes_and_dashes_are_made_plain_only_where_it_saves_the_message() -> None:
    assert plain("1\u202f234,50\u00a0€ – “réglé”…") == '1 234,50 € - "réglé"...'
    assert plain("«あ» – …") == "«あ» – …"
    assert plain("Shirt ‘Zoë’ ê") == "Shirt ‘Zoë’ ê"


def test_letters_of_names_are_never_altered() -> None:
    assert plain("Müller, Zoë, Æbelø") == "Müller, Zoë, Æbelø"
    assert not is_gsm("Zoë")

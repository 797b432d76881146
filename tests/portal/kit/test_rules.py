"""Rules that every mechanism shares."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.kit.rules import REASON_LEAST, REASON_MOST, bad_reason


@given(st.one_of(st.text(max_size=30), st.integers(REASON_MOST - 2, REASON_MOST + 3).map(lambda n: "因" * n)))
def test_a_reason_has_words_in_it_and_an_end(reason: str) -> None:
    assert (bad_reason(reason) is None) == (REASON_LEAST <= len(reason.strip()) <= REASON_MOST)

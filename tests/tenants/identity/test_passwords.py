"""Which passwords are good enough, and how they are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.identity import passwords

GOOD = "四棵白杨 7 blue kites"


@pytest.mark.parametrize(
    "password",
    [
        "short 1!x", "1234567890", "qwertyuiop", "Password123!", "admin123456", "woaini1314520", "tongzhou2021",
        "xinya12345", "19880808888", "1qaz2wsx3edc", "aaaaaaaaaaaa", "abcdefghijk",
    ],
)  # fmt: skip
def test_what_anybody_would_try_is_refused(password: str) -> None:
    assert passwords.objection(password) is not None


@pytest.mark.parametrize(
    "password", [GOOD, "correct-horse-battery", "北京通州规划师团队加油！", "x9$Lm2#qTz"]
)
def test_good_passwords_are_accepted(password: str) -> None:
    assert passwords.objection(password) is None


@pytest.mark.parametrize(
    "password", ["Zhangwei-7-blue-kites", "七只蓝风筝张伟伟在飞", "wei.zhang 7 blue kites"]
)
def test_the_owners_name_and_address_are_no_password(password: str) -> None:
    about = ("张伟伟", "wei.zhang@yuqiao.gov.cn", "zhangwei")
    refusal = passwords.objection(password, about=about)
    assert refusal is not None
    assert "姓名" in str(refusal)


@given(st.text(max_size=300))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    refusal = passwords.objection(text, about=("张伟", "a@example.cn"))
    if len(text) < passwords.MIN_LENGTH // 4:
        assert refusal is not None


@given(st.text(min_size=1, max_size=9))
def test_too_short_is_too_short_however_strange(text: str) -> None:
    # a few characters unfold to several (ﷺ): what counts is what they stand for
    if len(passwords._plain(text)) < passwords.MIN_LENGTH:
        assert passwords.objection(text) is not None


def test_a_hash_tells_right_from_wrong_and_hides_the_password() -> None:
    stored = passwords.hash_password(GOOD)
    assert GOOD not in stored
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, GOOD)
    assert not passwords.verify(stored, GOOD + " ")
    assert not passwords.verify(stored, "")
    assert not passwords.verify(None, GOOD)


def test_full_width_letters_are_the_same_letters() -> None:
    assert passwords.verify(passwords.hash_password("ｂｌｕｅ kites over 潞城"), "blue kites over 潞城")


def test_an_endless_password_is_not_hashed_endlessly() -> None:
    stored = passwords.hash_password(GOOD)
    assert not passwords.verify(stored, "x" * 5_000_000)

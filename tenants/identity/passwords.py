"""Passwords of staff: which are good enough, how they are kept and compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from tenants.identity.keys import new_token
from tenants.rules import N_, Refusal

MIN_LENGTH, MAX_LENGTH = 10, 200
#: Fewer tries than this would find it: a common word, a keyboard row, a date, a name with a number.
_ENOUGH_GUESSES = 10**8
#: The estimate grows with the square of the length; what follows only makes it better.
_JUDGED_LENGTH = 64
#: What everybody here would think of first.
_LOCAL_WORDS = (
    "xinya", "tongzhou", "beijing", "guihua", "shequ", "jiedao", "woaini", "mima", "zhongguo", "gongzuo",
    "shuangshi", "zeren", "zhengfu", "bangong",
)  # fmt: skip

# the cost OWASP recommends for argon2id: a signing-in office must not use up a small server's memory
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def _plain(password: str) -> str:
    """One form of the same characters, whatever keyboard or input method wrote them."""
    return unicodedata.normalize("NFKC", password)


def objection(password: str, *, about: Iterable[str] = ()) -> Refusal | None:
    """Why a password is not accepted. `about`: name and e-mail address of whom it is for."""
    plain = _plain(password)
    if len(plain) < MIN_LENGTH:
        return Refusal(N_("密码至少 %(n)s 个字符。"), {"n": MIN_LENGTH})
    if len(plain) > MAX_LENGTH:
        return Refusal(N_("密码最多 %(n)s 个字符。"), {"n": MAX_LENGTH})
    own = _own_words(about)
    if any(word in plain.casefold() for word in own):
        return Refusal(N_("密码里不要有自己的姓名或邮箱。"))
    if len(set(plain)) < 5:
        return Refusal(N_("密码里重复的字符太多，请换一个。"))
    judged = zxcvbn(plain[:_JUDGED_LENGTH], user_inputs=[*own, *_LOCAL_WORDS])
    if judged["guesses"] < _ENOUGH_GUESSES:
        return Refusal(N_("这个密码太常见，容易被猜到。可以用几个不相干的词连起来。"))
    return None


def _own_words(about: Iterable[str]) -> list[str]:
    words = []
    for text in about:
        name = _plain(text).casefold()
        for word in (name, *name.split("@")):
            # a single character or two Latin letters occur in any good password
            if len(word) >= 3 or (len(word) == 2 and not word.isascii()):
                words.append(word)
    return words


def hash_password(password: str) -> str:
    """An argon2id hash with its salt and cost."""
    return _hasher.hash(_plain(password))


@cache
def _nobody() -> str:
    return _hasher.hash(new_token())


def verify(stored: str | None, password: str) -> bool:
    """Whether `password` is the stored one. Without a stored one it takes as long and answers no."""
    nobody = _nobody()
    try:
        _hasher.verify(stored or nobody, _plain(password)[: MAX_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Whether the hash was made at a cost that is no longer ours."""
    return _hasher.check_needs_rehash(stored)

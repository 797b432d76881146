"""Personal numbers are masked however they are written; years, amounts, dates and codes are not."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.participation.privacy import Kind, find, mask

DIGITS = "0123456789"
WIDE = str.maketrans(DIGITS + "X -", "０１２３４５６７８９Ｘ\u3000－")
WEIGHTS = [2 ** (17 - i) % 11 for i in range(17)]
around = st.sampled_from(["", "我的电话是", "请联系", "，谢谢", "（", "）", "家住3号楼，", "\n"])


def parted(number: str, separator: str, groups: list[int]) -> str:
    """The number in groups of these lengths, the rest in the last."""
    parts, rest = [], number
    for length in groups:
        parts.append(rest[:length])
        rest = rest[length:]
    return separator.join(filter(None, [*parts, rest]))


mobiles = st.builds(
    lambda second, rest: f"1{second}{rest}",
    st.sampled_from("3456789"),
    st.text(DIGITS, min_size=9, max_size=9),
)


@st.composite
def identity_cards(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(["110112", "110105", "310104", "440306", "510107"]))
    day = draw(st.dates(min_value=date(1920, 1, 1), max_value=date(2026, 1, 1)))
    first = f"{region}{day:%Y%m%d}"
    first += draw(st.text(DIGITS, min_size=3, max_size=3))
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, WEIGHTS, strict=True)) % 11]


@st.composite
def bank_cards(draw: st.DrawFn) -> str:
    first = "62" + draw(st.text(DIGITS, min_size=13, max_size=16))
    for last in DIGITS:
        number = first + last
        doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(number))]
        if sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0:
            return number
    raise AssertionError("unreachable")


@given(
    mobiles,
    st.sampled_from(["", " ", "-", "  ", "- "]),
    st.booleans(),
    st.sampled_from(["", "+86 ", "86", "+86-"]),
    around,
    around,
)
def test_every_way_to_write_a_mobile_number_is_masked(
    number: str, separator: str, wide: bool, country: str, before: str, behind: str
) -> None:
    written = country + parted(number, separator, [3, 4])
    text = before + (written.translate(WIDE) if wide else written) + behind
    masked = mask(text)
    assert [f.kind for f in masked.findings] == [Kind.MOBILE]
    assert len(masked.text) == len(text)
    assert masked.text.count("*") >= 5
    assert find(masked.text) == []


@given(identity_cards(), st.sampled_from(["", " ", "-"]), st.booleans(), around)
def test_identity_cards_are_masked(number: str, separator: str, wide: bool, before: str) -> None:
    written = parted(number, separator, [6, 8])
    masked = mask(before + (written.translate(WIDE) if wide else written))
    assert [f.kind for f in masked.findings] == [Kind.IDENTITY_CARD]
    # nobody can tell the birthday
    assert number[6:14] not in masked.text.translate(str.maketrans("", "", " -"))


@given(identity_cards(), st.sampled_from(DIGITS + "X"))
def test_a_wrong_check_character_is_no_identity_card(number: str, last: str) -> None:
    wrong = number[:17] + last
    kinds = {f.kind for f in find(wrong)}
    assert (Kind.IDENTITY_CARD in kinds) == (wrong == number)


@given(bank_cards(), st.sampled_from(["", " ", "-"]))
def test_bank_cards_are_masked(number: str, separator: str) -> None:
    masked = mask("卡号" + parted(number, separator, [4, 4, 4, 4] if len(number) > 18 else [4, 4, 4]))
    assert {f.kind for f in masked.findings} <= {Kind.BANK_CARD, Kind.IDENTITY_CARD}
    assert masked.findings


@pytest.mark.parametrize(
    "written",
    ["010-69543210", "010 6954 3210", "（010）69543210", "(0316)5551234", "0316-5551234", "010-69543210-8001",
     "+86 10 69543210", "400-810-1234", "电话：69543210", "座机 6954-3210", "０１０－６９５４３２１０"],
)  # fmt: skip
def test_landlines_are_masked(written: str) -> None:
    assert [f.kind for f in find(f"办公{written}。")] == [Kind.LANDLINE]


def test_older_identity_cards_with_fifteen_digits() -> None:
    assert [f.kind for f in find("身份证110105491231002")] == [Kind.IDENTITY_CARD]


def test_mail_addresses_when_asked() -> None:
    text = "写信到 zhang.san@example.com.cn 或 13800138000@139.com"
    assert [f.kind for f in find(text, emails=True)] == [Kind.EMAIL, Kind.EMAIL]
    masked = mask(text, emails=True).text
    assert "zhang" not in masked and "13800138000" not in masked and "@example.com.cn" in masked


years = st.integers(1949, 2100).map(lambda y: f"{y}年")
dates = st.dates().map(lambda d: d.strftime("%Y-%m-%d")) | st.dates().map(lambda d: f"{d:%Y%m%d}")
amounts = st.one_of(
    st.integers(0, 10**15).map(lambda n: f"{n}元"),
    st.integers(0, 10**12).map(lambda n: f"{n:,}元"),
    st.integers(0, 10**11).map(lambda n: f"¥{n}.50"),
    st.integers(0, 10**6).map(lambda n: f"{n} 平方米"),
)
codes = st.one_of(
    st.tuples(st.integers(1990, 2100), st.integers(1, 300)).map(lambda t: f"通政办发〔{t[0]}〕{t[1]}号"),
    st.tuples(st.integers(1, 99999), st.integers(1990, 2030)).map(lambda t: f"GB {t[0]}-{t[1]}"),
    st.tuples(st.integers(1, 9999), st.integers(1990, 2030)).map(lambda t: f"DB11/T {t[0]}-{t[1]}"),
    st.integers(0, 999999).map(lambda n: f"2111-110112-04-01-{n:06d}"),
    st.integers(0, 999999).map(lambda n: f"邮编{n:06d}"),
    st.integers(1, 999999).map(lambda n: f"TZ-2021-{n:06d}"),
)
harmless = st.one_of(years, dates, amounts, codes)


@given(st.lists(harmless, min_size=1, max_size=6), st.sampled_from(["，", "、", "。", "；", "\n"]))
def test_years_dates_amounts_and_codes_stay(parts: list[str], separator: str) -> None:
    text = f"规划{separator.join(parts)}公布"
    assert mask(text).text == text


@given(st.text(max_size=300))
def test_any_text_keeps_its_length_and_its_words(text: str) -> None:
    masked = mask(text, emails=True)
    assert len(masked.text) == len(text)
    covered = {i for f in masked.findings for i in range(f.start, f.end)}
    assert all(a == b for i, (a, b) in enumerate(zip(text, masked.text, strict=True)) if i not in covered)
    assert all(f.start < f.end <= len(text) for f in masked.findings)


@pytest.mark.parametrize("unit", ["1 ", "1-", "138 ", "(", "a@", "0", "电话 ", "1 3 8 0 "])
def test_a_long_hostile_text_is_read_quickly(unit: str) -> None:
    start = time.process_time()
    mask(unit * (2000 // len(unit)), emails=True)
    assert time.process_time() - start < 1.0  # about a hundred times what it takes

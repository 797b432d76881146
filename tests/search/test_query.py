"""The query language and the analysis: any text, never an error, bounded."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search import analysis, pinyin, ranking, spelling
from search.folding import fold, fold_with_origin
from search.lexicon import Synonyms, shipped_groups, shipped_synonyms
from search.query import LONGEST, MOST_CLAUSES, Clause, parse

#: Texts that people and robots type: any characters, and ours mixed with the marks of the language.
MARKS = "责任双师口袋公园 -－\"“”「」『』〔〕()[]【】2021年10号号aZｚ１'*?~:^\\/\u200b\u0301\U00020000"
TEXTS = st.text(max_size=400) | st.text(alphabet=MARKS, max_size=300)


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("口袋公园 停车", ["口袋公园", "停车"], []),
        ("口袋公园　-停车", ["口袋公园"], ["停车"]),
        ("口袋公园 －停车", ["口袋公园"], ["停车"]),
        ("“责任双师” 意见", ['"责任双师"', "意见"], []),
        ("「責任雙師」", ['"责任双师"'], []),
        ('公园 -"停车 场"', ["公园"], ['"停车 场"']),
        ('没有结束的"引号', ['没有结束的"引号'], []),
        ("GB50180-2018", ["gb50180-2018"], []),
        ("通政办发〔2021〕10号", ["通政办发", '"2021 10号"'], []),
        ("通政办发2021 10号 意见", ["通政办发", '"2021 10号"', "意见"], []),
        ("请问通政办发〔2021〕10号", ["请问通政办发", '"2021 10号"'], []),
        ("双师 -通政办发〔2021〕10号", ["双师"], ['"通政办发2021 10号"']),
        ("-2021年第10号 公园", ["公园"], ["2021年第10号"]),
        ("2026-03-23", ["2026年3月23日"], []),
        ("2026/10 公示 -2025.9", ["2026年10月", "公示"], ["2025年9月"]),
        ("2016-2035年 GB50180-2018 10.2026-3 2026-13", ["2016-2035年", "gb50180-2018", "10.2026-3", "2026-13"], []),
        ("“口袋公园\" ”停车”", ['"口袋公园"', '"停车"'], []),
        ("(2021)第10号", ['"2021 10号"'], []),
        ("2021年6号线", ["2021年6号线"], []),
        ("公园 公园", ["公园"], []),
        ("- -- “” ？！", [], []),
        ("", [], []),
    ],
)
def test_reads_what_people_write(text: str, wanted: list[str], unwanted: list[str]) -> None:
    def shown(clauses: tuple[Clause, ...]) -> list[str]:
        return [f'"{c.text}"' if c.exact else c.text for c in clauses]

    query = parse(text)
    assert (shown(query.wanted), shown(query.unwanted)) == (wanted, unwanted)


def test_only_a_single_character_that_was_not_quoted_may_be_missing() -> None:
    units = ranking.units(parse("“舞” 广场 灯"), shipped_synonyms())
    assert {unit.text: unit.optional for unit in units} == {"舞": False, "广场": False, "灯": True}


@given(TEXTS)
@example("-" * 5000)
@example('"' * 5000)
@example("〔2021〕10号" * 500)
@example("ﷺ" * 500)  # one character that folds to eighteen
@example("*?~^" * 2500)
@example('"公" ' * 2500)
@example("公 园 停 车 " * 1250)
@example("".join(word for group in shipped_groups() for word in group))
@example(" ".join(word for group in shipped_groups() for word in group))
@example("a公1b园2" * 2000)
@example("xianshizhongguotongzhou" * 400)
def test_any_text_is_a_query_of_bounded_size(text: str) -> None:
    query = parse(text)
    assert len(query.wanted) <= MOST_CLAUSES
    assert len(query.unwanted) <= MOST_CLAUSES
    assert sum(len(c.text) for c in (*query.wanted, *query.unwanted)) <= LONGEST
    assert parse(query.key).key == parse(parse(query.key).key).key
    planned = ranking.plan(query, shipped_synonyms())
    # what an engine has to do for it: terms to read, and beginnings to expand into the words that have them
    trees = [tree for tree in (planned.must, *planned.better, *planned.never) if tree]
    assert sum(map(size, trees)) < 1500
    assert sum(map(beginnings, trees)) <= 4 * MOST_CLAUSES
    ranking.plan_titles(query)
    ranking.literals(query, shipped_synonyms())


def size(node: ranking.Node | None) -> int:
    match node:
        case ranking.Best(parts) | ranking.AtLeast(_, parts):
            assert parts
            return 1 + sum(map(size, parts))
        case ranking.Phrase(_, tokens):
            assert tokens
            return len(tokens)
        case None:
            return 0
    return 1


def beginnings(node: ranking.Node) -> int:
    match node:
        case ranking.Best(parts) | ranking.AtLeast(_, parts):
            return sum(map(beginnings, parts))
        case ranking.Phrase(_, _, begun, _):
            return int(begun)
    return 0


@given(TEXTS)
def test_streams_hold_tokens_that_an_engine_splits_at_spaces_only(text: str) -> None:
    folded = fold(text)
    for cut in (analysis.words, analysis.grams, analysis.syllables, analysis.initials):
        tokens = cut(folded)
        assert all(token and not token.isspace() and len(token) <= 80 for token in tokens)
        assert " ".join(tokens).split() == list(tokens)
    assert all(k == k.strip() and "\n" not in k for k in spelling.spelling_keys(folded[:100], [folded[:20]]))


@given(TEXTS, st.integers(0, 60), st.integers(1, 12))
def test_every_literal_passage_is_found_by_its_grams(text: str, start: int, length: int) -> None:
    folded = fold(text)
    passage = folded[start : start + length]
    tokens, open_end = analysis.phrase_grams(passage)
    if not tokens:
        return
    stream = analysis.grams(folded)
    # where the passage cuts a word of letters or a number, only whole words can be found
    if (passage[:1].isalnum() and start and folded[start - 1].isalnum() and not analysis.is_han(passage[0])) or (
        passage[-1:].isalnum() and not analysis.is_han(passage[-1])
    ):
        return

    def there(at: int) -> bool:
        window = stream[at : at + len(tokens)]
        if len(window) < len(tokens):
            return False
        return window[:-1] == tokens[:-1] and (
            window[-1].startswith(tokens[-1]) if open_end else window[-1] == tokens[-1]
        )

    assert any(there(at) for at in range(len(stream)))


@given(st.text(max_size=200), st.integers(0, 200))
@example("每一個字都不同：" + "".join(map(chr, range(0x4E00, 0x4E00 + 500))), 3)
def test_a_text_folds_as_its_characters_do(text: str, cut: int) -> None:
    text = text.replace("年", "")  # years in numerals are the one thing that is read together
    assert fold(text) == "".join(map(fold, text)) == fold(text[:cut]) + fold(text[cut:])


@given(TEXTS)
def test_folding_is_stable_and_knows_where_everything_came_from(text: str) -> None:
    folded = fold_with_origin(text)
    assert folded.text == fold(text)
    places = [folded.at(i) for i in range(len(folded.text))]
    assert places == sorted(places)
    assert all(0 <= place < len(text) for place in places)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("責任規劃師", "责任规划师"),
        ("ＧＢ／Ｔ　３７６６８", "gb/t 37668"),
        ("Tōngzhōu Qū", "tongzhou qu"),
        ("lǜhuà", "lvhua"),
        ("二〇二一年", "2021年"),
        ("口袋\u200b公园", "口袋公园"),
        ("⼝袋公园停⻋场，第三⻚", "口袋公园停车场,第三页"),  # as browsers print to PDF
    ],
)
def test_different_ways_of_writing_are_one(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("letters", "syllables"),
    [
        ("tongzhou", ((("tong", "zhou"),), False)),
        ("lvhua", ((("lv", "hua"),), False)),
        ("wuzhangai", ((("wu", "zhan", "gai"), ("wu", "zhang", "ai")), False)),
        ("zhangjiaw", ((("zhang", "jia", "w"),), True)),
        ("xian", ((("xian",),), False)),
        ("gis", ((), False)),
        ("zrghs", ((), False)),
        ("x" * 500, ((), False)),
    ],
)
def test_letters_are_read_as_pinyin(letters: str, syllables: object) -> None:
    assert pinyin.splits(letters) == syllables


def test_synonyms_are_mutual_and_shipped_groups_are_sound() -> None:
    synonyms = Synonyms([("街道办", "街道辦事處"), ("口袋公园", "小微绿地", "街心花园")])
    assert synonyms.of("街道办事处") == ("街道办",)
    assert set(synonyms.of("小微绿地")) == {"口袋公园", "街心花园"}
    assert synonyms.of("没有") == ()
    for group in shipped_groups():
        assert len({fold(word) for word in group}) == len(group) >= 2

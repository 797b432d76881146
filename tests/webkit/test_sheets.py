"""Exports as spreadsheets: nothing typed by anybody becomes a formula, nothing is refused or changed."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from zipfile import ZipFile

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from webkit import sheets
from webkit.sheets import Column


def read(rows: list[list[object]]) -> tuple[list[tuple[object, ...]], bytes]:
    content = sheets.write("表", [Column("甲"), Column("乙")], rows)
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)], content


def test_what_looks_like_a_formula_stays_text() -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "#N/A"]
    content = sheets.write("表", [Column("甲")], [[text] for text in hostile])
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == hostile
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.quotePrefix for cell in cells] == [True] * 6 + [False]
    with ZipFile(io.BytesIO(content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_values_keep_their_kind() -> None:
    instant = dt.datetime(2026, 3, 5, 2, 30, tzinfo=dt.UTC)
    rows, _ = read([[instant, Decimal("12.30")], [dt.date(2026, 3, 5), None], [["规划师", "工作人员"], True]])
    assert rows[0] == (dt.datetime(2026, 3, 5, 10, 30), 12.3)
    assert rows[1] == (dt.datetime(2026, 3, 5), None)
    assert rows[2] == ("规划师、工作人员", "是")


@given(st.text(max_size=200))
def test_any_text_can_be_exported(text: str) -> None:
    rows, content = read([[text, "末"]])
    assert rows[0][1] == "末"
    with ZipFile(io.BytesIO(content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_a_long_export_says_where_it_ends() -> None:
    content = sheets.write("表", [Column("甲")], ([n] for n in range(10)), limit=3)
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)][:3] == [0, 1, 2]
    assert "只导出前 3 行" in str(sheet.cell(5, 1).value)
    assert sheet.max_row == 5

"""The rows of a table as a grid: every row as wide as the others, no cell over another or beyond its section."""

from __future__ import annotations

from portal.publishing.htmltree import Node

#: A table of more fields than this is not filled up, and spans that claim more are none: they cost more than they show.
_MOST_FIELDS = 20_000


def cells(row: Node) -> list[Node]:
    """The cells of a row."""
    return [cell for cell in row.children if isinstance(cell, Node)]


def sections(head: list[Node], body: list[Node]) -> list[Node]:
    """`thead` and `tbody` of these rows. In the head what has words heads a column, and a row of nothing is no head."""
    _without_monstrous_spans(head + body)
    for row in head:
        for cell in cells(row):
            if cell.children:
                cell.tag = "th"
    body = [*(row for row in head if not _has_header(row)), *body]
    head = [row for row in head if _has_header(row)]
    if not head:
        count = _headers_on_top(body)
        head, body = body[:count], body[count:]
    widths = [_fit(head), _fit(body)]
    for rows, scope in ((head, "col"), (body, "row")):
        for row, taken in zip(rows, _taken(rows), strict=True):
            if max(widths) * len(head + body) <= _MOST_FIELDS:
                row.children += [Node("td") for _ in range(max(widths) - taken)]
            for cell in cells(row):
                if cell.tag == "th":
                    cell.attributes.setdefault("scope", scope)
    return [Node(tag, children=list(rows)) for tag, rows in (("thead", head), ("tbody", body)) if rows]


def _without_monstrous_spans(rows: list[Node]) -> None:
    fields = sum(span(cell, "colspan") * span(cell, "rowspan") for row in rows for cell in cells(row))
    if fields > _MOST_FIELDS:
        for row in rows:
            for cell in cells(row):
                cell.attributes.pop("colspan", None)
                cell.attributes.pop("rowspan", None)


def _has_header(row: Node) -> bool:
    return any(cell.tag == "th" for cell in cells(row))


def _headers_on_top(rows: list[Node]) -> int:
    """How many rows from the first on head the others: all of header cells, and none reaches further down."""
    count = 0
    while count < len(rows) and all(cell.tag == "th" for cell in cells(rows[count])):
        count += 1
    reach = max((at + span(cell, "rowspan") for at in range(count) for cell in cells(rows[at])), default=0)
    return count if count < len(rows) and reach <= count else 0


def span(cell: Node, name: str) -> int:
    """How many columns (`colspan`) or rows (`rowspan`) a cell takes."""
    return int(cell.attributes.get(name, "1"))


def _fit(rows: list[Node]) -> int:
    """Shorten spans that reach into other cells or below the last row; the width in columns."""
    free_from: list[int] = []  # for each column the first row in which it is free
    for at, row in enumerate(rows):
        column = 0
        for cell in cells(row):
            while column < len(free_from) and free_from[column] > at:
                column += 1
            end = column + 1
            while end < column + span(cell, "colspan") and (end >= len(free_from) or free_from[end] <= at):
                end += 1
            _set(cell, "colspan", end - column)
            _set(cell, "rowspan", min(span(cell, "rowspan"), len(rows) - at))
            free_from += [0] * (end - len(free_from))
            free_from[column:end] = [at + span(cell, "rowspan")] * (end - column)
            column = end
    return len(free_from)


def _set(cell: Node, name: str, count: int) -> None:
    if count > 1:
        cell.attributes[name] = str(count)
    else:
        cell.attributes.pop(name, None)


def _taken(rows: list[Node]) -> list[int]:
    """How many columns each row takes, with cells that reach down into it."""
    taken = [0] * len(rows)
    for at, row in enumerate(rows):
        for cell in cells(row):
            for below in range(at, at + span(cell, "rowspan")):
                taken[below] += span(cell, "colspan")
    return taken

"""What participation says of publishing's tables is so."""

from __future__ import annotations

import pytest
from sqlalchemy import TableClause

from portal.participation.texts import PUBLICATION, VERSION
from tenants.database import Base


@pytest.mark.parametrize("read", [PUBLICATION, VERSION], ids=lambda table: table.name)
def test_the_columns_that_are_joined_are_there(read: TableClause) -> None:
    columns = Base.metadata.tables[read.name].columns
    for column in read.c:
        assert str(column.type) == str(columns[column.name].type), column.name

"""Many rows into a table at the driver's own speed: SQLAlchemy's care for each row costs more than the insert does."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Insert


def insert_rows(connection: Connection, statement: Insert, rows: Sequence[dict[str, Any]]) -> None:
    """Executes `statement`, an insert, once for each of `rows`, which all have the same two or more columns.

    Values go to the driver as they are: only for integers, text, bytes, booleans and None. No rows is no statement.
    """
    if not rows:
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    if compiled.positional:
        in_order = itemgetter(*(compiled.positiontup or ()))
        connection.exec_driver_sql(compiled.string, [in_order(row) for row in rows])
    else:
        connection.exec_driver_sql(compiled.string, list(rows))

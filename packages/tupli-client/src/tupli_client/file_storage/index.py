"""Where everything is: one row per object, in SQLite. Holds nothing that the segments do not say too."""

# ruff: noqa: S608 - only our own names become part of a query

import json
import sqlite3
import weakref
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tupli_client.file_storage.segments import Place, Position

VERSION = 1
"""An index of another version is made again."""

_SCHEMA = f"""
CREATE TABLE objects (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, benchmark_id TEXT, hash TEXT, header TEXT NOT NULL,
    segment INTEGER NOT NULL, start INTEGER NOT NULL, offset INTEGER NOT NULL, n_bytes INTEGER NOT NULL, crc INTEGER NOT NULL
);
CREATE INDEX by_kind ON objects (kind, id);
CREATE INDEX by_benchmark ON objects (benchmark_id, id) WHERE benchmark_id IS NOT NULL;
CREATE INDEX by_hash ON objects (hash) WHERE hash IS NOT NULL;
CREATE TABLE position (segment INTEGER NOT NULL, offset INTEGER NOT NULL);
INSERT INTO position VALUES (0, 0);
PRAGMA user_version = {VERSION};
"""
_COLUMNS = "kind, id, benchmark_id, hash, header, segment, start, offset, n_bytes, crc"
_SQL = {"in": "=", ">": ">", ">=": ">=", "<": "<", "<=": "<="}
_WAIT_SECONDS = 60


class Condition(NamedTuple):
    """What a column must be: one of some values, or on one side of a value."""

    column: Literal["id", "benchmark_id"]
    operator: Literal["in", ">", ">=", "<", "<="]
    values: Collection[str]


class Row(NamedTuple):
    """An object: its header as JSON, and where its payload lies."""

    kind: str
    id: str
    benchmark_id: str | None
    hash: str | None
    header: str
    place: Place


class Index:
    """The rows of one folder. Changes are made within ``transaction``; threads take turns outside."""

    def __init__(self, path: Path | None) -> None:
        """Open the index at ``path``, or make it; without a path it lives in memory.

        Raises:
            sqlite3.Error: It cannot be opened, or is damaged.
        """
        self.path = path
        self._connection = sqlite3.connect(
            path or ":memory:", timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        weakref.finalize(self, self._connection.close).atexit = False  # episodes may still be on their way then
        try:
            # What a power failure takes from the index is read again from the segments, so there is no need to wait for the disk.
            self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
            if self._version() == 0:
                self._connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
            if self._version() != VERSION:
                raise sqlite3.DatabaseError(f"{path} is an index of version {self._version()}")
        except BaseException:
            self._connection.close()
            raise

    def _version(self) -> int:
        version: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
        return version

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes within it, or none."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @property
    def position(self) -> Position:
        """As far as this the segments have been read; (0, 0) in a new index."""
        return Position(*self._connection.execute("SELECT segment, offset FROM position").fetchone())

    @position.setter
    def position(self, position: Position) -> None:
        self._connection.execute("UPDATE position SET segment = ?, offset = ?", position)

    def get(self, object_id: str) -> Row | None:
        """The row of an object of any kind."""
        found = self._connection.execute(f"SELECT {_COLUMNS} FROM objects WHERE id = ?", (object_id,)).fetchone()
        return None if found is None else _row(found)

    def put(self, row: Row) -> None:
        """Add an object, or replace it."""
        values = (*row[:5], *row.place)
        self._connection.execute(f"INSERT OR REPLACE INTO objects ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)", values)

    def remove(self, object_id: str) -> None:
        """Forget an object."""
        self._connection.execute("DELETE FROM objects WHERE id = ?", (object_id,))

    def rows(self, kind: str | None = None, conditions: Sequence[Condition] = ()) -> Iterator[Row]:
        """The objects of a kind that satisfy all conditions, in the order of ids, read as they are asked for."""
        where, values = _where(kind, conditions)
        yield from map(_row, self._connection.execute(f"SELECT {_COLUMNS} FROM objects {where} ORDER BY id", values))

    def headers(self, kind: str, conditions: Sequence[Condition] = ()) -> Iterator[str]:
        """Their headers alone, as JSON: what a list needs of many."""
        where, values = _where(kind, conditions)
        yield from (
            header for (header,) in self._connection.execute(f"SELECT header FROM objects {where} ORDER BY id", values)
        )

    def with_hash(self, kind: str, hash_: str) -> list[Row]:
        """The objects of a kind that have this hash, in the order of ids."""
        query = f"SELECT {_COLUMNS} FROM objects WHERE hash = ? AND kind = ? ORDER BY id"
        return list(map(_row, self._connection.execute(query, (hash_, kind))))


def _where(kind: str | None, conditions: Sequence[Condition]) -> tuple[str, list[str]]:
    terms: list[str] = []
    values: list[str] = []
    for column, operator, wanted in conditions:
        # One value is worth a case of its own: then the index of benchmarks gives the order of ids too.
        is_list = operator == "in" and len(wanted) != 1
        terms.append(f"{column} IN (SELECT value FROM json_each(?))" if is_list else f"{column} {_SQL[operator]} ?")
        values.append(json.dumps(list(wanted)) if is_list else next(iter(wanted)))
    if kind is not None:
        # With "+" SQLite leaves the index of kinds alone: values narrow the search down further.
        terms.append("+kind = ?" if any(condition.operator == "in" for condition in conditions) else "kind = ?")
        values.append(kind)
    return f"WHERE {' AND '.join(terms)}" if terms else "", values


def _row(values: Any) -> Row:
    kind, object_id, benchmark_id, hash_, header, *place = values
    return Row(kind, object_id, benchmark_id, hash_, header, Place(*place))

"""Pages of a list: in the order that was asked for, nothing skipped, nothing twice, even while others write."""

import random
from typing import Any

import pytest

from real_mongodb import connect
from tupli_schemas.base import new_id, now
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import InvalidDataError
from tupli_server.paging import PageQuery, plan

MIXED: list[Any] = [*(None, 0, 1, 1.0, 1.5, -3, 2**60, "", "a", "b", "ä", True, False), [], [5], {}, {"x": 1}, [["z"]]]


def documents(chance: random.Random, n: int) -> list[dict[str, Any]]:
    """Stored headers, many of which are equal in what they are sorted by."""
    return [
        {
            "_id": new_id(),
            "created_by": chance.choice(["alice", "bob"]),
            "created_at": now(),
            "published_in": [],
            "benchmark_id": chance.choice(["b1", "b2"]),
            "n_tuples": chance.randrange(1, 4),
            "return": chance.choice([None, -1.5, 0.0, 2.0]),
            "metadata": {"x": chance.choice(MIXED)} if chance.random() < 0.9 else {},
        }
        for _ in range(n)
    ]


def read(
    collection: Any, page: PageQuery, query: dict[str, Any] | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    planned = plan(query or {}, page, EpisodeHeader)
    listed = planned.listed(list(collection.aggregate(planned.stages)))
    return listed.items, listed.next


def rank(value: Any) -> tuple[int, Any]:
    """The written order: nothing and what has no order, then numbers, strings, booleans."""
    if isinstance(value, bool):
        return 3, value
    if isinstance(value, int | float):
        return 1, value
    return (2, value.encode()) if isinstance(value, str) else (0, 0)


def in_order(found: list[dict[str, Any]], sort: tuple[str, ...]) -> list[str]:
    """The ids in the order that Python makes of it."""
    found = sorted(found, key=lambda document: str(document["_id"]))
    for key in reversed(sort):
        name = {"id": "_id"}.get(key.removeprefix("-"), key.removeprefix("-"))
        found.sort(key=lambda document, name=name: rank(_value(document, name)), reverse=key.startswith("-"))  # type: ignore[misc]
    return [document["_id"] for document in found]


def _value(document: dict[str, Any], name: str) -> Any:
    return document["metadata"].get("x") if name in {"x", "metadata.x"} else document[name]


SORTS: list[tuple[str, ...]] = [
    (),
    ("id",),
    ("-id",),
    ("return",),
    ("-return",),
    ("-return", "n_tuples"),
    ("benchmark_id", "-return", "-id"),
    ("return", "-return", "id", "x"),
    ("x",),
    ("-x",),
    ("metadata.x", "-return"),
    ("-return", "-x", "created_by"),
]


@pytest.mark.parametrize("sort", SORTS, ids=",".join)
@pytest.mark.parametrize("limit", [1, 7, 1_000])
def test_pages_make_the_whole_list_in_its_order(
    sort: tuple[str, ...], limit: int, mongodb_url: str, mongodb_database: str
) -> None:
    stored = documents(random.Random(str(sort)), 100)
    with connect(mongodb_url, tz_aware=True) as client:
        collection = client[mongodb_database]["episodes"]
        collection.insert_many(stored)

        seen, cursor = [], None
        while True:
            items, cursor = read(collection, PageQuery(limit, cursor, sort))
            assert 0 < len(items) <= limit
            seen += [item["_id"] for item in items]
            if cursor is None:
                break

    assert seen == in_order(stored, sort)


@pytest.mark.parametrize("sort", [(), ("-return",), ("x",), ("-x", "return")], ids=",".join)
def test_pages_neither_skip_nor_repeat_while_others_write(
    sort: tuple[str, ...], mongodb_url: str, mongodb_database: str
) -> None:
    chance = random.Random(5)
    stored = documents(chance, 200)
    with connect(mongodb_url, tz_aware=True) as client:
        collection = client[mongodb_database]["episodes"]
        collection.insert_many(stored)
        deleted: set[str] = set()

        seen, cursor = [], None
        while True:
            items, cursor = read(collection, PageQuery(9, cursor, sort))
            seen += [item["_id"] for item in items]
            if cursor is None:
                break
            collection.insert_many(documents(chance, 3))
            gone = chance.choice(stored)["_id"]
            collection.delete_one({"_id": gone})
            deleted.add(gone)

    assert len(seen) == len(set(seen))
    assert {document["_id"] for document in stored} - deleted <= set(seen)


def test_what_a_page_shows_is_only_what_is_stored(mongodb_url: str, mongodb_database: str) -> None:
    stored = documents(random.Random(1), 3)
    with connect(mongodb_url, tz_aware=True) as client:
        client[mongodb_database]["episodes"].insert_many(stored)
        for sort in (("return",), ("x",)):
            items, _ = read(client[mongodb_database]["episodes"], PageQuery(2, None, sort))

            assert all(item in stored for item in items)


@pytest.mark.parametrize(
    "cursor", ["x", "AAAA", "W10", "W1tdLFtdXQ", "W1tdLFt7fV1d", "W1tdLFtbMV1dXQ", "é", "=" * 50, "W" * 5_000]
)
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidDataError, match="cursor"):
        plan({}, PageQuery(cursor=cursor), EpisodeHeader)


def test_a_cursor_of_another_order_is_refused(mongodb_url: str, mongodb_database: str) -> None:
    with connect(mongodb_url, tz_aware=True) as client:
        client[mongodb_database]["episodes"].insert_many(documents(random.Random(1), 3))
        _, cursor = read(client[mongodb_database]["episodes"], PageQuery(1, None, ("return",)))

    with pytest.raises(InvalidDataError, match="another order"):
        plan({}, PageQuery(1, cursor, ("-return",)), EpisodeHeader)

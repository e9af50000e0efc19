"""A filter means the same on one object in Python and on a collection in MongoDB: random filters on random headers."""

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from real_mongodb import connect
from tupli_schemas.base import Header, new_id
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.filters import BaseFilter, parse_filter
from tupli_schemas.matching import matches
from tupli_server.querying import to_query

N_HEADERS = 80
N_FILTERS = 20_000 if os.environ.get("HYPOTHESIS_PROFILE") == "search" else 2_000

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
SCALARS: list[Any] = [
    *(0, 1, 2, -1, 1.0, 1.5, -0.0, 2**63 - 1, -(2**63), 2**53 + 1, 2.0**53, 1e308, 5e-324),
    *(True, False, "", "0", "1", "May", "may", "true", "ä", "é", "z", "\U0001f600", "$gt", "2026-01-31T12:00:00Z"),
]
NAMES = ("a", "b", "0", "1", "00")


class Chance(random.Random):
    """Everything that is drawn."""

    def scalar(self) -> Any:
        return self.choice(SCALARS)

    def value(self, depth: int = 0) -> Any:
        kind = self.random()
        if kind < 0.6 or depth > 3:
            return self.scalar()
        if kind < 0.7:
            return None
        if kind < 0.88:
            return [self.value(depth + 1) for _ in range(self.randrange(4))]
        return self.mapping(depth + 1)

    def mapping(self, depth: int = 0) -> dict[str, Any]:
        return {name: self.value(depth) for name in NAMES if self.random() < 0.5}

    def moment(self) -> datetime:
        return START + timedelta(milliseconds=self.randrange(-2, 3))

    def moment_text(self) -> str:
        moment = self.moment() + timedelta(microseconds=self.choice([0, 0, 1, 999]))
        return self.choice([moment.isoformat(), moment.replace(tzinfo=None).isoformat(), "2026-01-31", "soon", "Z"])


def an_episode_header(chance: Chance) -> Header:
    """A header in which everything that a filter can name varies."""
    number = chance.choice([None, 0.0, -0.0, 1.5, 100.0])
    recording = {"env_id": chance.choice([None, "CartPole-v1"]), "seed": chance.choice([None, 0, 7])}
    return EpisodeHeader.model_validate(
        {
            "id": new_id(),
            "created_by": chance.choice(["alice", "Alice", "bob"]),
            "created_at": chance.moment(),
            "published_in": chance.sample(["global", "lab", "May"], chance.randrange(3)),
            "benchmark_id": chance.choice(["b1", "b2"]),
            "metadata": chance.mapping(),
            "abandoned": chance.random() < 0.5,
            "recording": chance.choice([None, recording | {"extra": chance.mapping(2)}]),
            "n_tuples": chance.randrange(1, 4),
            "terminated": chance.random() < 0.5,
            "truncated": chance.random() < 0.5,
            "return": number,
            "min_reward": number,
        }
    )


def a_benchmark_header(chance: Chance) -> Header:
    """A header whose free data lies deeper."""
    metadata = {"name": chance.choice(["May", "1", "ä"]), "version": chance.choice([None, "1", "2"])}
    low, high = chance.choice([([-1.0], [1.0]), ([0.0], [2.0])])
    space = {"type": "Box", "low": low, "high": high, "shape": [1], "dtype": "float32"}
    return BenchmarkHeader.model_validate(
        {
            "id": new_id(),
            "created_by": "alice",
            "created_at": chance.moment(),
            "hash": chance.choice(["1", "a"]),
            "metadata": metadata | {"extra": chance.mapping()},
            "observation_space": chance.choice([None, space]),
        }
    )


EPISODE_KEYS = (
    *("id", "created_by", "created_at", "published_in", "published_in.0", "benchmark_id", "metadata", "abandoned"),
    *("recording", "recording.seed", "recording.env_id", "recording.extra.a", "recording.extra.0.1", "nothing.here"),
    *(
        "n_tuples",
        "length",
        "terminated",
        "terminal",
        "timeout",
        "return",
        "min_reward",
        "metadata.return",
        "created_at.a",
    ),
    *(
        "a",
        "b",
        "0",
        "00",
        "metadata.a",
        "a.a",
        "a.b",
        "a.0",
        "a.00",
        "a.1",
        "a.0.a",
        "a.0.0",
        "a.a.0.b",
        "b.1.0.a",
        "a.-1",
    ),
)
BENCHMARK_KEYS = (
    *("id", "hash", "name", "version", "metadata.name", "metadata.version", "description", "created_at", "difficulty"),
    *("extra.a", "metadata.extra.a", "extra.a.0", "extra.b.a", "observation_space.low", "observation_space.shape.0"),
    *("observation_space.dtype", "observation_space.type", "inspection", "inspection.verdict", "published_in", "a"),
)


def a_filter(chance: Chance, keys: tuple[str, ...], depth: int = 0) -> dict[str, Any]:
    """A filter as it travels: every operator, nested."""
    if depth < 3 and chance.random() < 0.4:
        kind = chance.choice(["AND", "OR", "NOT"])
        count = 1 if kind == "NOT" else chance.randrange(4)
        return {"type": kind, "filters": [a_filter(chance, keys, depth + 1) for _ in range(count)]}
    kind = chance.choice(["EQ", "NE", "GT", "GEQ", "LT", "LEQ", "IN"])
    key = chance.choice(keys)

    def value() -> Any:
        return chance.moment_text() if key == "created_at" and chance.random() < 0.8 else a_value(chance)

    return {
        "type": kind,
        "key": key,
        "value": [value() for _ in range(chance.randrange(4))] if kind == "IN" else value(),
    }


def a_value(chance: Chance) -> Any:
    return (
        chance.choice(["alice", "lab", "b1", 7, 100, "Box", "float32"]) if chance.random() < 0.25 else chance.scalar()
    )


@pytest.mark.parametrize(
    ("a_header", "keys"), [(an_episode_header, EPISODE_KEYS), (a_benchmark_header, BENCHMARK_KEYS)]
)
def test_a_filter_finds_the_same_in_mongodb_as_in_python(
    a_header: Callable[[Chance], Header], keys: tuple[str, ...], mongodb_url: str, mongodb_database: str
) -> None:
    chance = Chance(2505_16754)
    headers = [a_header(chance) for _ in range(N_HEADERS)]
    schema = type(headers[0])
    n_found = 0
    with connect(mongodb_url, tz_aware=True) as client:
        collection = client[mongodb_database]["headers"]
        collection.insert_many(_stored(header) for header in headers)

        for _ in range(N_FILTERS // 2):
            wanted: BaseFilter = parse_filter(a_filter(chance, keys))

            found = {document["_id"] for document in collection.find(to_query(wanted, schema), {"_id": True})}

            expected = {header.id for header in headers if matches(wanted, header)}
            assert found == expected, _explain(wanted, schema, headers, found ^ expected)
            n_found += len(found)

    assert 0.1 < n_found / (N_FILTERS // 2 * N_HEADERS) < 0.9, "filters that find nothing, or everything, prove nothing"


def test_the_deepest_filter_allowed_is_one_that_mongodb_takes(mongodb_url: str, mongodb_database: str) -> None:
    header = an_episode_header(Chance(1))
    for kind in ("AND", "OR", "NOT"):
        deepest: dict[str, Any] = {"type": "EQ", "key": "id", "value": header.id}
        for depth in range(48):
            others = [{"type": "EQ", "key": "id", "value": str(depth)}] if kind == "OR" else []
            others = others or ([{"type": "NE", "key": "id", "value": str(depth)}] if kind == "AND" else [])
            deepest = {"type": kind, "filters": [deepest, *others]}
        wanted = parse_filter(deepest)
        with connect(mongodb_url, tz_aware=True) as client:
            collection = client[mongodb_database]["headers"]
            collection.replace_one({"_id": header.id}, _stored(header), upsert=True)

            found = collection.count_documents(to_query(wanted, EpisodeHeader))

        assert found == matches(wanted, header) == 1


def _stored(header: Header) -> dict[str, Any]:
    """A header as its document in the database has it."""
    fields = header.model_dump(by_alias=True)
    return {"_id": fields.pop("id"), **_plain(fields)}


def _plain(value: Any) -> Any:
    """What the driver can write: lists for tuples."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _explain(wanted: BaseFilter, schema: type[Header], headers: list[Header], different: set[str]) -> str:
    header = next(header for header in headers if header.id in different)
    return f"{wanted.model_dump_json()}\n{to_query(wanted, schema)}\n{header.model_dump_json(by_alias=True)}"

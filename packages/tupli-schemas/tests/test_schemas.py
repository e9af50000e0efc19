"""What every schema promises: it is frozen, refuses unknown fields, and comes back from JSON as it was."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from tupli_schemas.accounts import GroupWithMembers, Membership, User, UserRole
from tupli_schemas.artifacts import ArtifactHeader, ArtifactMetadata
from tupli_schemas.base import MAX_INT, Metadata, new_id, now
from tupli_schemas.benchmarks import Benchmark, BenchmarkMetadata, BenchmarkQuery
from tupli_schemas.datasets import Dataset, DatasetUpload, Member, digest
from tupli_schemas.episodes import Episode, EpisodeHeader, EpisodeItem, EpisodeUpload, Recording
from tupli_schemas.filters import Filter, FilterAND, FilterEQ, FilterIN, FilterNOT, FilterOR
from tupli_schemas.permissions import BUILT_IN_ROLES, Permission
from tupli_schemas.searches import Search
from tupli_schemas.spaces import (
    BoxSpec,
    DictSpec,
    DiscreteSpec,
    MultiBinarySpec,
    MultiDiscreteSpec,
    SpaceSpec,
    TextSpec,
    TupleSpec,
)
from tupli_schemas.tuples import RLTuple

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
names = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20).filter(str.isprintable)
ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,30}", fullmatch=True)
account_names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,20}", fullmatch=True)
scalars = st.booleans() | st.integers(-(2**63), MAX_INT) | st.floats(allow_nan=False, allow_infinity=False) | texts
keys = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
metadata = st.dictionaries(
    keys,
    st.recursive(
        scalars | st.none(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
    ),
)
checksums = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)
times = st.just(now())
header = {
    "id": ids,
    "created_by": account_names,
    "created_at": times,
    "published_in": st.lists(account_names, max_size=3).map(tuple),
}
numbers = st.floats(allow_nan=False, allow_infinity=False)


def built(schema: type[BaseModel], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[BaseModel]:
    return st.fixed_dictionaries(fields).map(lambda values: schema(**values))


filters = st.recursive(
    built(FilterEQ, key=keys, value=scalars) | built(FilterIN, key=keys, value=st.lists(scalars, max_size=3)),
    lambda inner: (
        built(FilterAND, filters=st.lists(inner, max_size=3))
        | built(FilterOR, filters=st.lists(inner, max_size=3))
        | inner.map(lambda child: FilterNOT(filters=(child,)))
    ),
    max_leaves=8,
)
spaces = st.recursive(
    built(
        BoxSpec,
        low=st.just("-inf"),
        high=st.lists(numbers, max_size=3).map(tuple),
        shape=st.just((3,)),
        dtype=st.just("float32"),
    )
    | built(DiscreteSpec, n=st.integers(1, 9), start=st.integers(-3, 3))
    | built(MultiBinarySpec, shape=st.just((2, 2)))
    | built(MultiDiscreteSpec, nvec=st.just((2, 3)), start=st.just((0, 1)), shape=st.just((2,)))
    | built(TextSpec, min_length=st.just(0), max_length=st.just(5), characters=texts),
    lambda inner: (
        built(DictSpec, spaces=st.dictionaries(keys, inner, max_size=3))
        | built(TupleSpec, spaces=st.lists(inner, max_size=3))
    ),
    max_leaves=5,
)
benchmark_metadata = built(BenchmarkMetadata, name=names, description=texts, version=st.none() | names, extra=metadata)
recordings = built(
    Recording, env_id=st.none() | texts, seed=st.none() | st.integers(0, MAX_INT), options=st.none() | metadata
)
tuples = built(
    RLTuple,
    observation=st.lists(numbers),
    action=st.integers(),
    reward=numbers,
    terminated=st.booleans(),
    info=metadata,
)
statistics = {
    "n_tuples": st.integers(1, 10**9),
    "terminated": st.booleans(),
    "truncated": st.booleans(),
    "return_": st.none() | numbers,
}
description = {
    "benchmark_id": ids,
    "metadata": metadata,
    "abandoned": st.booleans(),
    "recording": st.none() | recordings,
}
members = st.lists(built(Member, id=ids, checksum=checksums), max_size=3).map(tuple)

SCHEMAS: dict[Any, st.SearchStrategy[Any]] = {
    Benchmark: built(
        Benchmark,
        **header,
        hash=ids,
        metadata=benchmark_metadata,
        serialized=st.just("{}"),
        observation_space=st.none() | spaces,
    ),
    BenchmarkQuery: built(BenchmarkQuery, hash=ids, serialized=st.just("{}"), metadata=benchmark_metadata),
    ArtifactMetadata: built(ArtifactMetadata, name=names, description=texts, extra=metadata),
    ArtifactHeader: built(ArtifactHeader, **header, name=names, hash=ids, n_bytes=st.integers(0, 2**40)),
    Episode: built(Episode, **description, tuples=st.lists(tuples, min_size=1, max_size=3)),
    EpisodeHeader: built(EpisodeHeader, **header, **statistics, **description),
    EpisodeItem: built(
        EpisodeItem, **header, **statistics, **description, tuples=st.lists(tuples, max_size=2).map(tuple)
    ),
    EpisodeUpload: built(EpisodeUpload, **description, id=ids, checksum=checksums),
    RLTuple: tuples,
    Dataset: built(
        Dataset,
        **header,
        name=names,
        n_episodes=st.just(1),
        n_tuples=st.just(1),
        digest=checksums,
        members=members,
        metadata=metadata,
    ),
    DatasetUpload: built(DatasetUpload, name=names, episodes=st.lists(ids, min_size=1, max_size=3, unique=True)),
    Filter: filters,
    Search: built(Search, filter=filters, limit=st.none() | st.integers(1, 10_000), cursor=st.none() | texts),
    SpaceSpec: spaces,
    User: built(
        User,
        username=account_names,
        memberships=st.lists(built(Membership, group=account_names, roles=st.just(("member",)))),
    ),
    GroupWithMembers: built(
        GroupWithMembers, name=account_names, description=st.none() | texts, members=st.lists(account_names)
    ),
    UserRole: built(UserRole, role=account_names, rights=st.lists(st.sampled_from(Permission))),
}


@pytest.mark.parametrize("shape", SCHEMAS, ids=str)
def test_a_schema_comes_back_from_json_as_it_was(shape: Any) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(shape)

    @given(SCHEMAS[shape])
    def round_trip(value: Any) -> None:
        assert adapter.validate_json(adapter.dump_json(value)) == value

    round_trip()


@pytest.mark.parametrize(
    "shape", [shape for shape in SCHEMAS if isinstance(shape, type)], ids=lambda shape: shape.__name__
)
def test_a_schema_refuses_what_it_does_not_know_and_cannot_be_changed(shape: type[BaseModel]) -> None:
    @given(SCHEMAS[shape])
    def refuses(value: Any) -> None:
        with pytest.raises(ValidationError):
            shape.model_validate({**value.model_dump(mode="json"), "a_typo": 1})
        with pytest.raises(ValidationError):
            value.id = "other"

    refuses()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": {"b": [1, math.nan]}}, r"metadata\.a\.b\[1\]"),
        ({"a": math.inf}, r"metadata\.a"),
        ({"a": 2**63}, r"metadata\.a.*64 bits"),
        ({"a": object()}, r"metadata\.a: object"),
        ({"a.b": 1}, "'a.b'"),
        ({"$where": 1}, r"\$where"),
        ({"": 1}, "empty"),
        ({1: 1}, "strings, not int"),
        ({"a": "\x00"}, "NUL"),
        ({"a": "\ud800"}, "surrogate"),
        ({"a": np.array([math.nan])}, r"metadata\.a\[0\]"),
    ],
)
def test_metadata_that_could_not_be_stored_exactly_is_refused_with_its_path(value: dict[Any, Any], path: str) -> None:
    with pytest.raises(ValidationError, match=path):
        BenchmarkMetadata(name="x", extra=value)


def test_metadata_of_any_depth_is_refused_without_a_crash() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"a": deep}

    with pytest.raises(ValidationError, match="deep"):
        TypeAdapter(Metadata).validate_python(deep)


def test_metadata_is_a_copy_and_takes_numpy_values() -> None:
    mine: dict[str, Any] = {"shares": np.array([1, 2]), "mean": np.float32(0.5)}

    kept = BenchmarkMetadata(name="x", extra=mine)
    mine["mean"] = np.float32(1)

    assert kept.extra == {"shares": [1, 2], "mean": 0.5}


def test_ids_sort_by_the_time_they_were_made_and_never_repeat() -> None:
    made = [new_id() for _ in range(2_000)]

    assert len(set(made)) == 2_000
    assert made == sorted(made)


@pytest.mark.parametrize("bad", ["", "../x", "a/b", "a\\b", ".", "a b", "é", "x" * 65, "a\n", "-a"])
def test_an_id_can_never_leave_a_folder(bad: str) -> None:
    with pytest.raises(ValidationError):
        EpisodeUpload(id=bad, benchmark_id="b", checksum="sha256:" + "0" * 64)


def test_older_names_of_a_tuple_are_accepted_and_readable() -> None:
    step = RLTuple(state=[1.0], action=0, reward=1.0, terminal=True, timeout=False)

    assert (step.observation, step.terminated, step.truncated) == ([1.0], True, False)
    assert (step.state, step.terminal, step.timeout) == ([1.0], True, False)


@pytest.mark.parametrize(
    "both", [{"state": 1, "observation": 1}, {"observation": 1, "terminal": True, "terminated": True}]
)
def test_two_spellings_of_one_field_are_refused(both: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="two spellings"):
        RLTuple(action=0, reward=0, **both)


def test_a_tuple_from_a_step_takes_the_values_of_any_space() -> None:
    for observation in (3, np.int64(3), np.zeros(2), "text", {"a": np.zeros(1)}, (1, np.ones(2))):
        assert RLTuple.from_env_step(observation, 1, 0.5, np.bool_(True), False, {"k": 1}).observation is observation


@pytest.mark.parametrize("fields", [{}, {"tuples": [], "data": object()}])
def test_an_episode_has_either_tuples_or_columns(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="either tuples or data"):
        Episode(benchmark_id="b", **fields)


def test_an_episode_without_steps_is_refused() -> None:
    with pytest.raises(ValidationError, match="empty"):
        Episode(benchmark_id="b", tuples=[])


def test_a_header_of_pytupli_can_be_read() -> None:
    older = {
        "id": "e",
        "created_by": "u",
        "created_at": now(),
        "benchmark_id": "b",
        "metadata": {},
        "n_tuples": 1,
        "terminated": False,
    }

    assert EpisodeHeader.model_validate({**older, "timeout": True}).truncated


def test_a_digest_names_the_content_and_its_order() -> None:
    first, second = Member(id="a", checksum="x"), Member(id="b", checksum="y")

    assert digest([first, second]) == digest([first, second]) != digest([second, first])


def test_the_built_in_roles_are_those_of_the_documentation() -> None:
    assert BUILT_IN_ROLES["admin"] == set(Permission)
    assert {right.split("_")[0] for right in BUILT_IN_ROLES["content_admin"]} == {"benchmark", "artifact", "episode"}
    assert BUILT_IN_ROLES["group_admin"] == {"group_create", "group_read", "group_update", "group_delete", "user_read"}
    assert BUILT_IN_ROLES["guest"] == {"benchmark_read", "artifact_read", "episode_read"}
    assert BUILT_IN_ROLES["member"] == BUILT_IN_ROLES["guest"] | {"group_read", "user_read"}
    assert BUILT_IN_ROLES["global_member"] == BUILT_IN_ROLES["guest"] | {"group_create", "user_read"}

"""A filter on columns agrees with the filter on each tuple, whatever the data."""

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tupli_client.masks import mask, reaches
from tupli_client.where import where
from tupli_schemas.columns import EpisodeData
from tupli_schemas.filters import (
    EVERYTHING,
    NOTHING,
    BaseFilter,
    FilterAND,
    FilterEQ,
    FilterGEQ,
    FilterGT,
    FilterIN,
    FilterLEQ,
    FilterLT,
    FilterNE,
    FilterNOT,
    FilterOR,
)
from tupli_schemas.infos import InfoColumn
from tupli_schemas.matching import matches
from tupli_schemas.text_column import TextColumn

COMPARISONS = (FilterEQ, FilterNE, FilterGT, FilterGEQ, FilterLT, FilterLEQ)

# fmt: off
TELLING: list[Any] = [
    0, 1, -1, 0.5, 0.1, float(np.float32(0.1)), 1e-46, 1e39, 1e300, -1e300, 255, 256, -129, 2**24 + 1, 2**53, 2**53 + 1, float(2**53),
    2**63 - 1, -(2**63), float(2**63), True, False, "", "a", "b", "é", "\U0001f600", "a\x01",
]
DTYPES = st.sampled_from([
    "?", "i1", "u1", "<i2", "i4", ">i4", "i8", "u8", "f2", "f4", ">f4", "f8", "c8", "S3", "U3", "M8[us]", "M8[D]", "M8[ns]", "m8[s]",
]).map(np.dtype)
# fmt: on
WORDS = ["", "a", "b", "ab", "é", "\uffff", "\U0001f600"]


def by_hand(root: BaseFilter, data: EpisodeData) -> list[bool]:
    return [matches(root, step) for step in data]


def an_episode(observations: Any, **others: Any) -> EpisodeData:
    steps = others.pop("steps", 4)
    columns: dict[str, Any] = {"actions": np.arange(steps), "rewards": np.arange(steps) / 2}
    return EpisodeData.from_arrays(observations=observations, terminated=True, truncated=False, **columns | others)


# ------------------------------------------------------------------------------------------------------------ random data


def numbers(dtype: np.dtype[Any]) -> st.SearchStrategy[Any]:
    """Elements of a dtype, those on its edges among them."""
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        edges = [value for value in (limits.min, limits.max, 0, 1, 2**53 + 1, 255) if limits.min <= value <= limits.max]
        return st.sampled_from(edges) | hnp.from_dtype(dtype)
    return hnp.from_dtype(dtype)


@st.composite
def leaves(draw: st.DrawFn, rows: int) -> Any:
    if draw(st.integers(0, 4)) == 0:
        return TextColumn.from_strings(draw(st.lists(st.sampled_from(WORDS), min_size=rows, max_size=rows)))
    dtype = draw(DTYPES)
    shape = draw(st.sampled_from([(), (), (1,), (3,), (2, 2), (0,)]))
    return draw(hnp.arrays(dtype, (rows, *shape), elements=numbers(dtype)))


def trees(rows: int) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves(rows),
        lambda child: (
            st.dictionaries(st.sampled_from("ab0"), child, min_size=1, max_size=2)
            | st.lists(child, min_size=1, max_size=2).map(tuple)
        ),
        max_leaves=4,
    )


VALUES = st.recursive(
    st.none()
    | st.sampled_from(TELLING)
    | st.floats()
    | st.sampled_from([np.float32(0.1), np.int64(1), 1j, b"a", float("nan")]),
    lambda child: (
        st.lists(child, max_size=2)
        | st.dictionaries(st.sampled_from("ab0"), child, max_size=2)
        | st.tuples(child, child)
    ),
    max_leaves=4,
)


@st.composite
def episodes(draw: st.DrawFn) -> EpisodeData:
    steps = draw(st.integers(1, 5))
    infos = draw(
        st.lists(st.dictionaries(st.sampled_from(["k", "reward"]), VALUES, max_size=2), min_size=steps, max_size=steps)
    )
    rewards = draw(st.sampled_from(["f4", "f8", "i8", "u8", "?"]).map(np.dtype))
    return EpisodeData.from_arrays(
        observations=draw(trees(steps + draw(st.booleans()))),
        actions=draw(trees(steps)),
        rewards=draw(hnp.arrays(rewards, steps, elements=numbers(rewards))),
        terminated=draw(st.booleans()),
        truncated=draw(st.booleans()),
        infos=infos,
    )


FIRST = st.sampled_from(
    ["observation", "state", "action", "next_observation", "info", "k", "info.k", "reward", "info.reward"]
)
KEYS = st.tuples(FIRST, st.lists(st.sampled_from(["a", "b", "0", "1", "2"]), max_size=3)).map(
    lambda parts: ".".join((parts[0], *parts[1]))
) | st.sampled_from(["terminated", "timeout", "truncated", "nothing", "metadata.k", "reward.0", "observation.٢"])
SCALARS = st.sampled_from(TELLING) | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63 - 1)
FILTERS = st.recursive(
    st.builds(lambda kind, key, value: kind(key=key, value=value), st.sampled_from(COMPARISONS), KEYS, SCALARS)
    | st.builds(lambda key, values: FilterIN(key=key, value=values), KEYS, st.lists(SCALARS, max_size=3)),
    lambda child: (
        st.builds(
            lambda kind, parts: kind(filters=parts), st.sampled_from([FilterAND, FilterOR]), st.lists(child, max_size=3)
        )
        | child.map(lambda part: FilterNOT(filters=(part,)))
    ),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(root=FILTERS, data=episodes())
def test_a_filter_on_columns_is_the_filter_on_each_tuple(root: BaseFilter, data: EpisodeData) -> None:
    assert mask(root, data).tolist() == by_hand(root, data)


@settings(max_examples=300, deadline=None)
@given(dtype=DTYPES, kind=st.sampled_from(COMPARISONS), value=SCALARS, draw=st.data())
def test_every_dtype_compares_exactly(dtype: np.dtype[Any], kind: Any, value: Any, draw: st.DataObject) -> None:
    column = draw.draw(hnp.arrays(dtype, 4, elements=numbers(dtype)))
    data = an_episode(column)
    root = kind(key="observation", value=value)

    assert mask(root, data).tolist() == by_hand(root, data)


# --------------------------------------------------------------------------------------------------------- what it means


def test_a_float32_is_compared_as_the_number_it_is() -> None:
    data = an_episode(np.array([0.1, 0.5, np.nan, np.inf], np.float32))

    assert mask(where("observation == 0.1"), data).tolist() == [False] * 4
    assert mask(where("observation > 0.1"), data).tolist() == [True, True, False, True]
    assert mask(FilterEQ(key="observation", value=float(np.float32(0.1))), data).tolist() == [True, False, False, False]
    assert mask(where("observation != 0.5"), data).tolist() == [True, False, True, True]


def test_integers_beyond_the_floats_are_told_apart() -> None:
    data = an_episode(np.array([2**53, 2**53 + 1, 2**63 - 1, -1]))

    assert mask(where(f"observation == {2**53 + 1}"), data).tolist() == [False, True, False, False]
    assert mask(where(f"observation > {float(2**53)}"), data).tolist() == [False, True, True, False]
    assert mask(where("observation < 1e300"), data).all()


def test_on_a_vector_a_comparison_holds_if_some_element_satisfies_it() -> None:
    data = an_episode(np.array([[0, 0], [0, 5], [5, 5], [1, 2]]))

    assert mask(where("observation == 5"), data).tolist() == [False, True, True, False]
    assert mask(where("observation != 5"), data).tolist() == [True, False, False, True]
    assert mask(where("observation.0 == 5"), data).tolist() == [False, False, True, False]


def test_keys_reach_into_nested_spaces_and_infos() -> None:
    observations = {"image": np.arange(8).reshape(4, 2), "word": ["a", "b", "a", "c"]}
    infos = [{"speed": 1.5}, {}, {"speed": 2.5}, {"speed": 3.5}]
    data = an_episode(observations, infos=infos)

    assert mask(where("observation.image.1 > 2"), data).tolist() == [False, True, True, True]
    assert mask(where("observation.word == 'a'"), data).tolist() == [True, False, True, False]
    assert mask(where("speed > 2"), data).tolist() == [False, False, True, True]
    assert mask(where("info.speed < 2"), data).tolist() == [True, False, False, False]
    assert mask(where("not speed > 2"), data).tolist() == [True, True, False, False]


def test_an_unknown_next_observation_satisfies_no_comparison() -> None:
    data = an_episode(np.arange(4))

    assert mask(where("next_observation >= 0"), data).tolist() == [True, True, True, False]
    assert mask(where("next_observation != 9"), data).tolist() == [True, True, True, False]


def test_everything_and_nothing_are_what_they_say() -> None:
    data = an_episode(np.arange(4))

    assert mask(EVERYTHING, data).all()
    assert not mask(NOTHING, data).any()


def test_a_key_is_known_if_it_names_something_in_some_step() -> None:
    data = an_episode({"a": np.zeros((4, 2))}, infos=[{}, {"event": {"code": 3}}, {}, {"event": None}])

    assert reaches("observation.a.1", data)
    assert reaches("event.code", data)
    assert not reaches("observation.a.2", data)
    assert not reaches("event.kind", data)
    assert not reaches("spede", data)


def test_infos_of_every_stored_kind_are_asked() -> None:
    plain_text = InfoColumn(TextColumn.from_strings(["x", "y", "x", "y"]))
    data = an_episode(np.arange(4), infos={"name": plain_text, "vector": np.eye(4)})

    assert mask(where("name == 'x'"), data).tolist() == [True, False, True, False]
    assert mask(where("vector.2 == 1"), data).tolist() == [False, False, True, False]


@pytest.mark.parametrize("root", [where("observation[3] > 0.5 and reward < 0"), where("event == 'crash'")])
def test_a_million_tuples_take_less_than_a_second(root: BaseFilter) -> None:
    steps = 1_000_000
    rng = np.random.default_rng(0)
    events = TextColumn.from_strings(['"crash"', '"ok"'] * (steps // 2))
    data = an_episode(
        rng.normal(size=(steps, 8)).astype(np.float32),
        actions=np.zeros(steps),
        rewards=rng.normal(size=steps),
        infos={"event": InfoColumn(events, kind="json")},
    )

    began = time.process_time()
    found = mask(root, data)

    assert time.process_time() - began < 1
    assert 0.1 < found.mean() < 0.6

"""Strategies for columns of any nested space, and for whole episodes."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from any_episode.values import SHAPES, any_info_value, array_of_bits, dtypes
from tupli_schemas.columns import EpisodeData
from tupli_schemas.infos import columns_of
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Tree

Filler = Callable[[int], Tree]
"""Makes the columns of a space, given how many rows they have."""


def any_tree(rows: int) -> st.SearchStrategy[Tree]:
    """Columns of ``rows`` rows of any space."""
    return _fillers().map(lambda fill: fill(rows))


@st.composite
def any_episode(draw: st.DrawFn, max_steps: int = 12) -> EpisodeData:
    """An episode of any spaces, rewards, ends and infos."""
    steps = draw(st.integers(1, max_steps))
    final = draw(st.booleans())
    rewards = draw(st.sampled_from(["f", "d", "e", "q", "B", "?", "g", ">f8"]))
    data = EpisodeData(
        all_observations=draw(any_tree(steps + final)),
        actions=draw(any_tree(steps)),
        rewards=array_of_bits(draw(st.integers(0, 99)), np.dtype(rewards), (steps,)),
        terminated=_end(draw(st.booleans()), steps),
        truncated=_end(draw(st.booleans()), steps),
        infos=columns_of(draw(_infos(steps))),
        has_final_observation=final,
    )
    if steps > 2 and draw(st.booleans()):
        return data.slice(draw(st.integers(0, steps // 2)), draw(st.integers(steps // 2 + 1, steps)))
    return data


def _fillers() -> st.SearchStrategy[Filler]:
    leaves = st.builds(_array_filler, st.integers(0, 2**32), dtypes(), SHAPES) | st.builds(
        _text_filler, st.lists(st.text(max_size=6), min_size=1, max_size=4)
    )
    keys = st.text(max_size=4) | st.sampled_from(["a/b", "#off", "%", "", "0", "ü"])
    return st.recursive(
        leaves,
        lambda fillers: (
            st.dictionaries(keys, fillers, min_size=1, max_size=3).map(_dict_filler)
            | st.lists(fillers, min_size=1, max_size=3).map(_tuple_filler)
        ),
        max_leaves=5,
    )


def _array_filler(seed: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Filler:
    return lambda rows: array_of_bits(seed, dtype, (rows, *shape))


def _text_filler(texts: list[str]) -> Filler:
    return lambda rows: TextColumn.from_strings(texts[row % len(texts)] for row in range(rows))


def _dict_filler(fillers: dict[str, Filler]) -> Filler:
    return lambda rows: {key: fill(rows) for key, fill in fillers.items()}


def _tuple_filler(fillers: list[Filler]) -> Filler:
    return lambda rows: tuple(fill(rows) for fill in fillers)


def _end(ends: bool, steps: int) -> Any:
    column = np.zeros(steps, np.bool_)
    column[-1] = ends
    return column


@st.composite
def _infos(draw: st.DrawFn, steps: int) -> list[dict[str, Any]]:
    """Infos with keys that come and go; under one key often values of one type, as environments have them."""
    infos: list[dict[str, Any]] = [{} for _ in range(steps)]
    for key in draw(st.lists(st.text(max_size=3) | st.sampled_from(["x/y", "k#has", ""]), unique=True, max_size=3)):
        values = draw(st.lists(any_info_value(), min_size=1, max_size=3) | _alike())
        present = draw(st.lists(st.booleans(), min_size=steps, max_size=steps) | st.just([True] * steps))
        for row, info in enumerate(infos):
            if present[row]:
                info[key] = values[row % len(values)]
    return infos


def _alike() -> st.SearchStrategy[list[Any]]:
    """Values of one type."""
    return st.one_of(
        st.lists(st.floats(), min_size=2, max_size=4),
        st.lists(st.integers(), min_size=2, max_size=4),
        st.lists(st.booleans(), min_size=2, max_size=4),
        st.builds(
            lambda seeds, dtype, shape: [array_of_bits(seed, dtype, shape) for seed in seeds],
            st.lists(st.integers(0, 99), min_size=2, max_size=4),
            dtypes(),
            SHAPES,
        ),
        st.builds(
            lambda seeds, dtype: [array_of_bits(seed, dtype, (1,))[0] for seed in seeds],
            st.lists(st.integers(0, 99), min_size=2, max_size=4),
            dtypes(),
        ),
    )

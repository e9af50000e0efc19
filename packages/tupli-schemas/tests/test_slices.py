"""Pieces of an episode: no copy, and no two steps become neighbours that were not."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from any_episode import an_episode, any_episode, arrays_of, same
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError


@given(any_episode(), st.data())
def test_a_slice_is_those_steps_without_a_copy(data: EpisodeData, draw: st.DataObject) -> None:
    start = draw.draw(st.integers(0, len(data) - 1))
    stop = draw.draw(st.integers(start + 1, len(data)))

    part = data.slice(start, stop)

    assert all(same(dict(part[row]), dict(data[start + row])) for row in range(stop - start))
    assert len(part) == stop - start
    assert part.is_partial == (data.is_partial or len(part) < len(data))
    assert part.has_final_observation == (stop < len(data) or data.has_final_observation)
    assert all(shared(leaf, whole) for leaf, whole in zip(arrays_of(part), arrays_of(data), strict=True))


@pytest.mark.parametrize(("start", "stop"), [(0, 0), (3, 2), (-1, 2), (0, 6), (5, 6)])
def test_steps_that_do_not_exist_are_an_index_error(start: int, stop: int) -> None:
    with pytest.raises(IndexError, match="an episode of 5 steps"):
        an_episode(5).slice(start, stop)


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_runs_are_the_chosen_steps_in_order_and_never_join_what_was_apart(chosen: list[bool]) -> None:
    data = an_episode(len(chosen), actions=10 + np.arange(len(chosen)))

    runs = list(data.runs(np.array(chosen)))

    actions = [run.actions.tolist() for run in runs if isinstance(run.actions, np.ndarray)]
    assert [action for run in actions for action in run] == [10 + row for row, has in enumerate(chosen) if has]
    assert all(run == list(range(run[0], run[0] + len(run))) for run in actions)
    assert all(later[0] > earlier[-1] + 1 for earlier, later in pairwise(actions))
    assert all(run.has_final_observation for run in runs)


@pytest.mark.parametrize("mask", [np.ones(4, np.bool_), np.ones(5), np.ones((5, 1), np.bool_)])
def test_a_mask_has_one_bool_for_each_step(mask: np.ndarray) -> None:
    with pytest.raises(InvalidDataError, match="a mask of 5 steps is bool of shape"):
        an_episode(5).runs(mask)


def shared(part: np.ndarray, whole: np.ndarray) -> bool:
    return not part.size or np.shares_memory(part, whole)

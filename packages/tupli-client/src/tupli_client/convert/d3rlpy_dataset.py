"""Episodes as a d3rlpy ``MDPDataset``, with no transition lost and no action space guessed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tupli_client.buffers.notices import Notices
from tupli_client.convert.extras import need
from tupli_client.convert.gathering import Piece, gather
from tupli_client.convert.spaces import Actions, actions_of
from tupli_client.selections.episode import SelectedEpisode, selected
from tupli_schemas.arrays import Array
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError, UnsupportedSpaceError
from tupli_schemas.spaces import SpaceSpec
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Tree


def to_d3rlpy(
    episodes: Iterable[SelectedEpisode | EpisodeData],
    *,
    action_space: SpaceSpec | None = None,
    action_size: int | None = None,
    keep_last: bool = True,
    **options: Any,
) -> Any:
    """A ``d3rlpy.dataset.MDPDataset`` of the selected steps.

    d3rlpy takes the next observation from the next row, so it has no use for the last step of an episode that did not terminate.
    ``keep_last`` puts one row behind each such step: the observation that followed, the same action again, reward 0. That row is
    never the start of a transition, but sequence models (``DecisionTransformer``) see it: use ``keep_last=False`` for them.

    Args:
        episodes: What a dataset holds, or any ``EpisodeData``.
        action_space: Of the benchmark. Without it floating-point actions are vectors, and whole numbers need an ``action_size``.
        action_size: How many discrete actions there are, or how long an action vector is; known from ``action_space``.
            Actions of a ``Discrete`` space that begins at another number than 0 are counted from 0, as d3rlpy does.
        keep_last: See above.
        options: ``transition_picker`` and ``trajectory_slicer`` of ``MDPDataset``.

    Raises:
        InvalidDataError: There is no transition, the episodes differ in form or shape, or the number of actions is unknown.
        UnsupportedSpaceError: Observations or actions of a form that d3rlpy does not know.
        ImportError: There is no d3rlpy.
    """
    d3rlpy = need("d3rlpy", "d3rlpy", "convert_to_d3rlpy")
    layouts = [_Layout.of(episode, keep_last) for episode in selected(episodes)]
    _check_transitions(layouts, keep_last)
    columns = _columns(layouts)
    known = _known_actions(columns["actions"], action_space, action_size)
    kinds = d3rlpy.constants.ActionSpace
    columns["actions"] = _actions(columns["actions"], known)
    return d3rlpy.dataset.MDPDataset(
        **columns,
        action_space=kinds.DISCRETE if known.is_discrete else kinds.CONTINUOUS,
        action_size=known.size,
        **options,
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which rows d3rlpy gets of one episode: the selected steps, with rows of padding between them."""

    episode: SelectedEpisode
    observations: Array  # rows of all_observations
    steps: Array  # rows of every other column
    is_padding: Array
    terminals: Array
    timeouts: Array

    @classmethod
    def of(cls, episode: SelectedEpisode, keep_last: bool) -> "_Layout":
        rows, cut = episode.rows, episode.timeouts
        followed = cut & episode.data.next_known[rows] & keep_last
        after = np.flatnonzero(followed) + 1
        is_padding = np.insert(np.zeros(len(rows), np.bool_), after, True)
        return cls(
            episode,
            observations=np.insert(rows, after, rows[followed] + 1),
            steps=np.insert(rows, after, rows[followed]),
            is_padding=is_padding,
            terminals=np.insert(episode.terminals, after, False),
            timeouts=np.insert(cut & ~followed, after, True),
        )

    def piece(self, tree: Tree, index: Array) -> Piece:
        return Piece(tree, index, len(index), self.episode.name)


def _columns(layouts: list[_Layout]) -> dict[str, Any]:
    rewards = gather("rewards", [layout.piece(layout.episode.data.rewards, layout.steps) for layout in layouts])
    rewards[np.concatenate([layout.is_padding for layout in layouts])] = 0
    return {
        "observations": _observations(
            gather("observations", [one.piece(one.episode.data.all_observations, one.observations) for one in layouts])
        ),
        "actions": gather("actions", [layout.piece(layout.episode.data.actions, layout.steps) for layout in layouts]),
        "rewards": rewards,
        "terminals": np.concatenate([layout.terminals for layout in layouts]),
        "timeouts": np.concatenate([layout.timeouts for layout in layouts]),
    }


def _check_transitions(layouts: list[_Layout], keep_last: bool) -> None:
    lost = sum(int(np.count_nonzero(layout.timeouts & ~layout.is_padding)) for layout in layouts)
    steps = sum(len(layout.episode) for layout in layouts)
    if lost == steps:
        raise InvalidDataError(
            f"d3rlpy finds no transition in {steps} steps", hint="it knows the next observation of none of them"
        )
    if lost and keep_last:
        Notices().once(
            "lost", f"the observation after {lost} of {steps} steps is unknown, so d3rlpy leaves these steps out"
        )


def _observations(tree: Tree) -> Any:
    """As d3rlpy wants them: an array with at least two axes, or a list of such arrays."""
    if isinstance(tree, tuple):
        return [_observations(child) for child in tree]
    if isinstance(tree, dict | TextColumn):
        raise UnsupportedSpaceError(
            f"d3rlpy knows arrays, and tuples of arrays, as observations, not {'text' if isinstance(tree, TextColumn) else 'dicts'}",
            hint="record through gymnasium.wrappers.FlattenObservation, or convert_to_numpy() and flatten",
        )
    return tree[:, None] if tree.ndim == 1 else tree


def _known_actions(actions: Tree, space: SpaceSpec | None, size: int | None) -> Actions:
    if space is not None:
        known = actions_of(space)
        return known if size is None else known._replace(size=size)
    if not isinstance(actions, np.ndarray):
        raise UnsupportedSpaceError("d3rlpy knows numbers and vectors as actions, not dicts, tuples or text")
    if actions.dtype.kind == "f":
        return Actions(is_discrete=False, size=size or int(np.prod(actions.shape[1:])))
    if size is None:
        raise InvalidDataError(
            "the benchmark does not say how many actions there are",
            hint="give action_size=..., as in Discrete(action_size)",
        )
    return Actions(is_discrete=True, size=size)


def _actions(actions: Any, known: Actions) -> Any:
    if not known.is_discrete:
        return actions.reshape(len(actions), -1)
    return actions - known.start if known.start else actions

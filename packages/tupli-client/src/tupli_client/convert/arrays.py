"""Episodes as one array each of observations, actions, rewards, terminals and timeouts."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from tupli_client.comparing import Mask
from tupli_client.convert.gathering import Piece, gather
from tupli_client.convert.spaces import no_rows
from tupli_client.selections.episode import SelectedEpisode, selected
from tupli_schemas.arrays import Array
from tupli_schemas.columns import EpisodeData
from tupli_schemas.spaces import SpaceSpec
from tupli_schemas.trees import Tree


class Steps(NamedTuple):
    """The steps of many episodes, one row each, episode after episode; also a plain tuple of five.

    Attributes:
        observations: What the agent saw before each action, in the dtype and form of the space: an array, or a dict or tuple of them.
        actions: Likewise.
        rewards: Shape (N,).
        terminals: Shape (N,), bool: the episode terminated with this step.
        timeouts: Shape (N,), bool: the episode, its record, or the run of steps that a filter left of it, ends with this step without
            having terminated. After each true in ``terminals`` or ``timeouts``, and nowhere else, the next row is not the next step.
            Never true together with ``terminals``.
    """

    observations: Tree
    actions: Tree
    rewards: Array
    terminals: Mask
    timeouts: Mask


def to_numpy(
    episodes: Iterable[SelectedEpisode | EpisodeData],
    *,
    observation_space: SpaceSpec | None = None,
    action_space: SpaceSpec | None = None,
) -> Steps:
    """The selected steps of ``episodes`` as arrays, each allocated once and filled once.

    Args:
        episodes: What a dataset holds, or any ``EpisodeData``.
        observation_space: Gives the form of ``observations`` if there are no steps.
        action_space: Likewise.

    Raises:
        InvalidDataError: The episodes differ in form or shape.
    """
    chosen = selected(episodes)
    return Steps(
        observations=column("observations", chosen, lambda data: data.observations, observation_space),
        actions=column("actions", chosen, lambda data: data.actions, action_space),
        rewards=column("rewards", chosen, lambda data: data.rewards),
        terminals=flags([episode.terminals for episode in chosen]),
        timeouts=flags([episode.timeouts for episode in chosen]),
    )


def column(
    name: str, episodes: list[SelectedEpisode], of: Callable[[EpisodeData], Tree], space: SpaceSpec | None = None
) -> Any:
    """One column of the selected steps of all episodes."""
    if not episodes:
        return no_rows(space)
    pieces = [
        Piece(of(episode.data), slice(None) if episode.mask is None else episode.mask, len(episode), episode.name)
        for episode in episodes
    ]
    return gather(name, pieces)


def flags(columns: list[Mask]) -> Mask:
    """Columns of bools, one after another."""
    return np.concatenate(columns) if columns else np.zeros(0, np.bool_)

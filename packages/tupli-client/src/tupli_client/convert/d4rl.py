"""Episodes as a dict of arrays in the format of D4RL (Fu et al., 2020)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from tupli_client.buffers.notices import Notices
from tupli_client.comparing import Mask
from tupli_client.convert.arrays import to_numpy
from tupli_client.convert.gathering import Piece, gather
from tupli_client.convert.spaces import no_rows
from tupli_client.selections.episode import SelectedEpisode, selected
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.spaces import SpaceSpec
from tupli_schemas.trees import n_rows

UnknownNext = Literal["drop", "repeat", "refuse"]
"""What becomes of a step after which nobody knows the observation, unless the episode terminated there."""


def to_d4rl(
    episodes: Iterable[SelectedEpisode | EpisodeData],
    *,
    unknown_next: UnknownNext = "drop",
    observation_space: SpaceSpec | None = None,
    action_space: SpaceSpec | None = None,
) -> dict[str, Any]:
    """A dict of ``observations``, ``actions``, ``next_observations``, ``rewards``, ``terminals`` and ``timeouts``, one row per step.

    Row i of ``next_observations`` is what the agent saw after action i, also at the end of an episode and of a run that a filter left.
    Where historic data lacks that observation, what happens depends on the step:

    - If the episode terminated there, the step is kept and its own observation stands in: no learner looks beyond a termination.
    - Otherwise ``unknown_next`` decides: ``drop`` leaves the step out and warns how many those were, ``repeat`` lets its own
      observation stand in, ``refuse`` raises.

    Raises:
        InvalidDataError: The episodes differ in form or shape, or ``refuse`` has something to refuse.
    """
    chosen = selected(episodes)
    if unknown_next != "repeat":
        chosen = _of_known_next(chosen, refuse=unknown_next == "refuse")
    steps = to_numpy(chosen, observation_space=observation_space, action_space=action_space)
    pieces = [_next_observations(episode) for episode in chosen]
    return {
        "observations": steps.observations,
        "actions": steps.actions,
        "next_observations": gather("next_observations", pieces) if pieces else no_rows(observation_space),
        "rewards": steps.rewards,
        "terminals": steps.terminals,
        "timeouts": steps.timeouts,
    }


def _next_observations(episode: SelectedEpisode) -> Piece:
    observations = episode.data.all_observations
    # The row after the last one there is, is that row itself: its own observation stands in for the unknown one.
    index = np.minimum(episode.rows + 1, n_rows(observations) - 1)
    return Piece(observations, index, len(episode), episode.name)


def _of_known_next(episodes: list[SelectedEpisode], *, refuse: bool) -> list[SelectedEpisode]:
    usable = [_usable(episode) for episode in episodes]
    kept = selected(
        replace(episode, mask=mask) if mask is not None else episode
        for episode, mask in zip(episodes, usable, strict=True)
    )
    dropped = sum(map(len, episodes)) - sum(map(len, kept))
    message = f"the observation after {dropped} steps is unknown"
    if dropped and refuse:
        raise InvalidDataError(message, hint='unknown_next="drop" leaves these steps out')
    if dropped:
        Notices().once("unknown next", f"{message}: they were left out (see unknown_next)")
    return kept


def _usable(episode: SelectedEpisode) -> Mask | None:
    """The selected steps that a learner can use; None if those are all."""
    known = episode.data.next_known | episode.data.terminated
    if known.all():
        return None
    return known if episode.mask is None else known & episode.mask

"""The buffer of one episode: it keeps the observation that the agent saw, what it did, and what came of it."""

from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces

from tupli_client.buffers.bounds import outside
from tupli_client.buffers.columns import ArrayBuffer, buffer_for
from tupli_client.buffers.infos import InfoBuffer, InfoPolicy
from tupli_client.buffers.notices import Notices
from tupli_schemas.arrays import Array
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.trees import Tree


class Step(NamedTuple):
    """One recorded step, in copies. ``observation`` is the one before ``action``; ``next_observation`` is None if nobody knows it."""

    observation: Any
    action: Any
    reward: Any
    terminated: bool
    truncated: bool
    info: dict[str, Any]
    next_observation: Any


class EpisodeRecorder:
    """Collects one episode after the other as columns. It calls no environment and no storage.

    ``begin`` takes the first observation of an episode; then for each step ``act`` takes the action, before the environment may
    change it, and ``add`` what the environment answered. ``finish`` gives the episode. All values are copied when they are given.

    Columns have the dtypes of the spaces as long as these hold every value exactly; otherwise they become wider and a warning says
    so, once. Rewards have the dtype of the first one. Values outside their space are recorded as they are, also with a warning.

    Args:
        observation_space: Of the environment; Box, Discrete, MultiBinary, MultiDiscrete, Text, and Dict and Tuple of them.
        action_space: Likewise.
        infos: Which infos to keep: ``"all"``, ``"none"``, or those under the keys of a list. A value without a portable form is left
            out, with a warning.
        notices: Where warnings go; recorders that share one warn once together.

    Raises:
        UnsupportedSpaceError: Values of a space have no columns.
    """

    def __init__(
        self,
        observation_space: spaces.Space[Any],
        action_space: spaces.Space[Any],
        *,
        infos: InfoPolicy = "all",
        notices: Notices | None = None,
    ) -> None:
        self._spaces = {"observations": observation_space, "actions": action_space}
        self._notices = notices or Notices()
        self._observations = buffer_for(observation_space, "observations", self._notices)
        self._actions = buffer_for(action_space, "actions", self._notices)
        self._rewards = ArrayBuffer("rewards", self._notices)
        self._infos = InfoBuffer(infos, self._notices)
        self._steps = 0
        self._terminated = self._truncated = False
        self._knows_last_observation = True

    def __len__(self) -> int:
        """How many steps the open episode has so far."""
        return self._steps

    def begin(self, observation: Any) -> None:
        """Open an episode with the observation that its reset gave."""
        self._observations.put(0, observation)
        self._steps = 0
        self._terminated = self._truncated = False
        self._knows_last_observation = True

    def act(self, action: Any) -> None:
        """Take the action of the step that is about to happen; without an ``add`` after it, it did not happen.

        Raises:
            InvalidDataError: The action has no place in the column of the others.
        """
        self._actions.put(self._steps, action)

    def add(self, observation: Any, reward: Any, terminated: Any, truncated: Any, info: Any = None) -> None:
        """Take what the environment answered.

        Args:
            observation: The one after the action; None if nobody knows it, which ends the episode.
            reward: One number.
            terminated: Whether the episode ended in a terminal state.
            truncated: Whether it was ended for another reason.
            info: A dict of anything.

        Raises:
            InvalidDataError: The episode has ended already, or a value has no place in the column of the others.
        """
        row = self._steps
        if self._terminated or self._truncated or not self._knows_last_observation:
            raise InvalidDataError(f"the episode ended after {row} steps; begin another one")
        if observation is None:
            self._knows_last_observation = False
        else:
            self._observations.put(row + 1, observation)
        self._rewards.put(row, reward)
        self._infos.put(row, info)
        self._terminated, self._truncated = bool(terminated), bool(truncated)
        self._steps = row + 1

    def last_step(self) -> Step:
        """The step that was added last, in copies."""
        row = self._steps - 1
        return Step(
            self._observations.row(row),
            self._actions.row(row),
            self._rewards.row(row),
            self._terminated,
            self._truncated,
            self._infos.row(row),
            self._observations.row(row + 1) if self._knows_last_observation else None,
        )

    def discard(self) -> None:
        """Forget the steps so far."""
        self._steps = 0

    def finish(self) -> EpisodeData:
        """The steps so far as an episode, which may not have ended yet.

        Raises:
            InvalidDataError: There are no steps.
        """
        steps = self._steps
        if not steps:
            raise InvalidDataError("an episode has at least one step; this one is empty")
        data = EpisodeData(
            all_observations=self._observations.take(steps + self._knows_last_observation),
            actions=self._actions.take(steps),
            rewards=self._rewards.take(steps),
            terminated=_end(steps, self._terminated),
            truncated=_end(steps, self._truncated),
            infos=self._infos.take(steps),
            has_final_observation=self._knows_last_observation,
        )
        self._steps = 0
        return data

    def notice_outliers(self, data: EpisodeData) -> None:
        """Warn, once for each, of observations and actions of an episode that are outside their space.

        Looking once an episode instead of once a step costs a thousandth, and a space that is wrong stays wrong.
        """
        self._notice_outliers("observations", data.all_observations)
        self._notice_outliers("actions", data.actions)

    def _notice_outliers(self, name: str, column: Tree) -> None:
        if self._notices.is_settled(f"bounds of {name}"):
            return
        for part, row, value, space in outside(self._spaces[name], column, name):
            self._notices.once(
                f"bounds of {name}",
                f"{part} of step {row} are outside {space!r:.200}: {value!r:.200}; they are recorded as they are",
            )


def _end(steps: int, value: bool) -> Array:
    column = np.zeros(steps, np.bool_)
    column[-1:] = value
    return column

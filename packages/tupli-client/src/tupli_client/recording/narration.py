"""What a user's own code makes of the steps of an episode: metadata by a callback, tuples by a class."""

from typing import Any

from tupli_client.callbacks import MetadataCallback
from tupli_client.recorder import Step
from tupli_schemas.columns import EpisodeData
from tupli_schemas.tuples import RLTuple


class Narrator:
    """Shows each step to a callback and to a tuple class, and keeps what they say.

    Attributes:
        callback: The last dict that it returns in an episode is that episode's metadata.
        tuple_class: If it is not ``RLTuple`` itself, the tuples that its ``from_env_step`` makes are what is recorded.
        metadata: Of the episode so far.
        has_own_tuples: Whether the tuples of the episode are those of the user's class.
    """

    def __init__(self, callback: MetadataCallback | None = None, tuple_class: type[RLTuple] = RLTuple) -> None:
        self.callback = callback
        self.tuple_class = tuple_class
        self.metadata: dict[str, Any] = {}
        self.has_own_tuples = False
        self._tuples: list[RLTuple] = []
        self._next_observation: Any = None
        self._changes_observations = False

    def begin(self) -> None:
        """An episode begins."""
        self.metadata, self._tuples, self._changes_observations = {}, [], False
        self.has_own_tuples = self.tuple_class is not RLTuple
        reset = getattr(self.callback, "reset", None)
        if reset is not None:
            reset()

    def see(self, step: Step) -> None:
        """A step happened."""
        step_as_tuple = self._own_tuple(step) if self.has_own_tuples else RLTuple(**step._asdict())
        if self.callback is not None and (metadata := self.callback(step_as_tuple)) is not None:
            self.metadata = metadata

    def columns(self) -> EpisodeData | None:
        """The tuples of the user's own class as an episode, used up; None if it has made none.

        The observation after the last step is known if the class leaves observations as they are, or gives it itself.
        """
        if not self._tuples:
            return None
        (*tuples, last), self._tuples = self._tuples, []
        if last.next_observation is None and not self._changes_observations:
            last = last.model_copy(update={"next_observation": self._next_observation})
        return EpisodeData.from_tuples([*tuples, last])

    def _own_tuple(self, step: Step) -> RLTuple:
        made = self.tuple_class.from_env_step(*step[:6])
        self._tuples.append(made)
        self._next_observation = step.next_observation
        self._changes_observations |= made.observation is not step.observation
        return made

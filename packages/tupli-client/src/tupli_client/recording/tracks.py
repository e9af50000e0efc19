"""The way of one environment through its episodes: what belongs to one, and when it is over."""

from dataclasses import replace
from typing import Any, Literal, TypeAlias

from pydantic import ValidationError

from tupli_client.recorder import EpisodeRecorder
from tupli_client.recording.narration import Narrator
from tupli_client.recording.outbox import HOW_TO_SAVE, EpisodeOutbox
from tupli_schemas.base import new_id
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode, Recording
from tupli_schemas.errors import invalid_data
from tupli_schemas.tuples import RLTuple

AbandonedPolicy: TypeAlias = Literal["keep", "discard"]
"""What becomes of the steps of an episode that was left in the middle."""


class EpisodeTrack:
    """Records the episodes of one environment, one after the other, and sends each to an outbox when it is over.

    Attributes:
        is_open: Whether a step that happens now belongs to an episode. It does not before a reset, after an end, and after something
            failed within a step: what comes then does not follow from what was seen before.
    """

    def __init__(
        self, recorder: EpisodeRecorder, narrator: Narrator, outbox: EpisodeOutbox, *, abandoned: AbandonedPolicy
    ) -> None:
        self.is_open = False
        self._recorder, self._narrator, self._outbox = recorder, narrator, outbox
        self._abandoned = abandoned
        self._recording = Recording()

    def begin(self, observation: Any, recording: Recording) -> None:
        """Open an episode with the observation of a reset and what is known of that reset."""
        try:
            self.leave()
        finally:  # whatever became of the episode before, this one begins
            self._recorder.begin(observation)
            self._recording = recording
            self._narrator.begin()
            self.is_open = True

    def act(self, action: Any) -> None:
        """Take the action of the step that is about to happen.

        Raises:
            ConflictError: The benchmark is not stored yet.
            InvalidDataError: The action has no place among the others.
        """
        if self._outbox.benchmark_id is None:
            self._outbox.require_benchmark()
        self._recorder.act(action)

    def add(self, observation: Any, reward: Any, terminated: Any, truncated: Any, info: Any) -> None:
        """Take what the environment answered; the last step of an episode sends it.

        Raises:
            InvalidDataError: A value has no place among the others. The steps before it are kept as an abandoned episode.
            TupliError: The storage did not take the episode; it is in the outbox.
        """
        narrator = self._narrator
        try:
            self._recorder.add(observation, reward, terminated, truncated, info)
            if narrator.callback is not None or narrator.tuple_class is not RLTuple:
                narrator.see(self._recorder.last_step())
        except BaseException:
            self.interrupt()
            raise
        if terminated or truncated:
            self.leave()

    def interrupt(self) -> None:
        """Something failed within a step, so the next would not follow from the last: record no more of this episode."""
        self.is_open = False

    def leave(self) -> None:
        """Send the steps that are open, if there are any. Without an end of its own, the episode is an abandoned one."""
        self.is_open = False
        if not len(self._recorder):
            return
        data = self._take()
        if data is None:
            return
        has_end = bool(data.terminated[-1] or data.truncated[-1])
        if has_end or self._abandoned == "keep":
            self._outbox.send(self._episode(data if has_end else truncate(data), abandoned=not has_end))
        if not self._narrator.has_own_tuples:
            self._recorder.notice_outliers(data)  # at last, so that nothing is lost where warnings are errors

    def discard(self) -> None:
        """Forget the steps that are open."""
        self.is_open = False
        self._recorder.discard()

    def _take(self) -> EpisodeData | None:
        if not self._narrator.has_own_tuples:
            return self._recorder.finish()
        self._recorder.discard()
        return self._narrator.columns()

    def _episode(self, data: EpisodeData, *, abandoned: bool) -> Episode:
        fields: dict[str, Any] = {
            "id": new_id(),  # chosen here, so that an episode that is sent twice is stored once
            "benchmark_id": self._outbox.require_benchmark(),
            "data": data,
            "recording": self._recording,
            "abandoned": abandoned,
        }
        try:
            return Episode(metadata=self._narrator.metadata, **fields)
        except ValidationError as error:
            self._outbox.unsaved.append(Episode(**fields))
            refused = invalid_data(error, "what the metadata callback returned")
            refused.hint = f"without metadata, {HOW_TO_SAVE}"
            raise refused from None


def truncate(data: EpisodeData) -> EpisodeData:
    """The same steps, the last of which is truncated, because nothing follows it."""
    ends = data.truncated.copy()
    ends[-1] = True
    return replace(data, truncated=ends)

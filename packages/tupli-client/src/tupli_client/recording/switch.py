"""Recording, switched on and off: what the wrappers of one environment and of many have in common."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Self

import gymnasium
from gymnasium import spaces

from tupli_client.buffers.infos import InfoPolicy, wanted_keys
from tupli_client.buffers.notices import Notices
from tupli_client.recorder import EpisodeRecorder
from tupli_client.recording.narration import Narrator
from tupli_client.recording.outbox import EpisodeOutbox
from tupli_client.recording.tracks import AbandonedPolicy, EpisodeTrack
from tupli_client.storage import TupliStorage
from tupli_schemas.episodes import Episode
from tupli_schemas.errors import InvalidDataError


class RecordingSwitch:
    """A wrapper that records into a storage while it is switched on."""

    def _set_up_recording(
        self, storage: TupliStorage, benchmark_id: str | None, infos: InfoPolicy, abandoned: AbandonedPolicy
    ) -> None:
        if abandoned not in {"keep", "discard"}:
            raise InvalidDataError(f"abandoned is 'keep' or 'discard', not {abandoned!r}")
        wanted_keys(infos)
        self._is_on = True
        self._infos, self._abandoned = infos, abandoned
        self._outbox = EpisodeOutbox(storage, benchmark_id)
        self._notices = Notices()
        self._tracks: list[EpisodeTrack] = []

    @property
    def is_recording(self) -> bool:
        """Whether episodes that begin now are recorded."""
        return self._is_on

    @property
    def id(self) -> str | None:
        """The id of the benchmark that episodes are recorded under; None as long as it is not stored."""
        return self._outbox.benchmark_id

    @property
    def storage(self) -> TupliStorage:
        """Where episodes go; may be replaced at any time."""
        return self._outbox.storage

    @storage.setter
    def storage(self, storage: TupliStorage) -> None:
        self._outbox.storage = storage

    @property
    def unsaved_episodes(self) -> list[Episode]:
        """Episodes that the storage has not taken (yet), oldest first. They are tried again when the next one ends."""
        return self._outbox.unsaved

    def save_unsaved(self) -> None:
        """Store ``unsaved_episodes``.

        Raises:
            TupliError: As the storage raised it; what is left is still in ``unsaved_episodes``.
        """
        self._outbox.save()

    def activate_recording(self) -> None:
        """Switch recording on. It begins with the next reset, because an episode begins there."""
        self._is_on = True

    def deactivate_recording(self) -> None:
        """Switch recording off. Steps of an episode that is open are treated as those of an abandoned one."""
        self._is_on = False
        self._leave_episodes()

    @contextmanager
    def recording(self, on: bool = True) -> Iterator[Self]:
        """Switch recording on or off for the length of a ``with`` block.

        Example:
            >>> with env.recording(False):
            ...     evaluate(policy, env)
        """
        before = self._is_on
        self._switch(on)
        try:
            yield self
        finally:
            self._switch(before)

    def _switch(self, on: bool) -> None:
        if on:
            self.activate_recording()
        else:
            self.deactivate_recording()

    def _leave_episodes(self, chosen: Sequence[int] | None = None) -> None:
        """Leave the open episodes of all tracks, or of those with these indices."""
        tracks = self._tracks if chosen is None else [self._tracks[index] for index in chosen]
        with ExitStack() as stack:  # which leaves every one, whatever happens to another
            for track in reversed(tracks):
                stack.callback(track.leave)

    def _interrupt_episodes(self) -> None:
        for track in self._tracks:
            track.interrupt()

    def _discard_episodes(self) -> None:
        for track in self._tracks:
            track.discard()

    def _new_track(
        self, observation_space: spaces.Space[Any], action_space: spaces.Space[Any], narrator: Narrator
    ) -> EpisodeTrack:
        recorder = EpisodeRecorder(observation_space, action_space, infos=self._infos, notices=self._notices)
        track = EpisodeTrack(recorder, narrator, self._outbox, abandoned=self._abandoned)
        self._tracks.append(track)
        return track

    def _notice_unrecorded_step(self) -> None:
        self._notices.once(
            "unrecorded step",
            "this step is not recorded, because it follows no reset(): an episode begins with a reset() while recording is on, "
            "and is over when it is terminated or truncated",
        )


@contextmanager
def recording_off(env: gymnasium.Env[Any, Any]) -> Iterator[None]:
    """Switch recording off in ``env`` and the wrappers inside it, for the length of a ``with`` block."""
    with ExitStack() as stack:
        layer = env
        while isinstance(layer, gymnasium.Wrapper):
            if isinstance(layer, RecordingSwitch):
                stack.enter_context(layer.recording(False))
            layer = layer.env
        yield

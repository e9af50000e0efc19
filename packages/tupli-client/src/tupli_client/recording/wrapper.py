"""A Gymnasium wrapper that records what happens and changes nothing of it."""

from typing import Any

import gymnasium

from tupli_client.buffers.infos import InfoPolicy
from tupli_client.callbacks import MetadataCallback
from tupli_client.recording.beginnings import describe_reset
from tupli_client.recording.narration import Narrator
from tupli_client.recording.switch import RecordingSwitch
from tupli_client.recording.tracks import AbandonedPolicy, EpisodeTrack
from tupli_client.storage import TupliStorage
from tupli_schemas.tuples import RLTuple


class RecordingWrapper(RecordingSwitch, gymnasium.Wrapper):
    """Records the episodes of an environment. What the environment returns is passed on, the very same objects."""

    def __init__(
        self,
        env: gymnasium.Env[Any, Any],
        storage: TupliStorage,
        benchmark_id: str | None = None,
        metadata_callback: MetadataCallback | None = None,
        rl_tuple_cls: type[RLTuple] = RLTuple,
        *,
        infos: InfoPolicy = "all",
        abandoned: AbandonedPolicy = "keep",
    ) -> None:
        gymnasium.Wrapper.__init__(self, env)
        self._set_up_recording(storage, benchmark_id, infos, abandoned)
        self._narrator = Narrator(metadata_callback, rl_tuple_cls)
        self._track: EpisodeTrack | None = None

    @property
    def metadata_callback(self) -> MetadataCallback | None:
        """Makes the metadata of each episode."""
        return self._narrator.callback

    @metadata_callback.setter
    def metadata_callback(self, callback: MetadataCallback | None) -> None:
        self._narrator.callback = callback

    @property
    def rl_tuple_cls(self) -> type[RLTuple]:
        """The class of the tuples; one of your own has, by its ``from_env_step``, the last word on what is recorded."""
        return self._narrator.tuple_class

    @rl_tuple_cls.setter
    def rl_tuple_cls(self, tuple_class: type[RLTuple]) -> None:
        self._narrator.tuple_class = tuple_class

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Reset the environment. Steps that are open are kept as an abandoned episode, or discarded, and never continued.

        Raises:
            UnsupportedSpaceError: Recording is on, and values of a space of the environment have no columns.
        """
        self._leave_episodes()
        if not self._is_on:
            return self.env.reset(seed=seed, options=options)
        self._track = self._track or self._new_track(self.observation_space, self.action_space, self._narrator)
        base = self.env.unwrapped
        generator = base.np_random if seed is None else None
        recording = describe_reset(base.spec.id if base.spec else None, seed, options, generator)
        observation, info = self.env.reset(seed=seed, options=options)
        self._track.begin(observation, recording)
        return observation, info

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Take a step and record it. The last step of an episode stores the episode.

        Raises:
            ConflictError: Recording is on, but the environment has no id yet. The step has not happened.
            TupliError: The storage did not take the episode; it is in ``unsaved_episodes``. The step has happened, so go on with a reset.
        """
        track = self._track
        if track is None or not track.is_open:
            if self._is_on:
                self._notice_unrecorded_step()
            return self.env.step(action)
        track.act(action)
        try:
            result = self.env.step(action)
        except BaseException:
            track.interrupt()
            raise
        track.add(*result)
        return result

    def close(self) -> None:
        """Close the environment. Steps that are open are kept as an abandoned episode, or discarded."""
        try:
            self._leave_episodes()
            self.save_unsaved()
        finally:
            self.env.close()

    def set_wrapper_attr(self, name: str, value: Any, **force: bool) -> bool:
        """Set an attribute of this wrapper if it has it, else of those below (Gymnasium 1.0 looked only below)."""
        if not hasattr(self, name):
            return super().set_wrapper_attr(name, value, **force) is not False
        setattr(self, name, value)
        return True

"""Recording of vector environments: the episodes of every sub-environment, apart, whatever the autoreset mode."""

from contextlib import ExitStack
from copy import deepcopy
from typing import Any, Literal, TypeAlias, get_args

import gymnasium
from gymnasium.vector import VectorEnv, VectorWrapper
from gymnasium.vector.utils import iterate

from tupli_client.buffers.infos import InfoPolicy
from tupli_client.callbacks import MetadataCallback
from tupli_client.recording.narration import Narrator
from tupli_client.recording.sub_environments import answer_of, chosen_by, describe_sub_reset
from tupli_client.recording.switch import RecordingSwitch
from tupli_client.recording.tracks import AbandonedPolicy
from tupli_client.storage import TupliStorage
from tupli_schemas.episodes import Recording
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.tuples import RLTuple

AutoresetMode: TypeAlias = Literal["NextStep", "SameStep", "Disabled"]
"""When a sub-environment whose episode is over is reset: in the next step, in the same step, or when the user says so."""


class TupliVectorEnvWrapper(RecordingSwitch, VectorWrapper):
    """Records the episodes of a vector environment. What it returns is passed on, the very same objects.

    A benchmark is a single environment, so store that first, with ``TupliEnvWrapper``, and give its id. A step that only resets a
    sub-environment is not a transition and is not recorded.

    Args:
        env: A vector environment of any kind.
        storage: Where episodes go.
        benchmark_id: The benchmark that every sub-environment is an instance of.
        metadata_callback: Makes the metadata of each episode; each sub-environment gets a copy of it.
        rl_tuple_cls: A class of your own has, by its ``from_env_step``, the last word on what is recorded.
        infos: Which infos to keep: ``"all"``, ``"none"``, or those under the keys of a list.
        abandoned: Whether to ``"keep"`` or ``"discard"`` the steps of an episode that was left in the middle.
        autoreset_mode: Only for environments whose ``metadata`` do not say it.

    Raises:
        InvalidDataError: A policy or mode is none of those.
    """

    def __init__(
        self,
        env: VectorEnv,
        storage: TupliStorage,
        benchmark_id: str | None = None,
        metadata_callback: MetadataCallback | None = None,
        rl_tuple_cls: type[RLTuple] = RLTuple,
        *,
        infos: InfoPolicy = "all",
        abandoned: AbandonedPolicy = "keep",
        autoreset_mode: AutoresetMode | None = None,
    ) -> None:
        VectorWrapper.__init__(self, env)
        self._set_up_recording(storage, benchmark_id, infos, abandoned)
        self._narrators = [Narrator(deepcopy(metadata_callback), rl_tuple_cls) for _ in range(env.num_envs)]
        self._autoreset_mode = self._find_autoreset_mode(autoreset_mode)
        self._has_ended = [False] * env.num_envs
        """Which sub-environments have been seen to end since their last reset."""

    def activate_recording(self) -> None:
        """Switch recording on. In each sub-environment it begins with the next reset that can be seen."""
        super().activate_recording()
        self._has_ended = [False] * len(self._has_ended)  # nobody has looked since recording was switched off

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Reset the sub-environments, all or those of ``options["reset_mask"]``; steps that are open in them are abandoned.

        Raises:
            UnsupportedSpaceError: Recording is on, and values of a space of the environment have no columns.
        """
        if not self._is_on:
            return self.env.reset(seed=seed, options=options)
        self._ensure_tracks()
        chosen = chosen_by(options, self.num_envs)
        self._leave_episodes(chosen)
        recordings = {index: describe_sub_reset(self.env, index, seed, options) for index in chosen}
        result = self.env.reset(seed=seed, options=options)
        for index, observation in enumerate(iterate(self.observation_space, result[0])):
            if index in recordings:
                self._has_ended[index] = False
                self._tracks[index].begin(observation, recordings[index])
        return result

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take a step in every sub-environment and record it. The last step of an episode stores the episode.

        Raises:
            ConflictError: Recording is on, but there is no ``benchmark_id``.
            TupliError: The storage did not take an episode; it is in ``unsaved_episodes``.
        """
        if not self._is_on:
            return self.env.step(actions)
        self._ensure_tracks()
        for track, action in zip(self._tracks, iterate(self.action_space, actions), strict=True):
            if track.is_open:
                track.act(action)
        recordings = self._describe_autoresets()
        try:
            result = self.env.step(actions)
        except BaseException:
            self._interrupt_episodes()
            raise
        observations = list(iterate(self.observation_space, result[0]))
        with ExitStack() as stack:  # which comes to every sub-environment, whatever happens to another
            for index in reversed(range(self.num_envs)):
                stack.callback(self._take, index, observations[index], result, recordings.get(index))
        return result

    def close(self, **kwargs: Any) -> None:
        """Close the environment. Steps that are open are kept as abandoned episodes, or discarded."""
        try:
            self._leave_episodes()
            self.save_unsaved()
        finally:
            self.env.close(**kwargs)

    def _take(self, index: int, observation: Any, result: tuple[Any, ...], recording: Recording | None) -> None:
        """Record what one sub-environment answered; ``recording`` describes the reset that this step was for it, if it was one."""
        track = self._tracks[index]
        if recording is not None:
            self._has_ended[index] = False
            track.begin(observation, recording)
            return
        if self._has_ended[index]:
            self._notice_unrecorded_step()
        has_ended = bool(result[2][index] or result[3][index])
        resets_now = has_ended and self._autoreset_mode == "SameStep"
        self._has_ended[index] |= has_ended and not resets_now
        try:
            if track.is_open:
                track.add(*answer_of(result, observation, index, is_final=resets_now))
        finally:
            if resets_now:
                track.begin(observation, describe_sub_reset(self.env, index, see_generator=False))

    def _describe_autoresets(self) -> dict[int, Recording]:
        """For the sub-environments that the next step will only reset: what is needed to repeat that."""
        if self._autoreset_mode != "NextStep":
            return {}
        return {index: describe_sub_reset(self.env, index) for index, ended in enumerate(self._has_ended) if ended}

    def _ensure_tracks(self) -> None:
        if not self._tracks:
            for narrator in self._narrators:
                self._new_track(self.single_observation_space, self.single_action_space, narrator)

    def _find_autoreset_mode(self, given: AutoresetMode | None) -> str:
        mode = given or self.env.metadata.get("autoreset_mode")
        name = str(getattr(mode, "value", mode or "NextStep"))
        if name not in get_args(AutoresetMode):
            raise InvalidDataError(f"autoreset_mode is one of {get_args(AutoresetMode)}, not {mode!r}")
        # Gymnasium 1.0 has no other mode, and so does not say which one it is.
        if mode is None and hasattr(gymnasium.vector, "AutoresetMode"):
            self._notices.once(
                "autoreset mode",
                "the environment does not say its autoreset mode, so NextStep is assumed; give autoreset_mode=",
            )
        return name

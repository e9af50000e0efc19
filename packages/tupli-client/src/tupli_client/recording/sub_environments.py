"""What can be known of the sub-environments of a vector environment: which are reset, from which seed, and what each one answered."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv, VectorEnv

from tupli_client.recording.beginnings import describe_reset
from tupli_schemas.episodes import Recording

_MASK = "reset_mask"
_FINAL = ("final_obs", "final_info")


class Answer(NamedTuple):
    """What one sub-environment answered to an action."""

    observation: Any
    reward: Any
    terminated: bool
    truncated: bool
    info: dict[str, Any]


def chosen_by(options: Mapping[str, Any] | None, n: int) -> list[int]:
    """Which of ``n`` sub-environments a reset with these options resets."""
    mask = (options or {}).get(_MASK)
    return list(range(n)) if mask is None else [int(index) for index in np.flatnonzero(mask)]


def describe_sub_reset(
    env: VectorEnv,
    index: int,
    seed: Any = None,
    options: Mapping[str, Any] | None = None,
    *,
    see_generator: bool = True,
) -> Recording:
    """What is needed to repeat the reset of one sub-environment that is about to happen.

    Args:
        env: The vector environment.
        index: Of the sub-environment.
        seed: That of the reset of the vector environment.
        options: Likewise.
        see_generator: Whether the random generator is now in the state in which the reset will find it.
    """
    own_options = None if options is None else {key: value for key, value in options.items() if key != _MASK}
    sub_env = env.unwrapped.envs[index].unwrapped if isinstance(env.unwrapped, SyncVectorEnv) else None
    own_seed = _seed_of(env, index, seed)
    generator = sub_env.np_random if sub_env is not None and own_seed is None and see_generator else None
    spec = env.unwrapped.spec or (sub_env and sub_env.spec)
    return describe_reset(spec.id if spec else None, own_seed, own_options, generator, sub_environment=index)


def answer_of(result: tuple[Any, ...], observation: Any, index: int, *, is_final: bool) -> Answer:
    """What one sub-environment answered, out of the answer of all.

    Args:
        result: That of ``step`` of the vector environment.
        observation: That of this sub-environment in it.
        index: Of the sub-environment.
        is_final: Whether the same step has reset it: then its last observation and info are among the infos.
    """
    _, rewards, terminated, truncated, infos = result
    info: dict[str, Any] = {}
    if is_final:
        final = infos.get("final_obs")
        observation = None if final is None else final[index]  # nobody says it, so it stays unknown
        infos = infos.get("final_info") or {}
    if infos:
        info = _info_of(infos, index)
    return Answer(observation, rewards[index], bool(terminated[index]), bool(truncated[index]), info)


def _seed_of(env: VectorEnv, index: int, seed: Any) -> Any:
    """Gymnasium's own vector environments count seeds up; one that is vectorised by itself has a single generator for all."""
    if not isinstance(env.unwrapped, SyncVectorEnv | AsyncVectorEnv):
        return None
    return seed + index if isinstance(seed, int) else None if seed is None else seed[index]


def _info_of(infos: Mapping[str, Any], index: int) -> dict[str, Any]:
    return {key: _value_of(value, index) for key, value in infos.items() if _is_given(infos, key, index)}


def _is_given(infos: Mapping[str, Any], key: str, index: int) -> bool:
    """Whether this sub-environment gave a value for the key: Gymnasium keeps that under the key with an underscore before it."""
    if key in _FINAL or (key.startswith("_") and key[1:] in infos):
        return False
    mask = infos.get(f"_{key}")
    return mask is None or bool(mask[index])


def _value_of(value: Any, index: int) -> Any:
    if isinstance(value, Mapping):
        return _info_of(value, index)
    # Environments that are vectorised by themselves may also say something about all.
    return value[index] if isinstance(value, np.ndarray | list | tuple) and len(value) > index else value

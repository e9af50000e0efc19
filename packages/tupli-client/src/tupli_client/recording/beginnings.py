"""How an episode began, in a form that can be kept, and how to begin one like it again."""

import json
from typing import Any

import gymnasium
import numpy as np
from pydantic import ValidationError

from tupli_schemas.base import MAX_INT
from tupli_schemas.episodes import Recording
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.info_values import from_json, to_json

_SEED, _OPTIONS, _GENERATOR, _LOST = "seed", "options", "np_random", "lost"
"""What ``Recording.extra`` says of a beginning where the fields for it do not suffice."""

_GENERATORS = {"PCG64", "PCG64DXSM", "SFC64", "Philox"}
"""The bit generators of numpy whose state is a few numbers."""


def describe_reset(
    env_id: str | None, seed: Any, options: dict[str, Any] | None, generator: object = None, **extra: Any
) -> Recording:
    """What is needed to repeat a reset that is about to happen.

    Options that JSON would change are kept as text from which they come back exactly.

    Args:
        env_id: The environment's id in Gymnasium's registry.
        seed: Of the reset. Without one the episode depends on the state of the random generator, which is kept instead.
        options: Of the reset.
        generator: The environment's random generator, where somebody can see it.
        extra: Anything else to say of the recording.
    """
    kept_options, more = _describe_options(options)
    kept_seed, still_more = _describe_generator(generator) if seed is None else _describe_seed(seed)
    return Recording(
        env_id=env_id,
        gymnasium_version=gymnasium.__version__,
        seed=kept_seed,
        options=kept_options,
        extra=extra | more | still_more,
    )


def why_not_repeatable(recording: Recording | None) -> str | None:
    """The reason why an episode that began like this cannot be begun again, if there is one."""
    if recording is None:
        return "nothing is known about its reset"
    if _LOST in recording.extra:
        return str(recording.extra[_LOST])
    if recording.seed is None and not recording.extra.keys() & {_SEED, _GENERATOR}:
        return "no seed is known for its reset"
    return None


def repeat_reset(env: gymnasium.Env[Any, Any], recording: Recording) -> tuple[Any, dict[str, Any]]:
    """Reset ``env`` as it was reset when the recording was made."""
    seed = recording.seed
    if seed is None and _SEED in recording.extra:
        seed = from_json(str(recording.extra[_SEED]))
    elif seed is None:
        env.unwrapped.np_random = _generator(recording.extra[_GENERATOR])
    options = recording.options
    if _OPTIONS in recording.extra:
        options = from_json(str(recording.extra[_OPTIONS]))
    return env.reset(seed=seed, options=options)


def _describe_options(options: dict[str, Any] | None) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The options as ``Recording.options`` can hold them, and else what ``Recording.extra`` says of them."""
    if options is None:
        return None, {}
    try:
        text = to_json(options, "options")
    except InvalidDataError as error:
        return None, {_LOST: f"the options of its reset could not be kept: {error.detail}"}
    plain = json.loads(text)
    if to_json(plain, "options") == text and _is_metadata(plain):
        return plain, {}
    return None, {_OPTIONS: text}


def _is_metadata(options: dict[str, Any]) -> bool:
    try:
        Recording(options=options)
    except ValidationError:
        return False
    return True


def _describe_seed(seed: Any) -> tuple[int | None, dict[str, Any]]:
    """Likewise for a seed: its field holds Python integers of up to 64 bits, and environments take what they like."""
    if type(seed) is int and 0 <= seed <= MAX_INT:
        return seed, {}
    try:
        return None, {_SEED: to_json(seed, "seed")}
    except InvalidDataError as error:
        return None, {_LOST: f"the seed of its reset could not be kept: {error.detail}"}


def _describe_generator(generator: object) -> tuple[None, dict[str, Any]]:
    """The state of the random generator of an environment that is reset without a seed."""
    if not isinstance(generator, np.random.Generator) or type(generator.bit_generator).__name__ not in _GENERATORS:
        return None, {}
    return None, {_GENERATOR: to_json(dict(generator.bit_generator.state), "np_random")}


def _generator(text: Any) -> np.random.Generator:
    state = from_json(str(text))
    if not isinstance(state, dict) or state.get("bit_generator") not in _GENERATORS:
        raise InvalidDataError("the state of a random generator in a recording cannot be read")
    bits: np.random.BitGenerator = getattr(np.random, state["bit_generator"])()
    bits.state = state
    return np.random.Generator(bits)

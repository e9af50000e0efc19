"""From an environment to the text that a benchmark keeps."""

import warnings
from collections.abc import Callable
from typing import Any, Literal

import gymnasium

from tupli_client.serialization.decoder import decode
from tupli_client.serialization.encoder import encode
from tupli_client.serialization.faithful import faithful_spec
from tupli_client.serialization.packages import packages_of, versions
from tupli_client.serialization.settling import Settled, settled
from tupli_client.serialization.spaces import to_spec
from tupli_schemas.errors import RefusedEnvironmentError, UnsupportedSpaceError
from tupli_schemas.inspection import EnvSpecForm, Reading, StoredForm, read, write_stored_form
from tupli_schemas.spaces import SpaceSpec

Env = gymnasium.Env[Any, Any]


class ScriptClassWarning(UserWarning):
    """An environment was stored whose class exists only in a script or a notebook."""


class HistoryWarning(UserWarning):
    """An environment was stored without what it learned while it ran, because only its specification can be stored."""


def to_text(
    env: Env, *, prefer: Literal["spec", "jsonpickle"] = "spec", strip: Callable[[Env], Env] | None = None
) -> str:
    """The text that an environment is stored as. The environment itself stays as it is.

    A specification is written where it is faithful: where Gymnasium, following it, makes an environment with the same
    attributes. Otherwise every attribute is written, of a copy that was reset with a fixed seed, so that the text does
    not depend on what happened before; what the environment counts or learns across episodes is kept.

    Args:
        env: Any Gymnasium environment.
        prefer: ``"jsonpickle"`` writes the attributes even where a specification would do.
        strip: Takes out of a copy what does not belong into the text (artifacts), and returns what is to be stored.

    Raises:
        RefusedEnvironmentError: It holds something that could not be loaded safely; the message says where.
    """
    if strip is None:
        reading, text = _written(env, prefer, lambda: _settled(env))
    else:
        copy = settled(env)
        stripped = Settled(strip(copy.env), copy.history)
        reading, text = _written(stripped.env, prefer, lambda: stripped)
    _warn_of_scripts(reading)
    return text


def _written(env: Env, prefer: str, settle: Callable[[], Settled]) -> tuple[Reading, str]:
    description = faithful_spec(env) if prefer == "spec" else None
    if description and description.is_complete:
        return _as_spec(env, description.form)
    try:
        return _as_payload(settle())
    except RefusedEnvironmentError:
        if description is None:
            raise
        warnings.warn(
            "only the specification of this environment can be stored: what it learned or counted while it ran starts anew",
            HistoryWarning,
            stacklevel=3,
        )
        return _as_spec(env, description.form)


def _settled(env: Env) -> Settled:
    try:
        return settled(env)
    except RefusedEnvironmentError:
        encode(env)  # what cannot be copied cannot be written either, and writing says where it is
        raise


def _as_spec(env: Env, spec: EnvSpecForm) -> tuple[Reading, str]:
    return _finished(StoredForm(kind="spec", spec=spec), env)


def _as_payload(copy: Settled) -> tuple[Reading, str]:
    form = StoredForm(kind="jsonpickle", payload=encode(copy.env), history=copy.history)
    reading, text = _finished(form, copy.env)
    # What cannot be loaded is not stored.
    if not isinstance(decode(reading.root, allows=lambda _: True), gymnasium.Env):
        raise RefusedEnvironmentError(f"a {type(copy.env).__name__} is not a Gymnasium environment")
    return reading, text


def _finished(form: StoredForm, env: Env) -> tuple[Reading, str]:
    """The text with what it takes to load it, read once as everybody will read it."""
    form = form.model_copy(
        update={
            "versions": versions(),
            "observation_space": _space(env, "observation_space"),
            "action_space": _space(env, "action_space"),
        }
    )
    classes = read(write_stored_form(form)).inspection.classes
    text = write_stored_form(form.model_copy(update={"requires": packages_of(classes)}))
    return read(text), text


def _space(env: Env, name: str) -> SpaceSpec | None:
    """A space as JSON, if the environment has one and there is a form for it."""
    space: Any = getattr(env, name, None)
    try:
        return to_spec(space)
    except UnsupportedSpaceError:
        return None


def _warn_of_scripts(reading: Reading) -> None:
    classes = [name for name in reading.inspection.classes if name.startswith("__main__.")]
    if classes:
        warnings.warn(
            f"{', '.join(classes)}: defined in a script or a notebook, so whoever loads this environment has to define the "
            "same classes first; put them into a package to share them",
            ScriptClassWarning,
            stacklevel=3,
        )

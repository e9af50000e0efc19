"""From a stored text to an environment: read, ask, build; in this order."""

from collections.abc import Sequence
from typing import Any, Literal

import gymnasium
from jsonpickle.unpickler import Unpickler

from tupli_client.serialization.classes import Allows
from tupli_client.serialization.decoder import decode
from tupli_client.serialization.handlers import Fields, handler_named
from tupli_client.serialization.packages import warn_of_other_versions, with_missing_packages
from tupli_client.serialization.spec import build
from tupli_client.serialization.trust import Ask, ConsentMemory, consent
from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection import Reading, digest, read
from tupli_schemas.inspection.stored_form import read_stored_form

Env = gymnasium.Env[Any, Any]


def from_text(
    text: str,
    *,
    trust: Sequence[str] | Literal["ask"] = (),
    ask: Ask | None = None,
    memory: ConsentMemory | None = None,
    source: str = "",
) -> Env:
    """The environment that a stored text describes. Nothing that somebody else wrote runs without consent.

    Gymnasium's own environments, wrappers and spaces, and plain data, load as they are. Any other class has to be
    trusted, by its package or by its full name: then its module is imported, and its objects are filled without calling
    their constructors. Bare jsonpickle text, as PyTupli writes it, goes through the same gate.

    Args:
        text: What ``to_text`` wrote.
        trust: Packages, modules or full class names; ``"ask"`` puts a question on the terminal.
        ask: Puts the question elsewhere.
        memory: Where answers are remembered, for one source and one exact text.
        source: Where the text comes from and whose it is, for the question.

    Raises:
        UntrustedCodeError: It needs classes that nobody agreed to; the message names them and what to do.
        RefusedEnvironmentError: No consent would make it load: it is damaged, hostile, or needs what is not installed.
    """
    reading = read(text)
    allowed = consent(reading.inspection, digest(text), trust, ask=ask, memory=memory, source=source)
    warn_of_other_versions(reading.form.requires, reading.form.versions, stacklevel=3)
    try:
        return _built(reading, allowed)
    except RefusedEnvironmentError as error:
        raise with_missing_packages(error, reading.form.requires) from error


def unsafe_from_text(text: str) -> Env:
    """The environment that a stored text describes, by plain jsonpickle: THE TEXT CAN RUN ANY CODE WHILE IT LOADS.

    For texts whose author you would also let run a script on your machine, and that ``from_text`` refuses.
    """
    form = read_stored_form(text)
    if form.spec is not None:
        return build(form.spec, allows=lambda _: True)
    return _checked(_Unrestricted(keys=True).restore(form.payload))


def _built(reading: Reading, allows: Allows) -> Env:
    spec = reading.form.spec
    return build(spec, allows) if spec else _checked(decode(reading.root, allows))


def _checked(value: Any) -> Env:
    if not issubclass(type(value), gymnasium.Env):
        raise RefusedEnvironmentError(f"the text describes a {type(value).__name__}, not a Gymnasium environment")
    env: Env = value
    return env


class _Unrestricted(Unpickler):  # type: ignore[misc]
    """jsonpickle's own reader, with our forms of data."""

    def _restore_object(self, obj: dict[str, Any]) -> Any:
        handler = handler_named(obj["py/object"])
        if handler is None:
            return super()._restore_object(obj)
        place = self._mkref(object())
        fields = {name: self._restore(value) for name, value in obj.items() if name != "py/object"}
        value = handler.read(Fields(handler.name, fields))
        self._swapref(place, value)
        return value

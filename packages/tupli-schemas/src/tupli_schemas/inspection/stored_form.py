"""The text that a benchmark keeps: what kind of description of an environment it is, and what it takes to read it."""

import json
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from tupli_schemas.base import Schema
from tupli_schemas.errors import RefusedEnvironmentError, invalid_data
from tupli_schemas.inspection.json_text import read_json
from tupli_schemas.spaces import SpaceSpec

MARK = "tupli_env"

PackageName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.!+_-]{1,100}$")]
Packages = Annotated[dict[PackageName, Version | None], Field(max_length=200)]
"""Packages with their versions; null for a module that was never installed as a package."""

EntryPoint = Annotated[str, StringConstraints(pattern=r"^[^\s:]+:[^\s:]+$", max_length=300)]


AttributePath = Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]
"""The names of attributes, from the outermost wrapper inwards."""


class WrapperSpecForm(Schema):
    """Gymnasium's WrapperSpec as JSON."""

    name: Annotated[str, StringConstraints(max_length=200)]
    entry_point: EntryPoint
    kwargs: dict[str, Any] = Field(default_factory=dict)


class EnvSpecForm(Schema):
    """Gymnasium's EnvSpec as JSON. An id without ':', because that would import the module before it."""

    id: Annotated[str, StringConstraints(pattern=r"^([\w-]+/)?[\w.-]+$", max_length=200)]
    entry_point: EntryPoint
    reward_threshold: float | None = None
    nondeterministic: bool = False
    max_episode_steps: int | None = None
    order_enforce: bool = True
    disable_env_checker: bool = False
    kwargs: dict[str, Any] = Field(default_factory=dict)
    additional_wrappers: tuple[WrapperSpecForm, ...] = Field(default=(), max_length=50)


class StoredForm(Schema):
    """A stored environment.

    ``spec`` holds a recipe for the local registry, ``payload`` jsonpickle's JSON. ``history`` lists the attributes (as
    paths from the outermost wrapper) that running changes and ``reset`` does not restore: they travel, but are no part
    of the environment's identity.
    """

    tupli_env: Literal[1] = 1
    kind: Literal["spec", "jsonpickle"]
    spec: EnvSpecForm | None = None
    payload: Any = None
    requires: Packages = Field(default_factory=dict)
    versions: Packages = Field(default_factory=dict)
    observation_space: SpaceSpec | None = None
    action_space: SpaceSpec | None = None
    history: Annotated[tuple[AttributePath, ...], Field(max_length=1_000)] = ()


def read_stored_form(text: str) -> StoredForm:
    """The stored form that ``text`` holds. Bare jsonpickle text, as PyTupli writes it, is a payload without the rest.

    Raises:
        RefusedEnvironmentError: It is neither.
    """
    value = read_json(text)
    if not isinstance(value, dict) or MARK not in value:
        return StoredForm(kind="jsonpickle", payload=value)
    if value[MARK] != 1:
        raise RefusedEnvironmentError("the text was written in a newer format", hint="Upgrade tupli-client.")
    try:
        form = StoredForm.model_validate(value)
    except ValidationError as error:
        raise RefusedEnvironmentError(invalid_data(error, "the stored environment").detail) from None
    if (form.kind == "spec") != (form.spec is not None) or (form.kind == "spec") != (form.payload is None):
        raise RefusedEnvironmentError(f"a stored environment of the kind {form.kind!r} holds exactly that")
    return form


def write_stored_form(form: StoredForm) -> str:
    """The text of a stored form: one line of JSON, without what is empty."""
    fields = {name: value for name, value in form.model_dump().items() if value not in (None, (), {})}
    return json.dumps(fields)

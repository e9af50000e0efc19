"""Episodes in the JSON of older clients: their words, and how these are described."""

import json
from typing import Any

from pydantic import Field

from tupli_schemas import codec
from tupli_schemas.base import Header, Schema
from tupli_schemas.episodes import EpisodeDescription, EpisodeHeader, steps_as_json
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.tuples import OLDER_NAMES, RLTuple


class OlderStep(Schema):
    """One step in the words of older clients."""

    state: Any
    action: Any
    reward: Any
    terminal: bool = False
    timeout: bool = False
    info: dict[str, Any] = Field(default_factory=dict)


class RecordedEpisode(EpisodeDescription):
    """An episode with its steps, as older clients send it. Gymnasium's words are understood too."""

    id: str | None = None
    tuples: tuple[OlderStep | RLTuple, ...] = Field(min_length=1)


class ListedEpisode(EpisodeHeader):
    """A header with what older clients look for beside it."""

    timeout_: bool = Field(alias="timeout", description="The older name of truncated.")
    tuples: tuple[OlderStep, ...] | None = Field(default=None, description="The steps, where they were asked for.")


_OLDER = {name: older for older, name in OLDER_NAMES.items()}
_STORED = RLTuple.model_fields.keys() - {"next_observation"}


def as_json(header: Header) -> Any:
    """What a ``ListedEpisode`` is on the wire, but for its steps."""
    fields = header.model_dump(mode="json")
    return fields | {"timeout": fields["truncated"]}


def steps_of(payload: bytes) -> list[dict[str, Any]]:
    """The steps of a payload, each what an ``OlderStep`` is on the wire.

    Raises:
        InvalidDataError: Their values have no JSON form.
    """
    steps = steps_as_json(codec.decode(payload))
    try:
        json.dumps(steps, allow_nan=False)
    except (ValueError, TypeError) as error:
        hint = "use POST /episodes/download"
        raise InvalidDataError(f"steps with such values have no JSON form: {error}", hint=hint) from None
    return [{_OLDER.get(name, name): value for name, value in step.items() if name in _STORED} for step in steps]

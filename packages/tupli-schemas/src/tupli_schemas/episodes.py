"""Episodes: the steps from a reset to the first terminated or truncated."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import (
    Field,
    NonNegativeInt,
    PositiveInt,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_serializer,
    model_validator,
)

from tupli_schemas.base import MAX_INT, Header, Id, Metadata, Schema
from tupli_schemas.tuples import RLTuple

if TYPE_CHECKING:  # numpy is an extra: whoever only describes episodes does not need it
    from tupli_schemas.columns import EpisodeData

KEY_ALIASES = {"length": "n_tuples", "timeout": "truncated", "terminal": "terminated"}
"""Other names of header fields that a filter on episodes may use."""


class Recording(Schema):
    """How an episode came about, so that it can be replayed."""

    env_id: str | None = None
    gymnasium_version: str | None = None
    seed: int | None = Field(default=None, ge=0, le=MAX_INT, description="The seed of the episode's own reset.")
    options: Metadata | None = Field(default=None, description="The options of the episode's own reset.")
    extra: Metadata = Field(default_factory=dict)


class EpisodeDescription(Schema):
    """What its author says about an episode."""

    benchmark_id: Id
    metadata: Metadata = Field(default_factory=dict)
    abandoned: bool = Field(default=False, description="Left in mid-episode by reset() or close().")
    recording: Recording | None = None


class EpisodeStatistics(Schema):
    """What the steps themselves say; computed from them on arrival, never believed."""

    n_tuples: PositiveInt
    terminated: bool
    truncated: bool
    return_: float | None = Field(default=None, alias="return", description="Sum of rewards; null unless finite.")
    min_reward: float | None = None
    max_reward: float | None = None
    has_final_observation: bool = True

    @model_validator(mode="before")
    @classmethod
    def _understand_timeout(cls, fields: Any) -> Any:
        """PyTupli's headers say ``timeout``."""
        if isinstance(fields, Mapping) and "timeout" in fields:
            fields = dict(fields)
            fields.setdefault("truncated", fields.pop("timeout"))
        return fields

    @property
    def timeout(self) -> bool:
        """The older name of ``truncated``."""
        return self.truncated


class EpisodeUpload(EpisodeDescription):
    """What travels before an episode's payload. The client chooses the id, so that a repeated upload finds itself."""

    id: Id
    checksum: str = Field(pattern=r"^sha256:[0-9a-f]{64}$", description="Of the payload's bytes.")


class EpisodeHeader(Header, EpisodeDescription, EpisodeStatistics):
    """What a storage says about an episode, without its steps."""

    checksum: str | None = None
    n_bytes: NonNegativeInt = 0


def _keep_columns(steps: Any, read_tuples: ValidatorFunctionWrapHandler) -> Any:
    """Columns are steps already; anything else is read as tuples, one by one."""
    if not _is_columnar(steps):
        steps = read_tuples(steps if isinstance(steps, list | tuple) else tuple(steps))
    if not len(steps):
        raise ValueError("an episode has at least one step; this one is empty")
    return steps


Steps = Annotated[tuple[RLTuple, ...], Field(fail_fast=True), WrapValidator(_keep_columns)]


class Episode(EpisodeDescription):
    """An episode with its steps, given as ``tuples`` or, faster, as ``data`` (columns)."""

    tuples: Steps
    id: Id | None = None

    def __init__(
        self,
        *,
        tuples: "Iterable[RLTuple | Mapping[str, Any]] | None" = None,
        data: "EpisodeData | None" = None,
        **fields: Any,
    ) -> None:
        if (tuples is None) == (data is None):
            raise ValueError("an episode has either tuples or data")
        fields["tuples"] = tuples if data is None else data
        super().__init__(**fields)

    @field_serializer("tuples")
    def _write_tuples(self, tuples: Any) -> list[dict[str, Any]]:
        return steps_as_json(tuples)

    @property
    def data(self) -> "EpisodeData":
        """The steps as columns. Needs numpy (the extra ``columns``)."""
        if _is_columnar(self.tuples):
            return cast("EpisodeData", self.tuples)
        from tupli_schemas.columns import EpisodeData

        return EpisodeData.from_tuples(self.tuples)

    def __len__(self) -> int:
        return len(self.tuples)


class EpisodeItem(EpisodeHeader):
    """A header together with its steps in JSON, as lists with ``include_tuples`` show it."""

    tuples: tuple[RLTuple, ...]


def steps_as_json(steps: Iterable[RLTuple]) -> list[dict[str, Any]]:
    """Steps as the lists, numbers and strings that JSON has; NaN and infinities, which it has not, stay as they are."""
    return [_plain(dict(step)) for step in steps]


def _is_columnar(steps: Any) -> bool:
    return hasattr(steps, "all_observations")


def _plain(value: Any) -> Any:
    """Arrays and numpy scalars as the lists and numbers that JSON has."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value

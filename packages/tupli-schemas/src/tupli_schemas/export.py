"""JSON Schema of everything that travels, for tools in other languages."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from tupli_schemas import accounts, artifacts, benchmarks, datasets, episodes, errors, filters, searches, spaces, tuples

EXPORTED: dict[str, Any] = {
    "benchmark": benchmarks.Benchmark,
    "benchmark-header": benchmarks.BenchmarkHeader,
    "benchmark-query": benchmarks.BenchmarkQuery,
    "artifact-header": artifacts.ArtifactHeader,
    "artifact-metadata": artifacts.ArtifactMetadata,
    "episode": episodes.Episode,
    "episode-header": episodes.EpisodeHeader,
    "episode-upload": episodes.EpisodeUpload,
    "rl-tuple": tuples.RLTuple,
    "dataset": datasets.Dataset,
    "dataset-header": datasets.DatasetHeader,
    "dataset-upload": datasets.DatasetUpload,
    "filter": filters.Filter,
    "search": searches.Search,
    "space": spaces.SpaceSpec,
    "user": accounts.User,
    "group": accounts.GroupWithMembers,
    "group-membership-query": accounts.GroupMembershipQuery,
    "role": accounts.UserRole,
    "problem": errors.Problem,
}
"""File name (without ``.schema.json``) and the shape that it describes."""


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one exported shape."""
    schema = TypeAdapter(EXPORTED[name]).json_schema(mode=_mode(EXPORTED[name]))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _mode(shape: Any) -> Any:
    """Headers are written by a storage, so every field is there; the rest is written by people, who may leave defaults out."""
    answers = (
        benchmarks.BenchmarkHeader,
        artifacts.ArtifactHeader,
        episodes.EpisodeHeader,
        datasets.DatasetHeader,
        errors.Problem,
    )
    return (
        "serialization"
        if isinstance(shape, type) and issubclass(shape, BaseModel) and issubclass(shape, answers)
        else "validation"
    )


def export(folder: Path) -> list[Path]:
    """Write every schema into ``folder`` and say where."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in EXPORTED:
        place = folder / f"{name}.schema.json"
        place.write_text(json.dumps(json_schema(name), indent=2, sort_keys=True) + "\n", encoding="utf-8")
        written.append(place)
    return written

"""Checks of the numbers in a column: finite, within the limits of their space, of its form, and not always the same."""

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.findings import Finding
from tupli_metrics.spaces import dtype_of, leaf_spaces, limits_of, shape_of
from tupli_schemas.arrays import Array
from tupli_schemas.trees import Path, Tree, leaves

Part = Literal["observations", "actions"]
Flags = NDArray[np.bool_]
SHOWN = 8


class ColumnChecks:
    """Checks of the observations, or of the actions, of one episode after the other."""

    def __init__(self, part: Part, space: Any) -> None:
        self._part: Part = part
        self._spaces = dict(leaf_spaces(space)) if space is not None else {}
        self._form: dict[Path, tuple[Any, ...]] = {}
        self._least: dict[Path, Array] = {}
        self._greatest: dict[Path, Array] = {}
        self._rows = 0

    def add(self, columns: Tree, episode: int) -> Iterator[Finding]:
        """The findings of one episode."""
        arrays = {path: leaf for path, leaf in leaves(columns) if isinstance(leaf, np.ndarray)}
        form = {path: (leaf.dtype, leaf.shape[1:]) for path, leaf in arrays.items()}
        if form != self._form:
            yield from self._of_form(form, episode)
        for path, leaf in arrays.items():
            if leaf.dtype.kind not in "biuf":
                continue
            flat = leaf.reshape(len(leaf), -1)
            if leaf.dtype.kind == "f":
                bad = np.asarray(~np.isfinite(flat).all(axis=1))
                yield from self._at(bad, "not-finite", "error", "hold NaN or infinite numbers", episode)
            yield from self._of_limits(flat, path, episode)
            self._follow(flat, path)
        self._rows += max((len(leaf) for leaf in arrays.values()), default=0)

    def finish(self) -> Iterator[Finding]:
        """The findings of all episodes together."""
        constant = [
            name
            for path, least in self._least.items()
            for name in _names(path, np.flatnonzero(least == self._greatest[path]), len(least))
        ]
        if constant and self._rows > 1:
            shown = ", ".join(constant[:SHOWN]) + ", …" * (len(constant) > SHOWN)
            yield Finding(
                f"{self._part}-constant",
                "warning",
                f"{self._part} never change in {shown}",
                len(constant),
                "dimensions",
            )

    def _of_form(self, form: dict[Path, tuple[Any, ...]], episode: int) -> Iterator[Finding]:
        if self._form:
            message = f"{self._part} have another dtype or shape than those of the first episode"
            yield Finding(f"{self._part}-differ", "error", message, first_episode=episode)
        else:
            self._form = form
        if not self._spaces:
            return
        if form.keys() != {path for path, space in self._spaces.items() if shape_of(space) is not None}:
            yield Finding(
                f"{self._part}-shape", "error", f"{self._part} have other parts than their space", first_episode=episode
            )
            return
        for path, (dtype, shape) in form.items():
            space = self._spaces[path]
            if shape != shape_of(space):
                message = f"{self._part} have the shape {list(shape)}, their space {list(shape_of(space) or ())}"
                yield Finding(f"{self._part}-shape", "error", message, first_episode=episode)
            elif dtype != dtype_of(space):
                message = f"{self._part} are {dtype}, their space says {dtype_of(space)}"
                yield Finding(f"{self._part}-dtype", "warning", message, first_episode=episode)

    def _of_limits(self, flat: Array, path: Path, episode: int) -> Iterator[Finding]:
        limits = limits_of(self._spaces[path]) if path in self._spaces else None
        if limits is None or len(limits[0]) != flat.shape[1]:
            return
        low, high = (limit.astype(flat.dtype) if flat.dtype.kind == "f" else limit for limit in limits)
        severity: Literal["error", "warning"] = "error" if self._part == "actions" else "warning"
        outside = np.asarray(((flat < low) | (flat > high)).any(axis=1))
        yield from self._at(outside, "outside", severity, "are outside their space", episode)
        if self._part == "actions" and flat.dtype.kind == "f":
            at_limit = np.asarray(((flat == low) | (flat == high)).any(axis=1))
            yield from self._at(at_limit, "at-limit", "info", "are at a limit of their space", episode)

    def _at(
        self, rows: Flags, code: str, severity: Literal["error", "warning", "info"], what: str, episode: int
    ) -> Iterator[Finding]:
        if count := int(rows.sum()):
            first = int(rows.argmax())
            yield Finding(f"{self._part}-{code}", severity, f"{self._part} {what}", count, "steps", episode, first)

    def _follow(self, flat: Array, path: Path) -> None:
        least, greatest = flat.min(axis=0), flat.max(axis=0)
        known = path in self._least and len(self._least[path]) == len(least)
        self._least[path] = np.minimum(self._least[path], least) if known else least
        self._greatest[path] = np.maximum(self._greatest[path], greatest) if known else greatest


def _names(path: Path, index: NDArray[np.intp], width: int) -> list[str]:
    """Dimensions as a reader finds them: ``3``, ``camera[3]``, ``goal``."""
    name = "/".join(map(str, path))
    if width == 1:
        return [name or "their only number"] * len(index)
    return [f"{name}[{i}]" if name else str(i) for i in index.tolist()]

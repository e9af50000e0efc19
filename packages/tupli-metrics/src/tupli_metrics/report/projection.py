"""Many-dimensional states on paper: two of their numbers, or their two principal components."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A view of states; two dimensions as they are, more by principal components of the standardised numbers."""

    mean: Floats
    scale: Floats
    axes: Floats | None
    x_label: str
    y_label: str

    @classmethod
    def of(cls, rows: Floats) -> Self:
        """Fitted to (n, d) finite rows."""
        mean, spread, d = rows.mean(axis=0), rows.std(axis=0), rows.shape[1]
        scale = np.where(spread > 0, spread, 1.0)
        if d <= 2:
            return cls(mean, scale, None, "state" if d == 1 else "state[0]", "state[1]" if d == 2 else "")
        _, sizes, axes = np.linalg.svd((rows - mean) / scale, full_matrices=False)
        shares = sizes**2 / max(float((sizes**2).sum()), 1e-300)
        labels = [f"principal component {i + 1} ({shares[i]:.0%})" if i < len(shares) else "" for i in (0, 1)]
        return cls(mean, scale, axes[:2], labels[0], labels[1])

    def apply(self, rows: Floats) -> tuple[Floats, Floats | None]:
        """The two coordinates of each row; None for the second if states have one dimension."""
        if self.axes is None:
            return rows[:, 0], rows[:, 1] if rows.shape[1] == 2 else None
        at = ((rows - self.mean) / self.scale) @ self.axes.T
        return at[:, 0], at[:, 1] if at.shape[1] == 2 else None

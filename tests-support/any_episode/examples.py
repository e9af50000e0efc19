"""Episodes of one form each, for tests that care about something else."""

from typing import Any

import numpy as np

from tupli_schemas.columns import EpisodeData

NOISE = np.random.default_rng(0)


def an_episode(steps: int = 4, **columns: Any) -> EpisodeData:
    """A terminated episode of noise, with some of its columns given."""
    given: dict[str, Any] = {
        "observations": NOISE.standard_normal((steps + 1, 3), np.float32),
        "actions": NOISE.integers(0, 9, steps),
        "rewards": NOISE.standard_normal(steps),
        "terminated": True,
        "truncated": False,
    }
    return EpisodeData.from_arrays(**(given | columns))


def with_images(steps: int = 20) -> EpisodeData:
    """Observations of 100 KB that compress well, and actions that do not compress."""
    images = np.zeros((steps + 1, 210, 160, 3), np.uint8)
    images[:, 40:60, 30:50] = np.arange(steps + 1).reshape(-1, 1, 1, 1)
    return an_episode(steps, observations={"image": images}, actions=NOISE.standard_normal((steps, 100)))

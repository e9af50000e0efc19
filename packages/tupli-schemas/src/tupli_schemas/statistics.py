"""What the steps of an episode say about themselves; storages compute it on arrival and never believe it."""

import math

import numpy as np

from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import EpisodeStatistics


def statistics_of(data: EpisodeData) -> EpisodeStatistics:
    """The statistics of an episode.

    The return is the undiscounted sum of the rewards. It and the extreme rewards are None where they are not finite, because headers
    are JSON, which has neither NaN nor infinities.
    """
    return EpisodeStatistics.model_construct(
        n_tuples=len(data),
        terminated=bool(data.terminated[-1]),
        truncated=bool(data.truncated[-1]),
        return_=_finite(data.return_),
        # NaN passes through both, so that a reward which is no number is never overlooked.
        min_reward=_finite(np.minimum.reduce(data.rewards)),
        max_reward=_finite(np.maximum.reduce(data.rewards)),
        has_final_observation=data.has_final_observation,
    )


def _finite(number: float) -> float | None:
    number = float(number)
    return number if math.isfinite(number) else None

"""Coverage and quality of published data sets, and whether the measures of coverage agree on their order.

The ranges are those of five runs in figure data of Schweighofer et al. (2022), to which ours, one run of the same recipe, adds .05
on both sides: five runs do not show how far a sixth may go.
"""

from functools import cache

import numpy as np
import pytest

from metric_data import of_states
from published_runs import ENVIRONMENTS, load
from tupli_metrics import BehavioralEntropy, Metric, Reference, StateActionCoverage, StateEntropy, TrajectoryQuality
from tupli_schemas.columns import EpisodeData

SETS = ("random", "mixed", "replay", "noisy", "expert")
PUBLISHED = {  # (coverage from, to, quality from, to)
    ("MountainCar-v0", "random"): (0.241, 0.295, 0.0, 0.0),
    ("MountainCar-v0", "mixed"): (0.380, 0.522, 0.171, 0.236),
    ("MountainCar-v0", "replay"): (1.0, 1.0, 0.402, 0.665),
    ("MountainCar-v0", "noisy"): (1.039, 1.269, 0.338, 0.450),
    ("MountainCar-v0", "expert"): (0.195, 0.337, 0.655, 0.809),
    ("CartPole-v1", "random"): (0.540, 0.606, 0.0, 0.0),
    ("CartPole-v1", "mixed"): (0.548, 0.634, 0.0086, 0.0110),
    ("CartPole-v1", "replay"): (1.0, 1.0, 0.375, 0.476),
    ("CartPole-v1", "noisy"): (0.532, 0.823, 0.115, 0.785),
    ("CartPole-v1", "expert"): (0.153, 0.463, 0.182, 0.998),
}
MARGIN = 0.05


@cache
def runs(environment: str) -> tuple[dict[str, list[EpisodeData]], dict[str, np.ndarray], Reference]:
    episodes, samples, best = load(environment)
    reference = Reference.from_data(episodes["replay"], random=episodes["random"], return_max=best)
    return episodes, samples, reference


@pytest.mark.parametrize(("environment", "name"), PUBLISHED)
def test_coverage_and_quality_are_within_the_published_ranges(environment: str, name: str) -> None:
    episodes, _, reference = runs(environment)

    coverage = StateActionCoverage().evaluate(episodes[name], reference=reference).value
    quality = TrajectoryQuality().evaluate(episodes[name], reference=reference).value

    coverage_from, coverage_to, quality_from, quality_to = PUBLISHED[environment, name]
    assert coverage_from - MARGIN <= coverage <= coverage_to + MARGIN
    assert quality_from - MARGIN <= quality <= quality_to + MARGIN


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("metric", [StateEntropy(), BehavioralEntropy(1.0)], ids=lambda metric: metric.name)
def test_entropies_rank_the_data_sets_like_coverage(environment: str, metric: Metric) -> None:
    episodes, samples, reference = runs(environment)
    # One scale for all: the spread of the replay data, not each data set's own.
    scale = Reference.from_data(of_states(samples["replay"]))

    coverage = [StateActionCoverage().evaluate(episodes[name], reference=reference).value for name in SETS]
    entropy = [metric.evaluate(of_states(samples[name]), reference=scale).value for name in SETS]

    assert rank_correlation(coverage, entropy) >= 0.6


def rank_correlation(one: list[float], other: list[float]) -> float:
    """Spearman's rho without ties."""
    first, second = (np.argsort(np.argsort(values)).astype(float) for values in (one, other))
    return float(np.corrcoef(first, second)[0, 1])

"""Results and their metadata, several metrics in one pass, what counts as data, and references that are stored."""

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metric_data import cut, episode, of_states, with_returns
from tupli_metrics import (
    AverageQ,
    BehavioralEntropy,
    Integrity,
    MetricResult,
    Reference,
    ReturnStatistics,
    StateActionCoverage,
    StateEntropy,
    TrajectoryQuality,
    evaluate_all,
    from_arrays,
)
from tupli_metrics.neighbours import nearest
from tupli_metrics.sources import Data
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode, EpisodeHeader
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.filters import FilterGT
from tupli_schemas.matching import matches
from tupli_schemas.spaces import BoxSpec, DiscreteSpec

RNG = np.random.default_rng(0)


@dataclass
class LoadedDataset:
    """What a metric needs of a TupliDataset."""

    episodes: list[EpisodeData]
    read: int = 0

    def episodes_data(self) -> Iterator[EpisodeData]:
        self.read += 1
        return iter(self.episodes)


def walks(n: int = 10, steps: int = 30, d: int = 3) -> list[EpisodeData]:
    return [
        episode(RNG.normal(size=steps), RNG.normal(size=(steps + 1, d)).cumsum(axis=0), RNG.integers(0, 2, steps))
        for _ in range(n)
    ]


def test_a_result_is_a_number_with_its_context() -> None:
    result = TrajectoryQuality(0, 10).evaluate(with_returns(3, 2))

    assert float(result) == pytest.approx(0.25)
    assert f"{result:.1%}" == "25.0%"
    assert result.params == {"return_min": 0, "return_max": 10, "gamma": 1.0}
    assert result.version


def test_nan_never_comes_without_a_warning() -> None:
    with pytest.raises(ValueError, match="no warning"):
        MetricResult(name="x", value=math.nan)
    assert MetricResult(name="x", value=math.nan, warnings=("why",)).warnings


def test_results_are_metadata_that_filters_can_use() -> None:
    reference = Reference.from_data(of_states(np.arange(10)), id="replay")
    result = StateActionCoverage().evaluate(of_states(np.arange(5)), reference=reference)

    header = EpisodeHeader.model_validate(
        {
            "id": "e1",
            "created_by": "alice",
            "created_at": "2026-01-01T00:00:00Z",
            "benchmark_id": "b1",
            "n_tuples": 5,
            "terminated": True,
            "truncated": False,
            "metadata": result.as_metadata(),
        }
    )

    assert matches(FilterGT(key="coverage", value=0.4), header)
    assert not matches(FilterGT(key="coverage", value=1.4), header)
    assert header.metadata["coverage_reference"] == "replay"


def test_what_json_has_no_form_for_is_left_out_of_metadata_with_a_note() -> None:
    metadata = MetricResult(name="x", value=math.inf, std_error=math.nan).as_metadata("mine_")

    assert "mine_x" not in metadata
    assert metadata["mine_x_note"] == "the value is inf."
    assert "mine_x_std_error" not in metadata


def test_results_are_json() -> None:
    data = walks()

    text = json.dumps(evaluate_all(data, fast=True).to_json(), allow_nan=False)

    assert json.loads(text)["average_q"]["details"]["estimator"] == "mc"


def test_all_metrics_at_once_are_those_one_by_one() -> None:
    data, reference = walks(), Reference.from_data(walks(), return_min=-10)
    metrics = (ReturnStatistics(), StateEntropy(), BehavioralEntropy(0.7), BehavioralEntropy(1.3), AverageQ())

    together = evaluate_all(data, metrics, reference=reference)

    assert list(together) == ["mean_return", "state_entropy", "behavioral_entropy", "behavioral_entropy_2", "average_q"]
    alone = [metric.evaluate(data, reference=reference) for metric in metrics]
    assert [result.value for result in together.values()] == [result.value for result in alone]


def test_all_metrics_read_the_data_once() -> None:
    dataset = LoadedDataset(walks())

    evaluate_all(dataset, fast=True)

    assert dataset.read == 1


def test_a_metric_without_a_number_does_not_cost_the_others_theirs() -> None:
    data = [episode([1, 2, 3], ["go", "left", "right"]), episode([2], ["go"])]

    results = evaluate_all(data)

    assert results["mean_return"].value == 4
    assert results["unique_state_actions"].value == 3
    assert results["average_q"].details["estimator"] == "mc"
    assert math.isnan(results["state_entropy"].value)
    assert "features=" in results["state_entropy"].warnings[0]


def test_impossible_settings_are_a_warning_among_many_and_an_error_alone() -> None:
    assert "gamma" in evaluate_all(walks(), [AverageQ(gamma=2)])["average_q"].warnings[0]
    with pytest.raises(InvalidDataError, match="gamma"):
        AverageQ(gamma=2).evaluate(walks())


def test_trajectory_quality_is_among_all_where_the_returns_are_known() -> None:
    assert "trajectory_quality" not in evaluate_all(walks())
    assert "trajectory_quality" in evaluate_all(walks(), reference=Reference(return_min=0, return_max=1))


def test_spaces_reach_the_integrity_check() -> None:
    box, two = BoxSpec(low=-1, high=1, shape=(4,), dtype="float64"), DiscreteSpec(n=2)

    assert evaluate_all(walks(d=3), observation_space=box, action_space=two)["integrity_errors"].value == 1


def test_progress_is_told_episode_by_episode() -> None:
    seen: list[tuple[int, int | None]] = []

    ReturnStatistics().evaluate(with_returns(1, 2), progress=lambda done, total: seen.append((done, total)))
    ReturnStatistics().evaluate(iter(with_returns(1, 2)), progress=lambda done, total: seen.append((done, total)))

    assert seen == [(1, 2), (2, 2), (1, None), (2, None)]


def as_flat_arrays(data: list[EpisodeData]) -> Data:
    names = ("observations", "next_observations", "actions", "rewards", "terminated")
    return from_arrays(**{name: np.concatenate([getattr(one, name) for one in data]) for name in names})


def test_every_form_of_data_gives_the_same_numbers() -> None:
    data = walks()
    forms: list[Data] = [
        data,
        iter(data),
        LoadedDataset(data),
        [Episode(benchmark_id="b", data=d) for d in data],
        [Episode(benchmark_id="b", tuples=list(d)) for d in data],
        as_flat_arrays(data),
    ]

    values = [{name: result.value for name, result in evaluate_all(form).items()} for form in forms]

    assert all(value == values[0] for value in values)


def test_one_episode_is_data_too() -> None:
    assert ReturnStatistics().evaluate(episode([1, 2])).value == 3


def test_memory_maps_are_read_where_they_are(tmp_path: Path) -> None:
    observations = np.lib.format.open_memmap(tmp_path / "o.npy", "w+", np.float32, (1000, 4))
    observations[:] = RNG.normal(size=(1000, 4))
    data = from_arrays(
        observations=observations, actions=np.zeros(1000), rewards=np.ones(1000), terminated=np.arange(1000) % 100 == 99
    )

    first = next(iter(data))

    assert np.shares_memory(first.observations, observations)
    assert StateEntropy().evaluate(data).value == StateEntropy().evaluate(of_states(np.array(observations))).value


@pytest.mark.parametrize("data", [[np.zeros((3, 2))], [1], ["episode"]])
def test_what_is_no_episode_is_refused_with_the_way_out(data: list[object]) -> None:
    with pytest.raises(InvalidDataError, match="from_arrays"):
        ReturnStatistics().evaluate(data)


def test_flat_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(InvalidDataError, match="differ in their number of rows"):
        from_arrays(observations=np.zeros(3), actions=np.zeros(3), rewards=np.zeros(2), terminated=np.zeros(2))
    with pytest.raises(InvalidDataError, match="no steps"):
        from_arrays(observations=np.zeros(0), actions=np.zeros(0), rewards=np.zeros(0), terminated=np.zeros(0))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_flat_arrays_are_cut_at_every_end(ends: list[tuple[bool, bool]]) -> None:
    terminated, truncated = (np.array(column) for column in zip(*ends, strict=True))
    steps = np.arange(len(ends))

    episodes = list(
        from_arrays(observations=steps, actions=steps, rewards=steps, terminated=terminated, truncated=truncated)
    )

    assert np.array_equal(np.concatenate([one.observations for one in episodes]), steps)
    assert [bool(one.terminated[-1] or one.truncated[-1]) for one in episodes[:-1]] == [True] * (len(episodes) - 1)


def test_a_reference_comes_back_from_metadata_as_it_was() -> None:
    reference = Reference.from_data(walks(), id="replay", random=with_returns(0, 1))

    stored = json.loads(json.dumps(reference.as_metadata(), allow_nan=False))

    assert Reference.from_metadata(stored) == reference
    assert stored["ref_min_score"] == 0.5


def test_a_reference_takes_its_best_return_from_finished_episodes() -> None:
    data = [*with_returns(1, 2), episode([50], terminated=False)]

    assert Reference.from_data(data).return_max == 2


def test_a_reference_of_spaces_has_the_width_of_their_limits() -> None:
    box = BoxSpec(low=(0, "-inf", -1), high=(10, 5, 3.5e38), shape=(3,), dtype="float32")

    assert Reference.from_spaces(box, DiscreteSpec(n=3)).observation_scale == (10, 1, 1)


def test_a_reference_of_data_has_the_spread_of_its_numbers() -> None:
    states = RNG.normal(size=(500, 2)) * [1, 100]

    scale = Reference.from_data(cut(states)).observation_scale

    assert scale == pytest.approx(states.std(axis=0))


def test_a_reference_may_be_given_as_data_even_if_it_can_be_read_only_once() -> None:
    states = of_states(np.arange(20))

    assert StateActionCoverage().evaluate(states, reference=iter(states)).value == 1


def test_results_quote_their_reference() -> None:
    reference = Reference.from_data(walks(), id="replay", return_min=-50)

    results = evaluate_all(walks(), reference=reference)

    quoting = {name for name, result in results.items() if result.reference == "replay"}
    assert {"trajectory_quality", "coverage", "state_entropy", "behavioral_entropy", "determinism"} <= quoting


def test_integrity_is_measured_beside_the_others() -> None:
    assert evaluate_all(walks(), [Integrity()])["integrity_errors"].value == 0


def test_metrics_with_the_same_neighbours_search_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searches: list[int] = []

    def counted(queries: np.ndarray, *others: Any) -> Any:
        searches.append(len(queries))
        return nearest(queries, *others)

    monkeypatch.setattr("tupli_metrics.search.nearest", counted)

    evaluate_all(walks(), [StateEntropy(), BehavioralEntropy(0.5), BehavioralEntropy(2.0), StateEntropy(k=7)])

    assert searches == [300, 300]  # one for k = 5, one for k = 7


STREAM = """
import resource
from collections.abc import Iterator
import numpy as np
from tupli_metrics import AverageQ, StateActionCoverage, StateEntropy, evaluate_all
from tupli_schemas.columns import EpisodeData

def episodes(n: int) -> Iterator[EpisodeData]:
    rng = np.random.default_rng(0)
    for _ in range(n):
        yield EpisodeData.from_arrays(
            observations=rng.standard_normal((1001, 200), dtype=np.float32), actions=rng.integers(0, 2, 1000),
            rewards=np.ones(1000), terminated=True, truncated=False,
        )

def peak(n: int) -> float:
    evaluate_all(episodes(n), [StateActionCoverage(), StateEntropy(queries=20), AverageQ("mc")])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

few = peak(50)
print(peak(200) - few)
"""


def test_memory_does_not_grow_with_the_observations() -> None:
    """Four times as many episodes are 120 MB of observations more; what is kept of a step is some 50 bytes."""
    said = subprocess.run([sys.executable, "-c", STREAM], capture_output=True, text=True, check=True)

    assert float(said.stdout) < 50

"""The metrics on a real TupliDataset, in a folder: the two packages meet only here."""

from pathlib import Path

import numpy as np
import pytest

from tupli_client import FileStorage, FilterEQ, FilterGT, TupliDataset
from tupli_client.testing import a_benchmark, an_episode
from tupli_metrics import (
    AverageReturnMetric,
    GeneralizedBehavioralEntropyMetric,
    Reference,
    ReturnStatistics,
    TrajectoryQuality,
    compare,
    evaluate_all,
    report,
)
from tupli_schemas.columns import EpisodeData
from tupli_schemas.datasets import DatasetUpload
from tupli_schemas.errors import InvalidDataError

STEPS = 25


def steps(seed: int, reward: float) -> EpisodeData:
    rng = np.random.default_rng(seed)
    return EpisodeData.from_arrays(
        observations=rng.normal(size=(STEPS + 1, 3)).astype(np.float32),
        actions=rng.integers(0, 2, STEPS),
        rewards=np.full(STEPS, reward),
        terminated=True,
        truncated=False,
    )


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    storage = FileStorage(tmp_path)
    benchmark = storage.store_benchmark(a_benchmark(name="walking"))
    for policy, reward in (("random", 0.0), ("trained", 1.0)):
        for seed in range(10):
            storage.record_episode(an_episode(benchmark.id, steps(seed, reward), policy=policy))
    return storage


def of_policy(storage: FileStorage, policy: str) -> TupliDataset:
    return TupliDataset(storage).with_benchmark("walking").where(FilterEQ(key="policy", value=policy))


def test_a_dataset_is_measured_loaded_or_not(storage: FileStorage) -> None:
    everything = TupliDataset(storage)

    streamed = evaluate_all(everything)
    loaded = evaluate_all(everything.load())

    assert streamed.to_json() == loaded.to_json()
    assert streamed["mean_return"].value == pytest.approx(STEPS / 2)


def test_what_a_storage_streams_is_data_too(storage: FileStorage) -> None:
    assert ReturnStatistics().evaluate(storage.load_episodes()).n_used == 20


def test_the_random_policy_and_the_best_return_are_0_and_1(storage: FileStorage) -> None:
    random, trained = of_policy(storage, "random"), of_policy(storage, "trained")
    reference = Reference.from_data(TupliDataset(storage), random=random)

    quality = [TrajectoryQuality().evaluate(some, reference=reference).value for some in (random, trained)]

    assert quality == [0, 1]


def test_returns_of_filtered_tuples_are_refused(storage: FileStorage) -> None:
    some = TupliDataset(storage).with_tuple_filter("action == 1")

    with pytest.raises(InvalidDataError, match="tuple filter"):
        TrajectoryQuality(0, 1).evaluate(some)
    assert "no returns" in ReturnStatistics().evaluate(some).warnings[0]


def test_results_are_stored_with_a_dataset_and_found_by_a_filter(storage: FileStorage) -> None:
    reference = Reference.from_data(TupliDataset(storage), id="everything", cells=5)
    for policy in ("random", "trained"):
        dataset = of_policy(storage, policy)
        results = evaluate_all(dataset, reference=reference)
        members = tuple(header.id for header in dataset.preview())
        storage.store_dataset(DatasetUpload(name=policy, episodes=members, metadata=results.as_metadata()))

    found = storage.list_datasets(FilterGT(key="mean_return", value=10) & FilterGT(key="coverage", value=0.4))

    assert [dataset.name for dataset in found] == ["trained"]
    assert found[0].metadata["coverage_reference"] == "everything"


def test_a_reference_is_stored_with_its_benchmark(storage: FileStorage) -> None:
    reference = Reference.from_data(TupliDataset(storage), id="everything")
    query = a_benchmark(name="measured", extra=reference.as_metadata())

    stored = storage.load_benchmark(storage.store_benchmark(query).id)

    assert Reference.from_metadata(stored.metadata.extra) == reference


def test_two_policies_are_reported_and_compared(storage: FileStorage) -> None:
    random, trained = of_policy(storage, "random"), of_policy(storage, "trained")

    page = report(trained, name="trained").to_html()
    rows = {row[0]: row for row in compare(random, trained, names=("random", "trained")).rows()}

    assert "Mean return" in page
    assert rows["Mean return"][1:4] == ["0", "25", "25"]


def test_older_metrics_give_plain_numbers_for_a_dataset(storage: FileStorage) -> None:
    dataset = TupliDataset(storage=storage).load()

    assert AverageReturnMetric(gamma=1.0, normalization_range=(0, STEPS)).evaluate(dataset) == 0.5
    assert GeneralizedBehavioralEntropyMetric(rep_dim=3).evaluate(dataset) > 0

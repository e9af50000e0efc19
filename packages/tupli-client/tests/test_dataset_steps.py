"""The steps of a dataset: columns, sequences, samples and batches."""

from pathlib import Path

import numpy as np
import pytest

from logged_storage import CountingStorage, a_logged_storage
from tupli_client.dataset import TupliDataset
from tupli_schemas.errors import InvalidDataError


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    return a_logged_storage(tmp_path)


# --------------------------------------------------------------------------------------------------------------- columns


def test_columns_hold_one_row_for_each_selected_step(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).where("month == 'May'").with_tuple_filter("observation[1] < 2")

    assert np.asarray(dataset.observations).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert dataset.rewards.tolist() == [0.01, 0.02, 1.01, 1.02]
    assert len(np.asarray(dataset.actions)) == 4
    assert dataset.terminals.tolist() == [False] * 4
    assert dataset.timeouts.tolist() == [False, True, False, True]
    assert list(dataset.infos) == [{"parity": 1}, {"parity": 0}] * 2
    assert [header.metadata.name for header in dataset.benchmarks] == ["logged", "other"]


def test_columns_are_made_once_and_cannot_be_changed(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage)

    assert dataset.rewards is dataset.rewards
    with pytest.raises(ValueError, match="read-only"):
        dataset.rewards[0] = 1


def test_tuples_are_made_when_they_are_asked_for(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).with_tuple_filter("parity == 0")
    tuples = dataset.tuples

    assert len(tuples) == 12
    assert tuples[0].observation.tolist() == [0, 1]
    assert tuples[-1].next_observation.tolist() == [5, 6]
    assert [step.reward for step in tuples[2:4]] == [step.reward for step in list(tuples)[2:4]] == [1.02, 2.02]
    with pytest.raises(IndexError):
        tuples[12]


def test_an_episode_says_what_its_header_says(storage: CountingStorage) -> None:
    episode = TupliDataset(storage).with_tuple_filter("parity == 0").episodes[0]

    assert (episode.metadata["month"], episode.n_tuples, len(episode)) == ("May", 5, 2)
    assert [step.info for step in episode.tuples] == [{"parity": 0}] * 2
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = episode.no_such_thing


# -------------------------------------------------------------------------------------------------------------- sampling


def test_sampling_is_repeated_with_a_seed_and_touches_no_other_generator(storage: CountingStorage) -> None:
    np.random.seed(0)  # noqa: NPY002 - the global generator is what must stay as it is
    state = np.random.get_state()[1].tolist()  # type: ignore[index, union-attr, call-overload, unused-ignore]  # noqa: NPY002
    dataset = TupliDataset(storage).set_seed(7)

    drawn = [episode.id for episode in dataset.sample_episodes(3)]
    again = [episode.id for episode in dataset.set_seed(7).sample_episodes(3)]
    of_child = [episode.id for episode in dataset.where("return > -1").sample_episodes(3)]

    assert drawn == again == of_child
    assert len(set(drawn)) == 3
    assert np.random.get_state()[1].tolist() == state  # type: ignore[index, union-attr, call-overload, unused-ignore]  # noqa: NPY002


def test_more_episodes_than_there_are_cannot_be_drawn(storage: CountingStorage) -> None:
    with pytest.raises(InvalidDataError, match="cannot draw 7 of 6"):
        TupliDataset(storage).sample_episodes(7)


def test_batches_hold_every_step_once(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).set_seed(0)

    in_order = list(dataset.as_batch_generator(10))
    shuffled = list(dataset.as_batch_generator(10, shuffle=True))

    assert [len(batch) for batch in in_order] == [len(batch) for batch in shuffled] == [10, 10, 7]
    assert [step.reward for batch in in_order for step in batch] == dataset.rewards.tolist()
    assert [step.reward for batch in shuffled for step in batch] != dataset.rewards.tolist()
    assert sorted(step.reward for batch in shuffled for step in batch) == sorted(dataset.rewards)


def test_a_batch_gives_its_steps_as_arrays_too(storage: CountingStorage) -> None:
    batch = next(TupliDataset(storage).set_seed(0).as_batch_generator(5, shuffle=True))

    observations, actions, rewards, terminals, _ = batch.columns

    assert np.asarray(observations).tolist() == [step.observation.tolist() for step in batch]
    assert np.asarray(actions).tolist() == [step.action for step in batch]
    assert rewards.tolist() == [step.reward for step in batch]
    assert terminals.tolist() == [step.terminated for step in batch]
    assert [step.reward for step in batch[1:3]] == rewards[1:3].tolist()


def test_a_batch_has_at_least_one_tuple(storage: CountingStorage) -> None:
    with pytest.raises(InvalidDataError, match="at least one tuple"):
        TupliDataset(storage).as_batch_generator(0)

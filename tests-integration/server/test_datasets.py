"""A dataset on a server is the dataset on a folder: the same filters, the same arrays, the same warnings."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from live_server import LiveServer
from logged_env import LoggedEnv, play, record, store_benchmark
from tupli_client import FileStorage, TupliAPIClient, TupliDataset
from tupli_client.storage import TupliStorage

LENGTHS = {"May": [5, 3], "June": [4, 2, 6]}


@pytest.fixture
def client(live_server: LiveServer) -> Iterator[TupliAPIClient]:
    username = f"user-{uuid4().hex[:12]}"
    with TupliAPIClient(live_server.url) as client:
        client.signup(username, "a-good-password")
        client.login(username, "a-good-password")
        yield client


def fill(storage: TupliStorage) -> TupliDataset:
    benchmark, env = store_benchmark(storage), LoggedEnv()
    for month, lengths in LENGTHS.items():
        for length in lengths:
            record(storage, benchmark, play(env, length, "truncated"), month=month)
    return TupliDataset(storage).with_benchmark("logged")


def test_filters_and_arrays_are_those_of_a_folder(client: TupliAPIClient, tmp_path: Path) -> None:
    on_server, in_folder = fill(client), fill(FileStorage(tmp_path))

    for text in ["month == 'June'", "not month == 'May' and return > 2", "n_tuples in [3, 5]"]:
        one, other = (dataset.where(text).with_tuple_filter("parity == 1") for dataset in (on_server, in_folder))

        assert len(one.preview()) == len(other.preview()) > 0
        assert [len(data) for data in one] == [len(data) for data in other]
        for column, expected in zip(one.convert_to_numpy(), other.convert_to_numpy(), strict=True):
            assert np.array_equal(np.asarray(column), np.asarray(expected))


def test_an_unknown_key_and_an_empty_dataset_are_named(client: TupliAPIClient) -> None:
    dataset = fill(client)

    with pytest.warns(UserWarning, match="no episode has 'mont', which a filter asks for; did you mean 'month'?"):
        dataset.where("mont == 'May' or return > -1").load()
    with pytest.warns(UserWarning, match="the dataset is empty: no episode satisfies month == 'July'"):
        dataset.where("month == 'July'").load()

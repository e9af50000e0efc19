"""What a dataset shows of itself."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from logged_env import LoggedEnv, play, record, store_benchmark
from tupli_client.dataset import TupliDataset
from tupli_client.file_storage import FileStorage


@pytest.fixture
def dataset(tmp_path: Path) -> TupliDataset:
    storage = FileStorage(tmp_path)
    benchmark, env = store_benchmark(storage, "a <b> & c"), LoggedEnv()
    for length, end in [(5, "terminated"), (4, "truncated"), (3, "terminated")]:
        record(storage, benchmark, play(env, length, end))
    return TupliDataset(storage).with_episode_filter("n_tuples < 10")


def test_the_repr_says_how_much_there_is_and_what(dataset: TupliDataset) -> None:
    assert repr(dataset) == "TupliDataset: not loaded\n  episodes where  n_tuples < 10"

    lines = repr(dataset.load()).splitlines()

    assert lines[0].startswith("TupliDataset: 3 episodes, 12 tuples, 1 benchmark, ")
    assert [line.split() for line in lines[1:]] == [
        ["benchmarks", "a", "<b>", "&", "c"],
        ["observations", "float32[2]"],
        ["actions", "int64"],
        ["returns", "mean", "3.437,", "std", "2.46,", "min", "0.15,", "max", "6.06"],
        ["ends", "67%", "terminated,", "33%", "truncated"],
        ["episodes", "where", "n_tuples", "<", "10"],
    ]


def test_an_empty_dataset_says_that_it_is_empty(dataset: TupliDataset) -> None:
    with pytest.warns(UserWarning, match="empty"):
        empty = dataset.where("n_tuples > 99").load()

    assert repr(empty).splitlines()[0] == "TupliDataset: empty"
    assert "svg" not in empty._repr_html_()


def test_the_notebook_display_is_well_formed_and_shows_the_returns(dataset: TupliDataset) -> None:
    assert "not loaded" in dataset._repr_html_()

    page = ET.fromstring(dataset.load()._repr_html_())

    cells = [cell.text for cell in page.iter("td")]
    assert "a <b> & c" in cells
    assert "n_tuples < 10" in cells
    assert sum(int((title.text or "").split()[0]) for title in page.iter("title")) == 3

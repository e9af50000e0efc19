"""Data frames: a row for each step, columns named as filters name them."""

import sys
from pathlib import Path

import numpy as np
import pytest

from logged_env import LoggedEnv, play, record, store_benchmark
from tupli_client.convert import to_dataframe
from tupli_client.dataset import TupliDataset
from tupli_client.file_storage import FileStorage
from tupli_schemas.columns import EpisodeData

pytest.importorskip("pandas")


def test_each_row_says_where_it_comes_from_and_what_happened(tmp_path: Path) -> None:
    storage, env = FileStorage(tmp_path), LoggedEnv()
    benchmark = store_benchmark(storage)
    first = record(storage, benchmark, play(env, 3, "terminated"))
    second = record(storage, benchmark, play(env, 2, "both"))

    frame = TupliDataset(storage).with_tuple_filter("observation[1] != 1").convert_to_dataframe()

    assert list(frame.columns) == [
        "episode_id", "benchmark_id", "step",
        "observation.0", "observation.1", "action", "reward", "terminated", "truncated", "info.parity",
    ]  # fmt: skip
    assert frame["episode_id"].tolist() == [first.id, first.id, second.id]
    assert set(frame["benchmark_id"]) == {benchmark.id}
    assert frame["step"].tolist() == [0, 2, 0]
    assert frame["observation.1"].tolist() == [0, 2, 0]
    assert frame["reward"].tolist() == [0.01, 0.03, 1.01]
    assert frame["terminated"].tolist() == [False, True, False]
    assert frame["info.parity"].tolist() == [1, 1, 1]
    assert frame.dtypes["observation.0"] == np.float32
    assert frame.dtypes["info.parity"] == np.int64


def test_images_text_and_sparse_infos_have_a_cell_each() -> None:
    data = EpisodeData.from_arrays(
        observations={"camera": np.arange(24).reshape(3, 2, 4), "word": ["a", "b", "c"]},
        actions=np.zeros((2, 2)),
        rewards=[0, 1],
        terminated=False,
        truncated=True,
        infos=[{"event": [1, "x"], "vector": np.eye(2)}, {"vector": np.eye(2)}],
    )

    frame = to_dataframe([data])

    assert frame["observation.camera"][1].tolist() == [[8, 9, 10, 11], [12, 13, 14, 15]]
    assert frame["observation.word"].tolist() == ["a", "b"]
    assert frame["action.1"].tolist() == [0, 0]
    assert frame["truncated"].tolist() == [False, True]
    assert frame["info.event"].tolist() == [[1, "x"], None]
    assert frame["info.vector"][0].tolist() == [[1, 0], [0, 1]]


def test_no_steps_give_an_empty_frame() -> None:
    frame = to_dataframe([])

    assert len(frame) == 0
    assert "reward" in frame.columns


def test_without_pandas_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(ImportError, match=r"pip install 'tupli-client\[pandas\]'"):
        to_dataframe([])

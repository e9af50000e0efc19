"""A folder of PyTupli, brought into a storage."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tupli_client.file_storage import FileStorage
from tupli_client.importing import import_folder
from tupli_schemas.errors import NotFoundError

# Written by PyTupli 1.2.9: the n-th step of this environment has the action 0.5, the reward n and leads to [n / 10, n / 10] (float32).
GOLDEN = Path(__file__).parent / "golden" / "pytupli-folder"
EPISODE, BENCHMARK = "039c43ff41dd43bcb464ad1f27adb80a", "3216a1eab1344008b229426061016fad"
ARTIFACT = "00e9df8460074f7a99c29204903663ba"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(GOLDEN, tmp_path / "_local_storage")


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path / "new")


def change(file: Path, **content: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **content}))


def test_recorded_episodes_become_the_transitions_that_happened(folder: Path, storage: FileStorage) -> None:
    (header,) = import_folder(folder, storage).episodes

    data = storage.load_episode(EPISODE).data
    reached = np.array([0.1, 0.2, 0.3, 0.4], np.float32).astype(np.float64)
    assert np.array_equal(data.all_observations, np.stack([reached, reached], axis=1))  # type: ignore[arg-type]
    assert np.asarray(data.actions).tolist() == [[0.5]] * 3
    assert data.rewards.tolist() == [2, 3, 4]
    assert data.terminated.tolist() == [False, False, True]
    assert [step.info for step in data] == [{"t": number, "x": "y"} for number in (2, 3, 4)]
    assert (header.id, header.benchmark_id) == (EPISODE, BENCHMARK)


def test_what_is_known_of_the_first_step_is_kept(folder: Path, storage: FileStorage) -> None:
    (header,) = import_folder(folder, storage).episodes

    assert header.recording is not None
    assert header.recording.extra["first_step"] == {
        "action": [0.5],
        "reward": 1.0,
        "info": {"t": 1, "x": "y"},
        "terminal": False,
        "timeout": False,
    }


def test_states_that_people_put_before_their_actions_stay_there(folder: Path, storage: FileStorage) -> None:
    import_folder(folder, storage, states="before")

    data = storage.load_episode(EPISODE).data
    assert data.rewards.tolist() == [1, 2, 3, 4]
    assert not data.has_final_observation


def test_benchmarks_still_find_their_artifacts(folder: Path, storage: FileStorage) -> None:
    change(folder / "benchmarks" / f"{BENCHMARK}.json", serialized=json.dumps({"py/object": "a.B", "data": ARTIFACT}))

    import_folder(folder, storage)

    benchmark = storage.load_benchmark("own")
    (artifact,) = storage.list_artifacts()
    assert benchmark.id == BENCHMARK
    assert json.loads(benchmark.serialized)["data"] == artifact.id
    assert benchmark.metadata.extra == {"artifacts": [artifact.id]}
    assert storage.load_artifact("b") == b"\xff\x00bin"


def test_importing_again_changes_nothing(folder: Path, storage: FileStorage) -> None:
    assert import_folder(folder, storage) == import_folder(folder, storage)
    assert len(storage.list_episodes()) == len(storage.list_benchmarks()) == len(storage.list_artifacts()) == 1


def test_what_cannot_be_kept_is_named_and_the_rest_goes_on(folder: Path, storage: FileStorage) -> None:
    good = folder / "episodes" / f"{EPISODE}.json"
    tuples = json.loads(good.read_text())["tuples"]
    wrong: dict[str, list[dict[str, Any]]] = {
        "one-step": tuples[:1],
        "goes-on-after-its-end": [*tuples, *tuples],
        "without-states": [{}, {}],
    }
    for name, steps in wrong.items():
        change(Path(shutil.copy(good, good.with_stem(name))), id=name, tuples=steps)
    good.with_stem("torn").write_text('{"id": "torn", "tuples": [')

    with pytest.warns(UserWarning, match="that can be kept|cannot be read"):
        imported = import_folder(folder, storage)

    assert {file.stem for file in imported.refused} == {*wrong, "torn"}
    assert [header.id for header in imported.episodes] == [EPISODE]


def test_another_folder_is_refused(tmp_path: Path, storage: FileStorage) -> None:
    with pytest.raises(NotFoundError, match="no folder of PyTupli"):
        import_folder(tmp_path, storage)

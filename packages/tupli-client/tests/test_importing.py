"""A folder of PyTupli, taken over."""

import json
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from tupli_client.file_storage import FileStorage
from tupli_client.importing import import_pytupli_folder
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError, StorageError

BENCHMARK, ARTIFACT = "73198ac8ffe94546a45798d84f47eaa8", "cda31cd4447d4d5cba30e6d72246d86e"
OURS = {"created_by": "local_storage", "published_in": ["local_storage"], "created_at": "2025-05-21T04:14:40.993923"}


def write(path: Path, **content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def write_episode(folder: Path, name: str, tuples: list[dict[str, Any]], **metadata: Any) -> None:
    write(
        folder / "episodes" / f"{name}.json",
        id=name,
        benchmark_id=BENCHMARK,
        metadata=metadata,
        n_tuples=len(tuples),
        terminated=True,
        timeout=False,
        tuples=tuples,
        **OURS,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As PyTupli 1.2.9 leaves it: a benchmark that refers to an artifact, and no episodes yet."""
    folder = tmp_path / "_local_storage"
    write(
        folder / "benchmarks" / f"{BENCHMARK}.json",
        id=BENCHMARK,
        hash="f7f1135e7c6f1bd6",
        metadata={"name": "cartpole", "description": "d", "difficulty": None, "version": "1.0", "extra": {"a": 1}},
        serialized=json.dumps({"py/object": "x.Y", "prices": ARTIFACT}),
        **OURS,
    )
    artifact = folder / "artifacts" / ARTIFACT
    write(
        artifact.with_name(f"{ARTIFACT}.metadata.json"),
        name="prices",
        description="x",
        benchmark_id=None,
        extra={},
        id=ARTIFACT,
        hash="77df263f",
        encoding="utf-8",
        **OURS,
    )
    artifact.write_bytes(b"hello,world")
    (folder / "episodes").mkdir()
    return folder


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path / "new")


def played(n_episodes: int) -> tuple[list[EpisodeData], list[list[dict[str, Any]]]]:
    """What happened in CartPole, and how PyTupli's wrapper records it: each tuple with the observation that followed."""
    env = gymnasium.make("CartPole-v1")
    truth, recorded = [], []
    for seed in range(n_episodes):
        observations, over = [env.reset(seed=seed)[0]], False
        actions: list[int] = []
        tuples: list[dict[str, Any]] = []
        while not over:
            actions.append(len(actions) % 2)
            observation, reward, terminated, truncated, _ = env.step(actions[-1])
            observations.append(observation)
            over = terminated or truncated
            tuples.append(
                {
                    "state": observation.tolist(),
                    "action": actions[-1],
                    "reward": float(reward),
                    "info": {},
                    "terminal": terminated,
                    "timeout": truncated,
                }
            )
        truth.append(
            EpisodeData.from_arrays(
                observations=np.array(observations, np.float64),
                actions=np.array(actions),
                rewards=np.ones(len(actions)),
                terminated=True,
                truncated=False,
            )
        )
        recorded.append(tuples)
    return truth, recorded


def test_recorded_episodes_become_the_transitions_that_happened(folder: Path, storage: FileStorage) -> None:
    truth, recorded = played(3)
    for number, tuples in enumerate(recorded):
        write_episode(folder, f"episode{number}", tuples, seed=number)

    imported = import_pytupli_folder(folder, storage, state="after")

    assert (imported.n_episodes, imported.skipped) == (3, {})
    for number, data in enumerate(truth):
        episode = storage.load_episode(f"episode{number}")
        whole = data.slice(1, len(data))  # what PyTupli never knew is left out
        assert np.array_equal(episode.data.all_observations, whole.all_observations)  # type: ignore[arg-type]
        assert np.array_equal(episode.data.actions, whole.actions)  # type: ignore[arg-type]
        assert episode.data.terminated[-1]
        assert episode.metadata == {"seed": number}
        assert episode.recording is not None
        assert episode.recording.extra["imported_from"] == "PyTupli"


def test_tuples_that_people_made_stay_as_they_are(folder: Path, storage: FileStorage) -> None:
    steps = [
        {"state": [1.0, 2.0], "action": [0], "reward": 1, "info": {"k": 1}, "terminal": False, "timeout": False},
        {"state": [3.0, 4.0], "action": [1], "reward": 2.5, "info": {}, "terminal": False, "timeout": True},
    ]
    write_episode(folder, "historic", steps)

    import_pytupli_folder(folder, storage, state="before")

    first, last = storage.load_episode("historic").data
    assert (first.state.tolist(), first.action.tolist(), first.reward, first.info) == ([1, 2], [0], 1.0, {"k": 1})
    assert (last.state.tolist(), last.reward, last.timeout, last.next_observation) == ([3, 4], 2.5, True, None)


def test_benchmarks_and_their_artifacts_still_find_each_other(folder: Path, storage: FileStorage) -> None:
    imported = import_pytupli_folder(folder, storage, state="after")

    benchmark = storage.load_benchmark("cartpole@1.0")
    assert (benchmark.id, benchmark.metadata.extra) == (BENCHMARK, {"a": 1})
    assert storage.load_artifact(json.loads(benchmark.serialized)["prices"]) == b"hello,world"
    assert imported.artifacts == {ARTIFACT: storage.list_artifacts()[0].id}


def test_importing_again_changes_nothing(folder: Path, storage: FileStorage) -> None:
    write_episode(folder, "one", played(1)[1][0])

    first = import_pytupli_folder(folder, storage, state="after")
    before = storage.list_benchmarks(), storage.list_artifacts(), storage.list_episodes()
    again = import_pytupli_folder(folder, storage, state="after")

    assert again == first
    assert (storage.list_benchmarks(), storage.list_artifacts(), storage.list_episodes()) == before


def test_episodes_go_to_the_benchmark_that_is_there_already(folder: Path, storage: FileStorage, tmp_path: Path) -> None:
    write_episode(folder, "one", played(1)[1][0])
    import_pytupli_folder(folder, storage, state="after")
    storage.delete_episode("one")
    text = (folder / "benchmarks" / f"{BENCHMARK}.json").read_text()
    (folder / "benchmarks" / f"{BENCHMARK}.json").write_text(text.replace(BENCHMARK, "other"))
    episode = (folder / "episodes" / "one.json").read_text()
    (folder / "episodes" / "one.json").write_text(episode.replace(BENCHMARK, "other"))

    imported = import_pytupli_folder(folder, storage, state="after")

    assert imported.benchmarks == {"other": BENCHMARK}
    assert [header.benchmark_id for header in storage.list_episodes()] == [BENCHMARK]


def test_what_cannot_be_taken_over_is_named_and_the_rest_goes_on(folder: Path, storage: FileStorage) -> None:
    good = played(1)[1][0]
    write_episode(folder, "a-single-step", good[:1])
    write_episode(folder, "ends-in-the-middle", [*good[:3], {**good[3], "terminal": True}, *good[4:]])
    write_episode(folder, "good", good)
    (folder / "episodes" / "torn.json").write_text('{"id": "torn", "tuples": [')
    write(folder / "episodes" / "strange.json", id="strange")

    imported = import_pytupli_folder(folder, storage, state="after")

    assert [header.id for header in storage.list_episodes()] == ["good"]
    assert set(imported.skipped) == {
        f"episodes/{name}.json" for name in ("a-single-step", "ends-in-the-middle", "torn", "strange")
    }
    assert "first step" in imported.skipped["episodes/a-single-step.json"]


def test_another_folder_is_refused(tmp_path: Path, storage: FileStorage) -> None:
    with pytest.raises(InvalidDataError, match="not a folder of PyTupli"):
        import_pytupli_folder(tmp_path, storage, state="after")


def test_a_storage_in_such_a_folder_says_how_to_import_it(folder: Path) -> None:
    write_episode(folder, "one", played(1)[1][0])

    with pytest.raises(StorageError, match="PyTupli") as refusal:
        FileStorage(folder)

    assert "import_pytupli_folder" in str(refusal.value.hint)

"""``tupli episode`` on a folder."""

import json
import shutil
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from tupli_client import FileStorage, TupliEnvWrapper, rollout
from tupli_client.testing import a_benchmark, some_steps
from tupli_command import Tupli
from tupli_schemas import codec
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.episodes import Episode, EpisodeHeader


@pytest.fixture
def recorded(storage: FileStorage) -> list[EpisodeHeader]:
    """Two episodes that were recorded in their environment."""
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage)
    env.store(name="recorded")
    rollout(env, None, episodes=2, seed=0)
    return storage.list_episodes()


def test_a_list_can_be_of_one_benchmark(tupli: Tupli, storage: FileStorage, episodes: list[EpisodeHeader]) -> None:
    storage.store_benchmark(a_benchmark("other"))

    assert tupli("episode", "list", "-q", "--benchmark", "cartpole").lines == [header.id for header in episodes]
    assert tupli("episode", "list", "-q", "--benchmark", "other").lines == []
    assert tupli("episode", "list", "--benchmark", "nothing").code == 3


def test_show_says_how_it_ended_and_where_it_comes_from(tupli: Tupli, recorded: list[EpisodeHeader]) -> None:
    shown = dict(tupli("episode", "show", recorded[0].id).rows)

    assert shown["benchmark"] == f"{recorded[0].benchmark_id} recorded"
    assert (shown["end"], shown["seed"], shown["recorded in"]) == ("terminated", "0", "CartPole-v1")
    assert float(shown["return"]) == recorded[0].return_
    assert int(shown["steps"]) == recorded[0].n_tuples


def test_episodes_go_to_files_and_back_unchanged(
    tupli: Tupli, here: Path, storage: FileStorage, recorded: list[EpisodeHeader]
) -> None:
    ids = [header.id for header in recorded]

    assert tupli("episode", "download", *ids, "-o", "files", "-q").lines == ids
    storage.delete_episode(ids[0])
    storage.delete_episode(ids[1])
    again = tupli("episode", "upload", *sorted(here.glob("files/*.safetensors")), "--json").json

    kept = {"id", "benchmark_id", "metadata", "checksum", "recording", "n_tuples", "return"}
    assert [{key: header[key] for key in kept} for header in again] == [
        {key: value for key, value in header.model_dump(mode="json").items() if key in kept} for header in recorded
    ]


def test_uploading_the_same_files_again_changes_nothing(
    tupli: Tupli, here: Path, storage: FileStorage, episodes: list[EpisodeHeader]
) -> None:
    tupli("episode", "download", *(header.id for header in episodes), "-o", "files")

    assert tupli("episode", "upload", *here.glob("files/*.safetensors")).code == 0

    assert storage.list_episodes() == episodes


def test_files_are_replaced_only_on_request(tupli: Tupli, here: Path, episodes: list[EpisodeHeader]) -> None:
    download = ("episode", "download", episodes[0].id, "-o", "files")
    assert tupli(*download).code == 0
    file = here / "files" / f"{episodes[0].id}.safetensors"
    file.write_bytes(b"mine")

    assert tupli(*download).code == 5
    assert file.read_bytes() == b"mine"
    assert tupli(*download, "--overwrite").code == 0
    assert file.read_bytes() != b"mine"


def test_a_damaged_episode_is_named_and_the_others_are_written(
    tupli: Tupli, here: Path, storage: FileStorage, episodes: list[EpisodeHeader]
) -> None:
    storage.close()
    (segment,) = here.glob("_local_storage/segments/*")
    content = bytearray(segment.read_bytes())
    place = content.rindex(codec.encode(_steps(storage, episodes[2])).buffers[-1])
    content[place] ^= 0xFF
    segment.write_bytes(content)

    ran = tupli("episode", "download", *(header.id for header in episodes), "-o", "files", "-q")

    assert (ran.code, ran.lines) == (7, [episodes[0].id, episodes[1].id])
    assert f"episode {episodes[2].id}: " in ran.err
    assert "[checksum-mismatch]" in ran.err


def _steps(storage: FileStorage, header: EpisodeHeader) -> Any:
    return storage.load_episode(header.id).data


def test_columns_of_other_tools_become_an_episode(
    tupli: Tupli, here: Path, storage: FileStorage, benchmark: BenchmarkHeader
) -> None:
    columns = {
        "observations/camera": np.arange(4 * 2 * 2, dtype=np.uint8).reshape(4, 2, 2),
        "observations/speed": np.arange(4.0),
        "actions": np.arange(3),
        "rewards": np.array([0.5, 1, 2], np.float32),
        "terminated": np.array([False, False, True]),
        "truncated": np.array(False),
        "infos/power": np.array([1.0, 2, 3]),
    }
    np.savez(here / "one.npz", **columns)  # type: ignore[arg-type]  # names of columns, not options

    ran = tupli("episode", "upload", "one.npz", "--benchmark", "cartpole", "--metadata", '{"month": "June"}', "--json")

    (header,) = ran.json
    assert (header["n_tuples"], header["return"], header["metadata"]) == (3, 3.5, {"month": "June"})
    data = storage.load_episode(header["id"]).data
    assert isinstance(data.observations, dict)
    np.testing.assert_array_equal(data.observations["camera"], columns["observations/camera"][:3])
    assert data.rewards.dtype == np.float32
    assert data[1].info == {"power": 2.0}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"observations": [1.0], "rewards": [1.0]}, "observations, rewards"),
        ({"observations": [1, 2], "actions": [1], "rewards": [1], "terminated": True, "truncated": False, "x": 1}, "x"),
        (
            {"observations": [1, 2], "actions": [1, 2, 3], "rewards": [1], "terminated": True, "truncated": False},
            "actions",
        ),
    ],
)
def test_columns_that_are_no_episode_are_refused_by_name(
    tupli: Tupli, here: Path, benchmark: BenchmarkHeader, columns: dict[str, Any], said: str
) -> None:
    np.savez(here / "bad.npz", **columns)

    ran = tupli("episode", "upload", "bad.npz", "--benchmark", "cartpole")

    assert ran.code == 1
    assert "bad.npz" in ran.err
    assert said in ran.err


def test_arrays_of_objects_are_not_unpickled(tupli: Tupli, here: Path, benchmark: BenchmarkHeader) -> None:
    np.savez(here / "bad.npz", observations=np.array([{}], dtype=object))

    ran = tupli("episode", "upload", "bad.npz", "--benchmark", "cartpole")

    assert ran.code == 1
    assert "bad.npz" in ran.err


def test_a_file_that_does_not_say_of_which_benchmark_it_is_needs_the_option(tupli: Tupli, here: Path) -> None:
    (here / "one.safetensors").write_bytes(bytes(codec.encode(some_steps())))

    ran = tupli("episode", "upload", "one.safetensors")

    assert ran.code == 1
    assert "which benchmark" in ran.err


def test_an_episode_that_happens_again_is_verified(tupli: Tupli, recorded: list[EpisodeHeader]) -> None:
    ran = tupli("episode", "verify", *(header.id for header in recorded))

    assert ran.code == 0
    assert [row[:3] for row in ran.rows] == [[header.id, "exact", str(header.n_tuples)] for header in recorded]


def test_an_episode_that_does_not_happen_again_exits_1_and_says_where(
    tupli: Tupli, storage: FileStorage, recorded: list[EpisodeHeader]
) -> None:
    episode = storage.load_episode(recorded[0].id)
    rewards = np.array(episode.data.rewards)
    rewards[4] += 1
    changed = type(episode.data)(
        episode.data.all_observations, episode.data.actions, rewards, episode.data.terminated, episode.data.truncated
    )
    forged = storage.record_episode(
        Episode(benchmark_id=episode.benchmark_id, data=changed, recording=recorded[0].recording)
    )

    ran = tupli("episode", "verify", forged.id, recorded[1].id, "--json")

    assert ran.code == 1
    assert [(item["id"], item["outcome"]) for item in ran.json] == [(forged.id, "different"), (recorded[1].id, "exact")]
    assert (ran.json[0]["step"], ran.json[0]["field"]) == (4, "reward")
    assert "1 of 2 episodes did not happen again" in ran.err


def test_a_header_beside_a_file_has_to_be_one(tupli: Tupli, here: Path) -> None:
    (here / "one.safetensors").write_bytes(bytes(codec.encode(some_steps())))
    (here / "one.json").write_text(json.dumps({"id": "x"}))

    ran = tupli("episode", "upload", "one.safetensors")

    assert ran.code == 1
    assert "one.json" in ran.err


def test_a_folder_of_pytupli_is_imported_and_what_cannot_be_is_named(
    tupli: Tupli, storage: FileStorage, tmp_path: Path
) -> None:
    golden = Path(__file__).parents[1] / "golden" / "pytupli-folder"
    old = shutil.copytree(golden, tmp_path / "_local_storage")

    first = tupli("episode", "import", str(old), "-q")
    (old / "episodes" / "torn.json").write_text("{")
    second = tupli("episode", "import", str(old), "-q")

    assert (first.code, second.code) == (0, 7)
    assert first.lines == second.lines == [header.id for header in storage.list_episodes()]
    assert "torn.json" in second.err
    assert tupli("episode", "import", str(tmp_path)).code == 3

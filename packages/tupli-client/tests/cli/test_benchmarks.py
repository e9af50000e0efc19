"""``tupli benchmark`` on a folder."""

from pathlib import Path

import gymnasium
import pytest

from tupli_client import FileStorage, TupliEnvWrapper
from tupli_client.testing import a_benchmark
from tupli_command import Tupli
from tupli_schemas.benchmarks import BenchmarkHeader


@pytest.fixture
def cartpole(tupli: Tupli) -> str:
    return tupli("benchmark", "create", "--env", "CartPole-v1", "--name", "cart", "--version", "2", "-q").lines[0]


def test_an_environment_is_stored_by_its_gymnasium_name(tupli: Tupli, storage: FileStorage) -> None:
    ran = tupli(
        "benchmark",
        "create",
        "--env",
        "CartPole-v1",
        "--name",
        "cart",
        "--version",
        "2",
        "--description",
        "A pole.",
        "--difficulty",
        "easy",
        "--extra",
        '{"source": "Barto"}',
        "--json",
    )

    header = BenchmarkHeader.model_validate_json(ran.out)
    assert storage.list_benchmarks() == [header]
    assert header.metadata.model_dump() == {
        "name": "cart",
        "version": "2",
        "description": "A pole.",
        "difficulty": "easy",
        "extra": {"source": "Barto"},
    }
    loaded = TupliEnvWrapper.load(storage, "cart@2")
    assert loaded.unwrapped.spec == gymnasium.make("CartPole-v1").unwrapped.spec


def test_an_environment_takes_arguments(tupli: Tupli, storage: FileStorage) -> None:
    tupli("benchmark", "create", "--env", "CartPole-v1", "--name", "cart", "--arguments", '{"max_episode_steps": 7}')

    spec = TupliEnvWrapper.load(storage, "cart").spec
    assert spec
    assert spec.max_episode_steps == 7


def test_without_a_name_a_benchmark_is_called_like_its_environment(tupli: Tupli) -> None:
    assert tupli("benchmark", "create", "--env", "CartPole-v1", "--json").json["metadata"]["name"] == "CartPole-v1"


def test_storing_an_environment_again_gives_the_same_benchmark(tupli: Tupli, cartpole: str) -> None:
    again = tupli("benchmark", "create", "--env", "CartPole-v1", "--name", "cart", "--version", "2", "-q")

    assert (again.code, again.lines) == (0, [cartpole])


def test_an_environment_that_gymnasium_does_not_know_is_refused(tupli: Tupli) -> None:
    ran = tupli("benchmark", "create", "--env", "CartPole-v999")

    assert ran.code == 1
    assert "CartPole" in ran.err
    assert "[unexpected]" not in ran.err


def test_show_says_what_is_in_it_what_loading_does_and_how_to_load_it(tupli: Tupli, cartpole: str) -> None:
    shown = dict(tupli("benchmark", "show", "cart").rows)

    assert shown["id"] == cartpole
    assert shown["observations"] == "Box(4) of float32"
    assert shown["actions"] == "Discrete(2)"
    assert shown["inspection"].startswith("spec: ")
    assert shown["load it with"] == "TupliEnvWrapper.load(storage, 'cart@2')"


def test_the_stored_text_goes_to_a_file_and_back(tupli: Tupli, here: Path, storage: FileStorage, cartpole: str) -> None:
    text = storage.load_benchmark(cartpole).serialized
    assert tupli("benchmark", "download", "cart", "-o", "cart.json").code == 0
    assert tupli("benchmark", "download", "cart").out == text + "\n"

    uploaded = tupli("benchmark", "upload", "cart.json", "--storage", "other", "--json").json

    assert (here / "cart.json").read_text() == text
    copy = FileStorage("other").load_benchmark("cart")
    assert (copy.serialized, copy.hash) == (text, storage.load_benchmark(cartpole).hash)
    assert uploaded["metadata"]["name"] == "cart"


def test_a_text_that_is_no_environment_is_refused(tupli: Tupli, here: Path) -> None:
    (here / "bad.json").write_text('{"py/reduce": [{"py/function": "os.system"}, {"py/tuple": ["true"]}]}')

    ran = tupli("benchmark", "upload", "bad.json")

    assert ran.code == 1
    assert "[refused-environment]" in ran.err


def test_a_file_that_is_no_text_is_refused(tupli: Tupli, here: Path) -> None:
    (here / "bad.json").write_bytes(b"\xff\xfe\x00")

    ran = tupli("benchmark", "upload", "bad.json")

    assert ran.code == 1
    assert "bad.json" in ran.err


def test_a_benchmark_is_published_and_taken_back(tupli: Tupli, storage: FileStorage, cartpole: str) -> None:
    public = tupli("benchmark", "publish", "cart", "--json").json
    of_group = tupli("benchmark", "publish", "cart", "--in", "ems", "--json").json
    private = tupli("benchmark", "unpublish", "cart", "--from", "global", "--json").json

    assert [item[0]["published_in"] for item in (public, of_group, private)] == [["global"], ["global", "ems"], ["ems"]]
    assert storage.list_benchmarks()[0].published_in == ("ems",)


def test_several_are_published_at_once_and_people_are_told(tupli: Tupli, storage: FileStorage) -> None:
    for name in ("a", "b"):
        storage.store_benchmark(a_benchmark(name))

    ran = tupli("benchmark", "publish", "a", "b")

    assert (ran.out, ran.err) == ("", "published 2 benchmarks\n")
    assert all(header.published_in == ("global",) for header in storage.list_benchmarks())

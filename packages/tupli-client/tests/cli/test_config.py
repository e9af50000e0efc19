"""Settings: where each comes from, and setting them for good."""

import tomllib
from pathlib import Path

import pytest

from tupli_client import FileStorage
from tupli_client.testing import a_benchmark
from tupli_command import Tupli


def test_the_list_says_where_each_value_comes_from(tupli: Tupli, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tupli("config", "set", "trust", "my_envs,other")
    (here / "tupli.toml").write_text("no_cache = true")
    monkeypatch.setenv("TUPLI_DEBUG", "1")

    rows = tupli("config", "list", "--show-origin", "--storage", "elsewhere").rows

    assert rows == [
        ["storage", "elsewhere", "flag"],
        ["profile", "", "default"],
        ["token", "", "default"],
        ["trust", "my_envs,other", str(here.parent / "config" / "config.toml")],
        ["no_cache", "true", str(here / "tupli.toml")],
        ["debug", "true", "environment"],
    ]


def test_a_secret_is_never_shown(tupli: Tupli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUPLI_TOKEN", "very-secret")

    shown = [tupli("config", "list", *options) for options in (["--show-origin"], ["--json"])]
    shown.append(tupli("config", "show", "token"))

    assert all("very-secret" not in ran.out + ran.err for ran in shown)
    assert all("hidden" in ran.out for ran in shown)


def test_a_secret_is_never_written(tupli: Tupli, here: Path) -> None:
    ran = tupli("config", "set", "token", "very-secret")

    assert ran.code == 2
    assert not (here.parent / "config").exists()


def test_what_is_set_holds_from_then_on(tupli: Tupli, here: Path) -> None:
    FileStorage(here / "data").store_benchmark(a_benchmark("there"))

    assert tupli("config", "set", "storage", str(here / "data")).code == 0

    assert tupli("config", "show", "storage", "--json").json["value"] == str(here / "data")
    assert tupli("benchmark", "list").rows[0][1] == "there"


def test_a_project_and_a_profile_have_their_own_values(tupli: Tupli, here: Path) -> None:
    tupli("config", "set", "storage", "of-user")
    tupli("config", "set", "storage", "of-project", "--project")
    tupli("config", "set", "storage", "of-profile", "--profile", "work")

    def storage(*options: str) -> str:
        return str(tupli("config", "show", "storage", "--json", *options).json["value"])

    assert storage() == "of-project"
    (here / "tupli.toml").unlink()
    assert storage() == "of-user"
    assert storage("--profile", "work") == "of-profile"
    assert storage("--profile", "work", "--storage", "of-flag") == "of-flag"


def test_the_environment_names_the_storage_for_every_command(
    tupli: Tupli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FileStorage(here / "data").store_benchmark(a_benchmark("there"))
    monkeypatch.setenv("TUPLI_STORAGE", "data")

    assert len(tupli("benchmark", "list").rows) == 1


def test_setting_a_value_leaves_the_rest_of_the_file_as_its_owner_wrote_it(tupli: Tupli, here: Path) -> None:
    before = '# ours\ntrust = ["a"]  # be careful\nstorage = "old"\n\n[profiles.work] # at work\nstorage = "there"\n'
    (here / "tupli.toml").write_text(before)

    tupli("config", "set", "storage", 'new "quoted" ü', "--project")
    tupli("config", "set", "no_cache", "yes", "--project")
    tupli("config", "set", "trust", "b", "--project", "--profile", "work")

    after = (here / "tupli.toml").read_text()
    assert "# ours\n" in after
    assert 'trust = ["a"]  # be careful\n' in after
    assert tomllib.loads(after) == {
        "trust": ["a"],
        "storage": 'new "quoted" ü',
        "no_cache": True,
        "profiles": {"work": {"storage": "there", "trust": ["b"]}},
    }


def test_a_file_that_cannot_be_changed_safely_is_left_alone(tupli: Tupli, here: Path) -> None:
    before = 'trust = [\n  "a",\n]\n'
    (here / "tupli.toml").write_text(before)

    ran = tupli("config", "set", "trust", "b", "--project")

    assert ran.code == 1
    assert "by hand" in ran.err
    assert (here / "tupli.toml").read_text() == before


@pytest.mark.parametrize(("key", "value", "code"), [("strage", "x", 2), ("debug", "perhaps", 1)])
def test_what_cannot_be_set_is_refused(tupli: Tupli, here: Path, key: str, value: str, code: int) -> None:
    ran = tupli("config", "set", key, value)

    assert ran.code == code
    assert key in ran.err


def test_a_setting_that_is_misspelt_in_a_file_is_an_error_of_every_command(tupli: Tupli, here: Path) -> None:
    (here / "tupli.toml").write_text('strage = "x"')

    ran = tupli("episode", "list")

    assert ran.code == 1
    assert "strage" in ran.err


def test_an_unknown_profile_is_refused_with_the_known_ones(tupli: Tupli) -> None:
    tupli("config", "set", "storage", "x", "--profile", "work")

    ran = tupli("episode", "list", "--profile", "wrok")

    assert ran.code == 1
    assert "work" in ran.err

"""Where settings come from, and which of them wins."""

from pathlib import Path

import pytest

from tupli_client.settings import Settings, load_settings
from tupli_schemas.errors import InvalidDataError


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "home").mkdir()
    return {"TUPLI_CONFIG_HOME": str(tmp_path / "home")}


def write(place: Path, text: str) -> Path:
    place.write_text(text, encoding="utf-8")
    return place


def test_without_any_setting_the_storage_is_a_folder_here(home: dict[str, str], tmp_path: Path) -> None:
    assert load_settings(home, tmp_path) == Settings(storage="_local_storage")


def test_each_source_overrules_the_one_behind_it_and_is_named(home: dict[str, str], tmp_path: Path) -> None:
    user_file = write(tmp_path / "home" / "config.toml", 'storage = "of-user"\ntrust = ["a"]\nno_cache = true')
    project_file = write(tmp_path / "tupli.toml", 'storage = "of-project"\ntrust = ["b"]')

    settings = load_settings({**home, "TUPLI_STORAGE": "of-environment"}, tmp_path).with_flags(debug=True, profile=None)

    assert (settings.storage, settings.trust, settings.no_cache, settings.debug) == (
        "of-environment",
        ("b",),
        True,
        True,
    )
    assert settings.origins == {
        "storage": "environment",
        "trust": str(project_file),
        "no_cache": str(user_file),
        "debug": "flag",
    }


def test_a_project_file_holds_in_the_folders_below_it(home: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / "tupli.toml", 'storage = "of-project"')
    (tmp_path / "deep" / "inside").mkdir(parents=True)

    assert load_settings(home, tmp_path / "deep" / "inside").storage == "of-project"


def test_a_profile_chooses_between_sets_of_values(home: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / "home" / "config.toml", 'storage = "a"\n[profiles.lab]\nstorage = "b"')

    assert load_settings(home, tmp_path).storage == "a"
    assert load_settings({**home, "TUPLI_PROFILE": "lab"}, tmp_path).storage == "b"


def test_a_profile_that_no_file_has_is_refused(home: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(InvalidDataError, match="no profile 'lab'"):
        load_settings(home, tmp_path, profile="lab")


def test_trust_is_a_list_with_commas_in_the_environment(home: dict[str, str], tmp_path: Path) -> None:
    assert load_settings({**home, "TUPLI_TRUST": "company_b, mylab.envs"}, tmp_path).trust == (
        "company_b",
        "mylab.envs",
    )


def test_a_token_is_not_shown(home: dict[str, str], tmp_path: Path) -> None:
    assert "secret" not in repr(load_settings({**home, "TUPLI_TOKEN": "secret"}, tmp_path))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("storage = ", "no valid TOML"),
        ('storrage = "x"', "storrage"),
        ("storage = 3", "not int"),
        ('debug = "perhaps"', "true or false"),
    ],
)
def test_a_setting_that_nothing_understands_is_refused_by_name(
    text: str, reason: str, home: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path / "tupli.toml", text)

    with pytest.raises(InvalidDataError, match=reason):
        load_settings(home, tmp_path)

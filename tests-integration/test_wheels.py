"""What a user installs: the wheels are built and read, so a promise about requirements is checked where it is kept."""

import re
from collections.abc import Iterator
from configparser import ConfigParser
from email.message import Message
from email.parser import Parser
from importlib.metadata import EntryPoint
from pathlib import Path
from zipfile import ZipFile

import pytest
from build import ProjectBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PACKAGES = Path(__file__).parents[1] / "packages"
NAMES = ("tupli-schemas", "tupli-client", "tupli-server", "tupli-metrics")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ZipFile]]:
    """Each package's wheel, built with the tools that are installed: no network."""
    folder = tmp_path_factory.mktemp("wheels")
    built = {name: ZipFile(ProjectBuilder(PACKAGES / name).build("wheel", folder)) for name in NAMES}
    yield built
    for wheel in built.values():
        wheel.close()


def metadata(wheel: ZipFile) -> Message:
    (path,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(wheel.read(path).decode())


def required(wheel: ZipFile, *extras: str) -> set[str]:
    """The names that an installation with these extras asks for, on the oldest Python that is supported."""
    environments = [{"extra": extra, "python_version": "3.11"} for extra in ("", *extras)]
    requirements = [Requirement(line) for line in metadata(wheel).get_all("Requires-Dist", [])]
    return {
        canonicalize_name(requirement.name)
        for requirement in requirements
        if requirement.marker is None or any(requirement.marker.evaluate(each) for each in environments)
    }


def entry_points(wheel: ZipFile) -> Iterator[EntryPoint]:
    """The commands and plugins that a wheel declares."""
    for path in (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt")):
        parser = ConfigParser()
        parser.read_string(wheel.read(path).decode())
        for group in parser.sections():
            yield from (EntryPoint(name, target, group) for name, target in parser[group].items())


def test_the_schemas_ask_for_pydantic_alone(wheels: dict[str, ZipFile]) -> None:
    assert required(wheels["tupli-schemas"]) == {"pydantic"}


def test_the_extra_columns_adds_what_episodes_are_made_of(wheels: dict[str, ZipFile]) -> None:
    assert required(wheels["tupli-schemas"], "columns") == {"pydantic", "numpy", "safetensors", "backports-zstd"}


@pytest.mark.parametrize("name", ["tupli-client", "tupli-server", "tupli-metrics"])
def test_a_package_asks_for_the_schemas_and_none_of_its_neighbours(wheels: dict[str, ZipFile], name: str) -> None:
    ours = {required_name for required_name in required(wheels[name]) if required_name.startswith("tupli-")}

    assert ours == {"tupli-schemas"}


@pytest.mark.parametrize(
    "unasked", ["pandas", "torch", "keyring", "d3rlpy", "litestar", "beanie", "pymongo", "uvicorn"]
)
def test_the_client_never_asks_for(wheels: dict[str, ZipFile], unasked: str) -> None:
    assert unasked not in required(wheels["tupli-client"])


@pytest.mark.parametrize("extra", ["keyring", "pandas", "torch", "d3rlpy"])
def test_the_client_offers_as_an_extra(wheels: dict[str, ZipFile], extra: str) -> None:
    assert extra in required(wheels["tupli-client"], extra)


@pytest.mark.parametrize("name", NAMES)
def test_a_wheel_carries_its_types_its_licence_and_its_one_version(wheels: dict[str, ZipFile], name: str) -> None:
    wheel, module = wheels[name], name.replace("-", "_")
    about = (PACKAGES / name / "src" / module / "__about__.py").read_text()
    version = re.search(r'__version__ = "(.+)"', about)

    assert f"{module}/py.typed" in wheel.namelist()
    assert any(path.endswith("/licenses/LICENSE") for path in wheel.namelist())
    assert metadata(wheel)["License-Expression"] == "MIT"
    assert version is not None
    assert metadata(wheel)["Version"] == version[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_changelog_speaks_of_the_version(wheels: dict[str, ZipFile], name: str) -> None:
    changelog = (PACKAGES / name / "CHANGELOG.md").read_text()

    assert f"\n## {metadata(wheels[name])['Version']}" in changelog


@pytest.mark.parametrize("name", NAMES)
def test_every_command_that_a_wheel_declares_can_be_loaded(wheels: dict[str, ZipFile], name: str) -> None:
    for entry in entry_points(wheels[name]):
        assert callable(entry.load()), entry

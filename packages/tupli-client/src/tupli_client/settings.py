"""What a person has set up, and where each value comes from.

A flag goes before the environment, the environment before the project's ``tupli.toml``, that before the user's own file, and all
before the default. This is the only place of the client that reads the environment.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import platformdirs

from tupli_schemas.errors import InvalidDataError

PROJECT_FILE = "tupli.toml"
DEFAULT_STORAGE = "_local_storage"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; ``origins`` says where each value was found."""

    storage: str = DEFAULT_STORAGE
    profile: str | None = None
    token: str | None = field(default=None, repr=False)
    trust: tuple[str, ...] = ()
    no_cache: bool = False
    debug: bool = False
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    def with_flags(self, **flags: Any) -> "Settings":
        """The same settings with what was given on the command line; None stands for a flag that was not given."""
        given = {name: value for name, value in flags.items() if value is not None}
        return replace(self, **given, origins={**self.origins, **dict.fromkeys(given, "flag")})


NAMES = tuple(item.name for item in fields(Settings) if item.name != "origins")
SECRETS = frozenset({"token"})
"""Values that belong in no file that is shared, and that no listing shows."""


def config_home(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the user's own settings."""
    return Path(environ.get("TUPLI_CONFIG_HOME") or platformdirs.user_config_path("tupli"))


def data_home() -> Path:
    """The folder of what is kept between sessions and can be made again, such as the cache."""
    return platformdirs.user_cache_path("tupli")


def load_settings(
    environ: Mapping[str, str] = os.environ, folder: Path | None = None, profile: str | None = None
) -> Settings:
    """The settings that hold in ``folder`` (the current one), this environment and, if one is given, this profile.

    Raises:
        InvalidDataError: A file is no TOML, names something unknown or has a value of a wrong type, or no file has the profile.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, found in _sources(environ, folder or Path.cwd(), profile):
        values |= found
        origins |= dict.fromkeys(found, origin)
    return Settings(**values, origins=origins)


def _sources(environ: Mapping[str, str], folder: Path, profile: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where values come from, the weakest first."""
    user_file = config_home(environ) / "config.toml"
    project_file = next(
        (parent / PROJECT_FILE for parent in (folder, *folder.parents) if (parent / PROJECT_FILE).is_file()), None
    )
    files = [(place, read_file(place)) for place in (user_file, project_file) if place]
    profile = _chosen_profile(profile or environ.get("TUPLI_PROFILE"), files)
    for place, found in files:
        profiles = found.pop("profiles", {})
        yield str(place), _checked(found, str(place))
        if profile in profiles:
            yield f"{place} [profiles.{profile}]", _checked(profiles[profile], f"{place} [profiles.{profile}]")
    yield "environment", _from_environment(environ)


def _chosen_profile(name: str | None, files: list[tuple[Path, dict[str, Any]]]) -> str | None:
    """The profile that was asked for, or else the one that a file names; it has to be in one of the files."""
    name = name or next((found["profile"] for _, found in reversed(files) if "profile" in found), None)
    known = {known for _, found in files for known in found.get("profiles", {})}
    if name is not None and name not in known:
        raise InvalidDataError(f"there is no profile {name!r}", hint=f"known are: {', '.join(sorted(known)) or 'none'}")
    return name


def read_file(place: Path) -> dict[str, Any]:
    """What a settings file holds; nothing where there is none."""
    try:
        return tomllib.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidDataError(f"{place} is no valid TOML: {error}", hint="mend the file, or move it away") from error


def _checked(found: dict[str, Any], origin: str) -> dict[str, Any]:
    """Refuse what nothing reads, so that a typo is found where it is made."""
    if unknown := sorted(found.keys() - set(NAMES)):
        raise InvalidDataError(
            f"{origin} sets {', '.join(unknown)}, which is unknown", hint=f"known are {', '.join(NAMES)}"
        )
    return {name: typed(name, value, origin) for name, value in found.items()}


def typed(name: str, value: Any, origin: str) -> Any:
    """A value as the field has it; text stands for lists (with commas) and booleans too."""
    if name == "trust":
        items = value.split(",") if isinstance(value, str) else value
        return tuple(item.strip() for item in items if item.strip())
    if name in {"no_cache", "debug"}:
        return _boolean(name, value, origin)
    if not isinstance(value, str):
        raise InvalidDataError(f"{origin}: {name} is text, not {type(value).__name__}")
    return value


def _boolean(name: str, value: Any, origin: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise InvalidDataError(f"{origin}: {name} is true or false, not {value!r}")
    return words[str(value).lower()]


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    given = {name: environ.get(f"TUPLI_{name.upper()}") for name in NAMES}
    return {name: typed(name, value, f"TUPLI_{name.upper()}") for name, value in given.items() if value}

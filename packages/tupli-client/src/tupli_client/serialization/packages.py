"""The installed packages that an environment's classes come from."""

import importlib.metadata
import platform
import sys
import warnings
from collections.abc import Iterable, Mapping

from tupli_schemas.errors import RefusedEnvironmentError


class VersionMismatchWarning(UserWarning):
    """An environment was stored with other versions of its packages than those installed here."""


def versions() -> dict[str, str | None]:
    """What every stored environment depends on."""
    packages = ("gymnasium", "numpy", "jsonpickle")
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in packages}}


def packages_of(classes: Iterable[str]) -> dict[str, str | None]:
    """The packages of some classes with their versions; None for a module that was not installed as a package."""
    modules = {name.partition(".")[0] for name in classes} - sys.stdlib_module_names - {"__main__"}
    return dict(sorted(_package_of(module) for module in modules))


def warn_of_other_versions(
    requires: Mapping[str, str | None], stored: Mapping[str, str | None], stacklevel: int
) -> None:
    """Warn once, naming both versions of every package that differs."""
    wanted = {name: version for name, version in {**stored, **requires}.items() if name not in {"python", "jsonpickle"}}
    pairs = [(name, version, installed_version(name)) for name, version in sorted(wanted.items())]
    different = [
        f"{name} {version} (here {here})" for name, version, here in pairs if version and here and version != here
    ]
    if different:
        warnings.warn(
            f"this environment was stored with {', '.join(different)}; it may behave differently",
            VersionMismatchWarning,
            stacklevel=stacklevel,
        )


def with_missing_packages(
    error: RefusedEnvironmentError, requires: Mapping[str, str | None]
) -> RefusedEnvironmentError:
    """The same error with what to install, if packages that the environment needs are missing."""
    absent = sorted((name, version) for name, version in requires.items() if installed_version(name) is None)
    missing = [name if version is None else f"{name}=={version}" for name, version in absent]
    if not missing:
        return error
    return RefusedEnvironmentError(
        f"{error.detail}; not installed here: {', '.join(missing)}",
        hint=f"Install {' '.join(missing)}, the {'versions' if len(missing) > 1 else 'version'} that it was stored with.",
    )


def installed_version(package: str) -> str | None:
    """The version of an installed package (or of a module outside of any: an empty text), None if there is none."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "" if package in sys.modules else None


def _package_of(module: str) -> tuple[str, str | None]:
    """The package of a top-level module: usually the names agree, otherwise all packages are asked."""
    try:
        return module, importlib.metadata.version(module)
    except importlib.metadata.PackageNotFoundError:
        names = importlib.metadata.packages_distributions().get(module)
        return (names[0], importlib.metadata.version(names[0])) if names else (module, None)

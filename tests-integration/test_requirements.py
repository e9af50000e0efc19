"""What the packages import is what they ask for, and what is optional is loaded only when it is used."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PACKAGES = Path(__file__).parents[1] / "packages"
NAMES = ("tupli-schemas", "tupli-client", "tupli-server", "tupli-metrics")

# Import names of which no installed distribution says that they are its own: ours, and what these tests do without.
DISTRIBUTIONS = {name.replace("-", "_"): name for name in (*NAMES, "d3rlpy", "keyring", "torch")}

# Part of Python from 3.14 on, and imported there alone.
NEWER_STANDARD_LIBRARY = {"compression"}

# What the schemas offer with pydantic alone, as their README says.
LIGHT_MODULES = ("", ".base", ".errors", ".filters", ".matching", ".benchmarks", ".artifacts", ".episodes", ".export")

HEAVY = ("d3rlpy", "keyring", "litestar", "matplotlib", "pandas", "pymongo", "scipy", "torch")


def imports(module: Path) -> Iterator[str]:
    """The names of the modules that a file imports anywhere, in functions too: `numpy`, `backports.zstd`."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (_owned(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (_owned(f"{node.module}.{alias.name}") for alias in node.names)


def _owned(name: str) -> str:
    """The part of a module's name that one distribution owns: the first; of `backports`, which many share, two."""
    first, *rest = name.split(".")
    return f"{first}.{rest[0]}" if first == "backports" and rest else first


@cache
def distributions(name: str) -> set[str]:
    """The distributions that provide the import ``name``."""
    if name in DISTRIBUTIONS:
        return {DISTRIBUTIONS[name]}
    if name.startswith("backports."):
        return {canonicalize_name(name)}
    found = packages_distributions().get(name)
    assert found, f"nothing installed provides `import {name}`: add it to the test environment or to DISTRIBUTIONS"
    return {canonicalize_name(each) for each in found}


def declared(name: str) -> set[str]:
    """All that a package's own pyproject asks for, extras included."""
    project = tomllib.loads((PACKAGES / name / "pyproject.toml").read_text())["project"]
    extras = project.get("optional-dependencies", {}).values()
    lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
    return {canonicalize_name(Requirement(line).name) for line in lines}


@pytest.mark.parametrize("name", NAMES)
def test_a_package_declares_all_that_it_imports(name: str) -> None:
    known = sys.stdlib_module_names | NEWER_STANDARD_LIBRARY | {name.replace("-", "_")}
    asked_for = declared(name)

    undeclared = {
        (str(module.relative_to(PACKAGES)), imported)
        for module in (PACKAGES / name / "src").rglob("*.py")
        for imported in imports(module)
        if imported not in known and not distributions(imported) & asked_for
    }

    assert undeclared == set()


def run(code: str) -> None:
    """Run code in a Python of its own, where nothing is imported yet."""
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr


def test_the_schemas_work_without_the_extra_columns() -> None:
    modules = [f"tupli_schemas{module}" for module in LIGHT_MODULES]

    run(
        "import importlib, sys\n"
        "sys.modules |= dict.fromkeys(('numpy', 'safetensors', 'backports.zstd'))  # None: importing it fails\n"
        f"for module in {modules}: importlib.import_module(module)\n"
        "from tupli_schemas.filters import FilterEQ\n"
        "from tupli_schemas.matching import matches\n"
        "assert matches(FilterEQ(key='month', value='May'), {'month': 'May'})\n"
    )


@pytest.mark.parametrize("package", ["tupli_schemas", "tupli_client", "tupli_metrics"])
def test_importing_a_package_loads_nothing_that_it_may_not_need(package: str) -> None:
    allowed = {"tupli_metrics": {"scipy"}}.get(package, set())

    run(
        f"import sys, {package}\n"
        f"loaded = (set({HEAVY!r}) - {allowed!r}) & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )

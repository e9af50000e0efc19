"""Starting: quick help, the version, completion, and nouns of other packages."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tupli_client import __version__
from tupli_command import COMMAND, Tupli, as_process
from tupli_schemas.benchmarks import BenchmarkHeader

HEAVY = ("gymnasium", "numpy", "pandas", "torch", "d3rlpy", "requests", "keyring", "jsonpickle")
SLOW = (*HEAVY, "pydantic", "tupli_schemas", "rich.console", "platformdirs")


def _imported_by(*arguments: str) -> set[str]:
    """The modules that a command has imported when it ends."""
    program = (
        "import json, sys\nfrom tupli_client.cli.app import run\n"
        f"code = run({list(arguments)!r})\nprint(json.dumps([code, *sys.modules]), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    code, *modules = json.loads(ran.stderr.splitlines()[-1])
    assert code == 0
    return set(modules)


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_help_and_version_import_nothing_slow(arguments: tuple[str, ...]) -> None:
    assert not _imported_by(*arguments) & set(SLOW)


@pytest.mark.parametrize("noun", ["benchmark", "episode", "dataset", "artifact", "config"])
def test_the_help_of_a_noun_imports_nothing_heavy(noun: str) -> None:
    assert not _imported_by(noun, "list", "--help") & set(HEAVY)


def test_a_list_of_a_folder_imports_no_environments_and_no_network(benchmark: BenchmarkHeader) -> None:
    assert not _imported_by("benchmark", "list") & (set(HEAVY) - {"numpy"})


def test_the_version_is_printed(tupli: Tupli) -> None:
    ran = tupli("--version")

    assert (ran.code, ran.out) == (0, f"tupli {__version__}\n")


def test_without_a_word_the_help_is_shown_and_the_exit_code_says_that_nothing_was_done(tupli: Tupli) -> None:
    ran = tupli()

    assert ran.code == 2
    assert "tupli NOUN VERB" in ran.err


def test_completion_installs_itself_for_the_shell_that_asks(here: Path) -> None:
    asked = " ".join(shlex.quote(word) for word in (*COMMAND, "--install-completion"))

    subprocess.run(["bash", "-c", f"{asked}; true"], env={**os.environ, "HOME": str(here)}, check=True, timeout=60)

    installed = (here / ".bash_completions" / "tupli.sh").read_text()
    assert "complete -o default -F _tupli_completion tupli" in installed
    assert "tupli.sh" in (here / ".bashrc").read_text()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tupli epi", ["episode"]),
        ("tupli episode d", ["download", "delete"]),
        ("tupli episode list --whe", ["--where"]),
    ],
)
def test_completion_knows_nouns_verbs_and_options(typed: str, offered: list[str]) -> None:
    environment = {
        "_TUPLI_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(typed.count(" ")),
    }

    assert as_process(environment=environment).out.split() == offered


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tupli benchmark show ", ["cartpole@1"]),
        ("tupli benchmarks show cart", ["cartpole@1"]),
        ("tupli episode list --benchmark ca", ["cartpole@1"]),
        ("tupli benchmark show x", []),
        ("tupli benchmark show --storage http://127.0.0.1:1 ", []),
    ],
)
def test_completion_knows_what_is_in_a_folder(benchmark: BenchmarkHeader, typed: str, offered: list[str]) -> None:
    environment = {
        "_TUPLI_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(typed.count(" ")),
    }

    assert as_process(environment=environment).out.split() == offered


@pytest.fixture
def other_package(here: Path) -> dict[str, str]:
    """A package that is installed beside ours and adds two nouns, one of which is broken."""
    packages = here.parent / "packages"
    about = packages / "tupli_extras-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: tupli-extras\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[tupli.commands]\nworks = extras:app\nbroken = no_such_module:app\n")
    (packages / "extras.py").write_text(
        "import typer\napp = typer.Typer()\n@app.callback()\ndef noun(): 'About.'\n"
        "@app.command()\ndef hello(): typer.echo('hello')\n"
    )
    return {"PYTHONPATH": str(packages)}


def test_another_package_adds_a_noun(other_package: dict[str, str]) -> None:
    assert as_process("works", "hello", environment=other_package).out == "hello\n"
    assert "Added by tupli-extras." in as_process("--help", environment=other_package).out


def test_a_noun_that_cannot_be_loaded_says_so_when_it_is_used_and_breaks_nothing_else(
    other_package: dict[str, str],
) -> None:
    broken = as_process("broken", "hello", environment=other_package)

    assert broken.code == 1
    assert "'tupli broken' of the package tupli-extras cannot be loaded" in broken.err
    assert "pip install --upgrade tupli-extras" in broken.err
    assert as_process("benchmark", "list", environment=other_package).code == 0
    assert as_process("--help", environment=other_package).code == 0

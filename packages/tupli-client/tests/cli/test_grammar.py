"""The grammar of the command: nouns, verbs, REFs, and help for each."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from tupli_client.cli.app import root
from tupli_client.cli.lazy import PluginCommand
from tupli_command import Tupli

VERBS = {"list", "show", "create", "upload", "download", "import", "export", "publish", "unpublish", "delete"}
OWN_VERBS = {"verify", "set"}
CONTENT = ("benchmark", "episode", "dataset", "artifact")
NOUNS = (*CONTENT, "user", "group", "role", "auth", "config")
SHORTCUTS = {"login", "logout", "whoami", "status", "doctor"}


def _leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with what people type to reach it."""
    context = typer.Context(command, info_name=path[-1] if path else "tupli", resilient_parsing=True)
    real = command.make_context(context.info_name, [], resilient_parsing=True).command if path else command
    if not hasattr(real, "commands"):
        yield path, real
        return
    for name, child in real.commands.items():
        if not isinstance(child, PluginCommand) and not child.hidden:
            yield from _leaves(child, (*path, name))


LEAVES = dict(_leaves(root()))


def test_every_verb_is_one_of_a_short_list() -> None:
    verbs = {path[-1] for path in LEAVES if len(path) > 1}

    assert verbs <= VERBS | OWN_VERBS


def test_every_noun_and_shortcut_is_there() -> None:
    first_words = {path[0] for path in LEAVES}

    assert first_words == {*NOUNS} | SHORTCUTS


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun not in {"auth", "config"}])
def test_a_noun_may_be_written_in_the_plural(tupli: Tupli, noun: str) -> None:
    singular, plural = tupli(noun, "--help"), tupli(f"{noun}s", "--help")

    assert (singular.code, plural.code) == (0, 0)
    assert plural.out == singular.out.replace(f"tupli {noun} ", f"tupli {noun}s ")


@pytest.mark.parametrize("path", [path for path in LEAVES if path[0] in CONTENT], ids=" ".join)
def test_every_command_on_content_takes_a_storage(path: tuple[str, ...]) -> None:
    options = {option for param in LEAVES[path].params for option in param.opts}

    assert {"--storage", "--profile"} <= options


@pytest.mark.parametrize("noun", CONTENT)
@pytest.mark.parametrize("verb", ["list", "show", "publish", "unpublish", "delete"])
def test_every_kind_of_content_has_the_common_verbs(noun: str, verb: str) -> None:
    assert (noun, verb) in LEAVES


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_and_every_option_says_what_it_is_for(tupli: Tupli, path: tuple[str, ...]) -> None:
    shown = tupli(*path, "--help")

    assert shown.code == 0
    assert LEAVES[path].help.endswith((".", ".'"))
    assert all(param.help for param in LEAVES[path].params if param.param_type_name == "option")
    assert all(len(line) <= 80 for line in shown.lines)


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_that_deletes_can_be_told_to_do_it_without_asking(path: tuple[str, ...]) -> None:
    options = {option for param in LEAVES[path].params for option in param.opts}

    is_reversible = path[:2] in {("group", "member"), ("user", "role")}
    assert ("--yes" in options) == (path[-1] == "delete" and not is_reversible)

"""What PyTupli's users type works; no help shows it."""

import pytest

from tupli_client import FileStorage
from tupli_client.testing import an_artifact
from tupli_command import Tupli
from tupli_schemas.benchmarks import BenchmarkHeader

OLDER = ("set_url", "signup", "change_password", "list_benchmarks", "list_artifacts")


def test_listing(tupli: Tupli, storage: FileStorage, benchmark: BenchmarkHeader) -> None:
    storage.store_artifact(b"1", an_artifact())

    assert tupli("list_benchmarks").out == tupli("benchmark", "list").out != ""
    assert tupli("list_artifacts").out == tupli("artifact", "list").out != ""


def test_set_url_holds_from_then_on(tupli: Tupli) -> None:
    assert tupli("set_url", "--url", "https://tupli.example.org/api").code == 0

    assert tupli("config", "show", "storage", "--json").json["value"] == "https://tupli.example.org/api"


@pytest.mark.parametrize(
    "line",
    [
        ("signup", "--username", "alice", "--password", "secret-words"),
        ("change_password", "--username", "alice", "--password", "secret-words"),
        ("login", "--username", "alice", "--password", "secret-words", "--url", "http://127.0.0.1:1"),
    ],
)
def test_accounts_are_asked_for_at_the_server(tupli: Tupli, line: tuple[str, ...]) -> None:
    tupli("set_url", "--url", "http://127.0.0.1:1")

    assert tupli(*line).code == 6


def test_no_help_shows_them(tupli: Tupli) -> None:
    shown = tupli("--help").out

    assert all(name not in shown for name in OLDER)

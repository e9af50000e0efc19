"""Sign-ins between two runs, in the file that stands in where there is no keyring."""

import stat
from pathlib import Path

import pytest

from tupli_client.credentials import Credentials, SignIn

ALICE = SignIn(username="alice", access="access-token", refresh="refresh-token")


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    return Credentials(tmp_path / "home")


def test_a_sign_in_is_kept_for_each_server(credentials: Credentials) -> None:
    credentials.write("https://one.example", ALICE)
    credentials.write("https://two.example", SignIn("bob", "other-token"))

    assert credentials.read("https://one.example") == ALICE
    assert credentials.read("https://two.example") == SignIn("bob", "other-token")
    assert credentials.read("https://three.example") is None


def test_a_forgotten_sign_in_is_gone_and_the_others_stay(credentials: Credentials) -> None:
    credentials.write("https://one.example", ALICE)
    credentials.write("https://two.example", ALICE)

    credentials.forget("https://one.example")
    credentials.forget("https://never-there.example")

    assert credentials.read("https://one.example") is None
    assert credentials.read("https://two.example") == ALICE


def test_the_file_can_be_read_by_its_owner_alone(credentials: Credentials, tmp_path: Path) -> None:
    credentials.write("https://one.example", ALICE)

    assert stat.S_IMODE((tmp_path / "home" / "credentials.json").stat().st_mode) == 0o600


def test_tokens_are_shown_nowhere() -> None:
    assert "token" not in repr(ALICE)


def test_the_owner_is_told_once_where_tokens_are_kept(
    credentials: Credentials, caplog: pytest.LogCaptureFixture
) -> None:
    credentials.write("https://one.example", ALICE)
    credentials.write("https://two.example", ALICE)

    assert len(caplog.messages) == 1
    assert "credentials.json" in caplog.text

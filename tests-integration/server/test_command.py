"""The ``tupli`` command on a server: what it does on a folder, and what only a server can."""

import stat
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from live_server import LiveServer
from tupli_client import FileStorage
from tupli_client.testing import a_benchmark, an_episode
from tupli_command import Tupli
from tupli_schemas import codec

PASSWORD = "a-good-password"


@pytest.fixture
def tupli(
    live_server: LiveServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Tupli:
    """The command, with the server as its storage; nobody is signed in."""
    for name in ("TOKEN", "PROFILE", "DEBUG"):
        monkeypatch.delenv(f"TUPLI_{name}", raising=False)
    monkeypatch.setenv("TUPLI_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("TUPLI_STORAGE", live_server.url)
    monkeypatch.chdir(tmp_path)
    return Tupli(capsys, monkeypatch)


@pytest.fixture
def someone(tupli: Tupli) -> Callable[[], str]:
    """Makes an account and signs in to it; the name."""

    def sign_up() -> str:
        name = f"user-{uuid4().hex[:12]}"
        assert tupli("user", "create", name, "--password", PASSWORD).code == 0
        sign_in(tupli, name)
        return name

    return sign_up


def sign_in(tupli: Tupli, name: str, password: str = PASSWORD) -> None:
    assert tupli("login", "-u", name, "--password-stdin", stdin=f"{password}\n").code == 0


def test_signing_in_is_kept_for_later_commands_until_signing_out(
    tupli: Tupli, someone: Callable[[], str], tmp_path: Path
) -> None:
    name = someone()

    assert tupli("whoami", "-q").lines == [name]
    assert stat.S_IMODE((tmp_path / "config" / "credentials.json").stat().st_mode) == 0o600
    assert tupli("logout").code == 0
    assert tupli("whoami").code == 4


def test_signing_in_with_a_url_makes_that_server_the_storage(
    tupli: Tupli, someone: Callable[[], str], live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = someone()
    monkeypatch.delenv("TUPLI_STORAGE")

    assert tupli("login", live_server.url, "-u", name, "--password", PASSWORD).code == 0

    assert tupli("whoami", "-q").lines == [name]
    assert tupli("status", "--json").json["storage"] == live_server.url


def test_a_wrong_password_exits_4_and_leaves_the_sign_in_as_it_was(tupli: Tupli, someone: Callable[[], str]) -> None:
    name = someone()

    ran = tupli("login", "-u", name, "--password", "wrong-password")

    assert ran.code == 4
    assert "wrong-password" not in ran.err
    assert tupli("whoami", "-q").lines == [name]


def test_whoever_is_signed_out_is_told_where_and_what_to_do(tupli: Tupli, live_server: LiveServer) -> None:
    ran = tupli("benchmark", "list")

    assert ran.code == 4
    assert f"storage: {live_server.url} (environment), not signed in" in ran.err
    assert ran.err.endswith("next: tupli login\n")


def test_content_goes_to_a_server_as_it_goes_to_a_folder(
    tupli: Tupli, someone: Callable[[], str], tmp_path: Path
) -> None:
    someone()
    data = an_episode("x").data
    (tmp_path / "one.safetensors").write_bytes(bytes(codec.encode(data)))

    benchmark = tupli("benchmark", "create", "--env", "CartPole-v1", "--name", "cart", "-q").lines[0]
    (episode,) = tupli("episode", "upload", "one.safetensors", "--benchmark", benchmark[:20], "-q").lines
    (artifact,) = tupli("artifact", "upload", "one.safetensors", "--benchmark", benchmark, "-q").lines
    (dataset,) = tupli("dataset", "create", "all", "--benchmark", benchmark, "-q").lines
    assert tupli("episode", "download", episode, "-o", "down").code == 0
    assert tupli("artifact", "download", artifact, "-o", "same").code == 0
    assert tupli("dataset", "export", dataset, "-o", "all.npz").code == 0

    assert tupli("benchmark", "show", benchmark, "--json").json["inspection"]["verdict"] == "spec"
    assert (tmp_path / "down" / f"{episode}.safetensors").read_bytes() == bytes(codec.encode(data))
    assert (tmp_path / "same").read_bytes() == (tmp_path / "one.safetensors").read_bytes()
    assert (tmp_path / "all.npz").stat().st_size > 0
    assert tupli("benchmark", "delete", benchmark, "--with-episodes", "--yes").code == 0
    assert tupli("episode", "list", "-q", "--where", f"id == '{episode}'").lines == []


def test_an_episode_goes_from_a_folder_to_a_server(tupli: Tupli, someone: Callable[[], str]) -> None:
    folder = FileStorage("local")
    header = folder.record_episode(an_episode(folder.store_benchmark(a_benchmark("cart")).id, month="June"))
    someone()
    benchmark = tupli("benchmark", "create", "--env", "CartPole-v1", "--name", "cart", "-q").lines[0]

    tupli("episode", "download", header.id, "-o", "files", "--storage", "local")
    (moved,) = tupli("episode", "upload", f"files/{header.id}.safetensors", "--benchmark", benchmark, "--json").json

    assert (moved["checksum"], moved["metadata"]) == (header.checksum, {"month": "June"})


def test_two_share_in_a_group_and_a_third_sees_nothing(tupli: Tupli, someone: Callable[[], str]) -> None:
    bob, carol, alice = someone(), someone(), someone()
    group = f"group-{uuid4().hex[:8]}"
    benchmark = tupli("benchmark", "create", "--env", "CartPole-v1", "--name", "shared", "-q").lines[0]

    assert tupli("group", "create", group, "--description", "Us.").code == 0
    assert tupli("group", "member", "create", group, bob).code == 0
    assert tupli("benchmark", "publish", benchmark, "--in", group, "--json").json[0]["published_in"] == [group]

    assert set(tupli("group", "show", group, "--json").json["members"]) == {alice, bob}
    sign_in(tupli, bob)
    assert tupli("benchmark", "show", benchmark, "-q").lines == [benchmark]
    assert tupli("benchmark", "delete", benchmark, "--yes").code == 4
    sign_in(tupli, carol)
    assert tupli("benchmark", "show", benchmark).code == 3
    sign_in(tupli, alice)
    assert tupli("group", "member", "delete", group, bob).code == 0
    assert tupli("group", "delete", group).code == 2
    assert tupli("group", "delete", group, "--yes").code == 0
    assert group not in tupli("group", "list", "-q").lines


def test_an_administrator_gives_and_takes_roles(
    tupli: Tupli, someone: Callable[[], str], live_server: LiveServer
) -> None:
    name, role = someone(), f"role-{uuid4().hex[:8]}"
    sign_in(tupli, "admin", live_server.admin_password)

    assert tupli("role", "create", role, "--right", "episode_delete").code == 0
    assert tupli("role", "show", role, "--json").json["rights"] == ["episode_delete"]
    assert role in tupli("user", "role", "create", name, role).out
    assert role in tupli("user", "show", name).out
    assert role not in tupli("user", "role", "delete", name, role).out
    assert tupli("role", "delete", role, "--yes").code == 0
    assert tupli("role", "show", role).code == 3
    assert name in tupli("user", "list", "-q").lines
    assert tupli("user", "delete", name, "--yes").code == 0
    assert tupli("user", "show", name).code == 3


def test_a_token_for_scripts_signs_in_until_it_is_revoked(
    tupli: Tupli, someone: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = someone()
    made = tupli("auth", "token", "create", "ci", "--right", "benchmark_read", "--days", "30", "--json").json
    tupli("logout")

    assert tupli("login", "--token-stdin", stdin=made["token"] + "\n").code == 0
    assert tupli("benchmark", "list").code == 0
    tupli("logout")
    sign_in(tupli, name)
    assert made["token"] not in tupli("auth", "token", "list", "--json").out
    assert tupli("auth", "token", "delete", made["id"], "--yes").code == 0
    monkeypatch.setenv("TUPLI_TOKEN", made["token"])
    assert tupli("benchmark", "list").code == 4


def test_what_pytuplis_users_type_works(tupli: Tupli, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUPLI_STORAGE")
    name = f"user-{uuid4().hex[:12]}"

    assert tupli("set_url", "--url", live_server.url + "/").code == 0
    assert tupli("signup", "--username", name, "--password", PASSWORD).code == 0
    assert tupli("login", "--username", name, "--password", PASSWORD, "--url", live_server.url).code == 0
    assert tupli("list_benchmarks").code == 0
    assert tupli("list_artifacts").code == 0
    changed = tupli("change_password", "--username", name, "--password", "another-password", "--old-password", PASSWORD)
    assert changed.code == 0
    sign_in(tupli, name, "another-password")


def test_doctor_and_status_know_a_server(tupli: Tupli, someone: Callable[[], str], live_server: LiveServer) -> None:
    name = someone()

    ran = tupli("doctor")

    assert ran.code == 0
    assert [row[1] for row in ran.rows] == [
        "versions",
        "config",
        "sign-ins",
        "connection",
        "clock",
        "server",
        "sign-in",
    ]
    assert ran.rows[-1][2] == f"signed in as {name}"
    assert {row[0] for row in ran.rows} == {"ok"}
    assert tupli("status", "--json").json["storage"] == live_server.url


def test_a_server_that_is_something_else_is_said_to_be_none(tupli: Tupli, live_server: LiveServer) -> None:
    ran = tupli("benchmark", "list", "--storage", f"{live_server.url}/no/such/place")

    assert ran.code in {1, 3}
    assert "Traceback" not in ran.err
    assert "  next: " in ran.err

"""Starting and stopping: what a server refuses to start with, what it waits for, and how it leaves."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from live_server import LiveServer
from live_server.people import a_stranger, a_user, sign_in, the_admin
from real_mongodb import connect

SECRET = secrets.token_urlsafe(48)


def command(*words: str, **variables: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TUPLI_")}
    environment |= {f"TUPLI_{name.upper()}": value for name, value in variables.items()}
    return subprocess.Popen(
        [sys.executable, "-m", "tupli_server", *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def refusal(*words: str, **variables: str) -> str:
    """What a server says that does not start."""
    process = command(*words, **variables)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1, output
    assert "Traceback" not in output
    return output


def test_a_weak_secret_is_refused_with_how_to_make_one() -> None:
    output = refusal("run", secret_key="too-short")

    assert "TUPLI_SECRET_KEY" in output
    assert "secrets.token_urlsafe" in output
    assert "too-short" not in output


def test_a_database_that_is_not_there_is_waited_for_and_named() -> None:
    started = time.monotonic()

    output = refusal(
        "run",
        secret_key=SECRET,
        mongodb_url="mongodb://127.0.0.1:9/",
        database_wait_seconds="3",
    )

    assert time.monotonic() - started > 3
    assert "waiting for the database" in output
    assert "did not answer within 3 s: 127.0.0.1:9" in output


def test_a_url_that_is_none_and_a_wrong_password_for_the_first_administrator_are_refused(
    mongodb_url: str, mongodb_database: str
) -> None:
    assert "TUPLI_MONGODB_URL" in refusal("run", secret_key=SECRET, mongodb_url="http://nonsense")
    variables = {"secret_key": SECRET, "mongodb_url": mongodb_url, "database": mongodb_database}
    assert "8 are the least" in refusal("run", **variables, admin_password="short")
    assert "TUPLI_ADMIN_USERNAME" in refusal("run", **variables, admin_password="long enough", admin_username="global")


def test_data_of_a_newer_version_is_left_alone(mongodb_url: str, mongodb_database: str) -> None:
    with connect(mongodb_url) as client:
        client[mongodb_database]["meta"].insert_one({"_id": "schema", "version": 999})

    output = refusal("run", secret_key=SECRET, mongodb_url=mongodb_url, database=mongodb_database)

    assert "version 999" in output


def test_the_first_administrator_is_made_once_from_the_password_that_was_given(
    mongodb_url: str, mongodb_database: str
) -> None:
    with LiveServer(mongodb_url, mongodb_database) as first:
        password = first.admin_password
        assert the_admin(first).get("/access/users/me").json()["username"] == "admin"

    with LiveServer(mongodb_url, mongodb_database, admin_password="another-password") as second:
        answer = a_stranger(second).post("/access/users/token", {"username": "admin", "password": "another-password"})
        assert answer.status_code == 401
        assert sign_in(second, "admin", password).get("/access/users/me").status_code == 200


def test_two_servers_that_start_at_once_on_an_empty_database_both_start(
    mongodb_url: str, mongodb_database: str
) -> None:
    password = "the-password-of-both"
    servers = [LiveServer(mongodb_url, mongodb_database, admin_password=password, secret_key=SECRET) for _ in range(2)]
    threads = [threading.Thread(target=server.__enter__) for server in servers]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        for server in servers:
            assert sign_in(server, "admin", password).get("/access/users/me").status_code == 200
    finally:
        for server in servers:
            server.stop()


def test_what_is_under_way_is_answered_before_it_leaves(start_server: Any) -> None:
    server = start_server(password_rounds=14)
    user = a_user(server)
    answers: list[int] = []
    body = {"username": user.name, "password": "a-good-password"}

    def sign_in_slowly() -> None:
        answers.append(requests.post(f"{server.url}/access/users/token", json=body, timeout=60).status_code)

    threads = [threading.Thread(target=sign_in_slowly) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.4)
    os.kill(server.pid, signal.SIGTERM)
    for thread in threads:
        thread.join()

    assert answers == [200] * 3


# --------------------------------------------------------------------------------------------------------------- dev


@contextmanager
def a_laptop(folder: Path, *words: str) -> Iterator[tuple[str, str]]:
    """``tupli-server dev``, up: its URL, and what it printed first."""
    port = _free_port()
    process = command("dev", "--data", str(folder), "--port", str(port), *words)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(process, url)
        yield url, _first_lines(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def test_a_server_on_a_laptop_needs_no_settings_and_keeps_its_data(tmp_path: Path) -> None:
    with a_laptop(tmp_path / "home") as (url, said):
        password = re.search(r"shown this once:\s+(\S+)", said)
        assert password
        assert f"tupli login --url {url} --username admin" in said
        token = requests.post(
            f"{url}/access/users/token", json={"username": "admin", "password": password[1]}, timeout=10
        )
        assert token.status_code == 200
        headers = {"Authorization": f"Bearer {token.json()['access_token']['token']}"}
        requests.post(f"{url}/access/groups/create", json={"name": "lab"}, headers=headers, timeout=10)

    with a_laptop(tmp_path / "home") as (url, said):
        assert "shown this once" not in said
        groups = requests.get(f"{url}/access/groups/list", headers=headers, timeout=10)
        assert [group["name"] for group in groups.json()] == ["lab"], "the secret and the data are those of before"

    with a_laptop(tmp_path / "home", "--new-password") as (_, said):
        assert "shown this once" in said
    assert not _processes_that_name(str(tmp_path)), "its database ends with it"


def test_a_mongod_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    output = refusal("dev", "--data", str(tmp_path), mongod=str(tmp_path / "mongod"))

    assert "TUPLI_MONGOD" in output


def _wait(process: subprocess.Popen[str], url: str) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if requests.get(f"{url}/ready", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError(process.stdout and process.stdout.read())


def _first_lines(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    lines: list[str] = []
    while not lines or not lines[-1].startswith("Sign in with"):
        lines.append(process.stdout.readline())
    return "".join(lines)


def _processes_that_name(text: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_text().replace("\0", " ")
        except OSError:
            continue
        found += [words] if text in words and "mongod" in words else []
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("words", [(), ("--help",), ("version",)])
def test_the_command_says_what_it_can_do(words: tuple[str, ...]) -> None:
    output, _ = command(*words).communicate(timeout=60)

    assert "0." in output if words == ("version",) else "run" in output

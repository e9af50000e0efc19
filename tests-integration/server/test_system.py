"""What a server says of itself, to machines and to people, and that it goes on saying it while it is busy."""

import os
import re
import signal
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from live_server import LiveServer
from live_server.people import PASSWORD, Person, a_stranger, a_user, problem, the_admin
from real_mongodb import LocalMongod, find_mongod
from tupli_server import __version__


def test_it_is_alive_ready_and_of_a_version(live_server: LiveServer) -> None:
    stranger = a_stranger(live_server)

    assert stranger.get("/health").json() == {"status": "ok"}
    assert stranger.get("/ready").json() == {"status": "ok"}
    assert stranger.get("/version").json() == {"name": "tupli-server", "version": __version__}


def test_without_its_database_it_is_alive_and_not_ready() -> None:
    mongod = find_mongod()
    if mongod is None:
        pytest.skip("needs a database of its own, to stop it")
    with LocalMongod(mongod) as database, LiveServer(database.url, "tupli") as server:
        stranger = a_stranger(server)

        os.kill(database.pid, signal.SIGSTOP)
        hanging = stranger.get("/ready")
        os.kill(database.pid, signal.SIGCONT)
        going_on = stranger.get("/ready")
        database.stop()
        gone = stranger.get("/ready")

        assert problem(hanging, 503)["code"] == problem(gone, 503)["code"] == "unreachable"
        assert going_on.status_code == 200
        assert stranger.get("/health").status_code == 200


def test_its_root_is_null_for_programs_and_a_page_for_people(live_server: LiveServer) -> None:
    stranger = a_stranger(live_server)

    program = stranger.get("/")
    person = stranger.send("GET", "/", headers={"Accept": "text/html,*/*"})

    assert (program.status_code, program.json()) == (200, None)
    assert person.headers["content-type"].startswith("text/html")
    assert "<h1>Tupli</h1>" in person.text


def test_its_pages_need_nothing_from_elsewhere(live_server: LiveServer) -> None:
    stranger = a_stranger(live_server)
    start = stranger.send("GET", "/", headers={"Accept": "text/html"})
    pages = {"": start, "docs": stranger.get("/docs")}

    for page in pages.values():
        assert "default-src 'self'" in page.headers["content-security-policy"]
        links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert links
        for link in links:
            assert "//" not in link
            assert stranger.get("/" + link).status_code == 200
    assert problem(stranger.get("/docs/passwd"), 404)
    assert stranger.get("/docs/..%2Fapp.py").status_code == 404


def test_every_answer_has_an_id_and_careful_headers(live_server: LiveServer) -> None:
    answers = [a_stranger(live_server).get(path) for path in ("/health", "/nothing", "/access/users/me")]

    assert len({answer.headers["x-request-id"] for answer in answers}) == 3
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


def test_its_figures_are_for_administrators_and_name_no_one(live_server: LiveServer) -> None:
    user, admin = a_user(live_server), the_admin(live_server)
    token = admin.post("/access/tokens/create", {"name": "prometheus", "rights": ["role_management"]}).json()["token"]

    problem(user.get("/metrics"), 403)
    figures = Person(live_server, token=token).get("/metrics").text

    assert re.search(r'tupli_requests_total{method="GET",route="/access/users/me",status="\d+"} ', figures)
    assert user.name not in figures


@pytest.mark.parametrize("n_people", [20])
def test_a_health_check_stays_quick_while_twenty_people_sign_in(start_server: Any, n_people: int) -> None:
    server = start_server(password_rounds=12)
    user = a_user(server)
    credentials = {"username": user.name, "password": PASSWORD}
    took = []
    with ThreadPoolExecutor(n_people) as pool:
        sign_ins = [pool.submit(a_stranger(server).post, "/access/users/token", credentials) for _ in range(n_people)]

        while not all(future.done() for future in sign_ins):
            started = time.perf_counter()
            assert a_stranger(server).get("/health").status_code == 200
            took.append(time.perf_counter() - started)
            time.sleep(0.01)

    assert [future.result().status_code for future in sign_ins] == [200] * n_people
    assert len(took) > 20
    assert statistics.median(took) < 0.05
    # This process, the database and its twenty clients share the machine: a single hiccup is not the server's.
    assert statistics.quantiles(took, n=20)[-1] < 0.05

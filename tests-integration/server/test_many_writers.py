"""Sixteen writers, ten thousand episodes, and readers beside them: nothing is lost, nothing doubled, nothing fails."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from live_server import LiveServer
from people import an_account, the_admin
from tupli_client.api_client import TupliAPIClient
from tupli_client.testing import a_benchmark, an_episode
from tupli_schemas.episodes import Episode
from tupli_schemas.filters import FilterEQ

WRITERS = 16
ONE_BY_ONE, TOGETHER, BATCHES = 25, 150, 4
PER_WRITER = ONE_BY_ONE + TOGETHER * BATCHES


@pytest.fixture(scope="module")
def client(live_server: LiveServer) -> TupliAPIClient:
    return an_account(live_server)


def failures(server: LiveServer) -> float:
    """How many requests the server has answered with a mistake of its own; a client that tries again would not show them."""
    token = the_admin(server).identity.token
    with TupliAPIClient(server.url, token=token) as admin:
        figures = admin._send("GET", "/metrics").text
    assert 'status="200"' in figures
    return sum(float(value) for value in re.findall(r'tupli_requests_total{.*status="5\d\d"} (\S+)', figures))


def test_what_many_write_at_once_is_all_there_once(live_server: LiveServer, client: TupliAPIClient) -> None:
    benchmark_id = client.store_benchmark(a_benchmark()).id
    of_benchmark = FilterEQ(key="benchmark_id", value=benchmark_id)
    failed_before = failures(live_server)

    def episodes(writer: int, first: int, n: int) -> Iterator[Episode]:
        return (an_episode(benchmark_id, writer=writer, number=number) for number in range(first, first + n))

    def write(writer: int) -> list[str]:
        with TupliAPIClient(live_server.url, token=client.identity.token) as own:
            headers = [own.record_episode(episode) for episode in episodes(writer, 0, ONE_BY_ONE)]
            for first in range(ONE_BY_ONE, PER_WRITER, TOGETHER):
                headers += own.record_episodes(episodes(writer, first, TOGETHER))
            return [header.id for header in headers]

    def read(_: int) -> list[set[str]]:
        """What is there at some moments: each episode once, and whole."""
        moments: list[set[str]] = []
        with TupliAPIClient(live_server.url, token=client.identity.token) as own:
            while not moments or len(moments[-1]) < WRITERS * PER_WRITER // 2:
                listed = [header.id for header in own.list_episodes(of_benchmark)]
                loaded = [episode.id for episode in own.load_episodes(listed[-200:])]
                assert len(listed) == len(set(listed))
                assert loaded == listed[-200:]
                moments.append(set(listed))
        return moments

    with ThreadPoolExecutor(WRITERS + 3) as pool:
        reading = pool.map(read, range(3))
        written = [uri for uris in pool.map(write, range(WRITERS)) for uri in uris]
        seen = [moment for moments in reading for moment in moments]

    stored = client.list_episodes(of_benchmark)
    assert sorted(header.id for header in stored) == sorted(written)
    assert len(written) == len(set(written)) == WRITERS * PER_WRITER
    assert {(header.metadata["writer"], header.metadata["number"]) for header in stored} == {
        (writer, number) for writer in range(WRITERS) for number in range(PER_WRITER)
    }
    assert all(moment <= set(written) for moment in seen)
    assert failures(live_server) == failed_before

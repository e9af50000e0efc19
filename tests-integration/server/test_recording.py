"""Recording to a live server: as fast as it can be, and nobody reads before what was recorded."""

import time

import gymnasium
import pytest

from live_server import LiveServer
from live_server.people import a_user
from truth import Truth, check_is_true
from tupli_client.api_client import TupliAPIClient
from tupli_client.env import TupliEnvWrapper
from tupli_client.replay import verify
from tupli_client.rollout import rollout
from tupli_schemas.errors import UnreachableError
from tupli_schemas.filters import FilterEQ


@pytest.fixture
def storage(live_server: LiveServer) -> TupliAPIClient:
    return TupliAPIClient(live_server.url, token=a_user(live_server).token)


def test_what_is_recorded_to_a_server_is_what_happened(storage: TupliAPIClient) -> None:
    truth = Truth(gymnasium.make("CartPole-v1"))
    env = TupliEnvWrapper(truth, storage)
    of_this = FilterEQ(key="benchmark_id", value=env.store("cart-pole"))
    env.action_space.seed(3)

    started = time.perf_counter()
    for number in range(1, 101):
        env.reset(seed=number)
        while not any(env.step(env.action_space.sample())[2:4]):
            pass
        if number % 10 == 0:
            assert len(storage.list_episodes(of_this)) == number
    seconds = time.perf_counter() - started

    recorded, fresh = list(storage.load_episodes(of_this)), gymnasium.make("CartPole-v1")
    for episode, true in zip(recorded, truth.episodes, strict=True):
        check_is_true(episode.data, true)
        assert verify(episode, fresh).is_exact
    assert seconds < 10  # a request for each episode would be far from the only cost, but there are fewer


def test_an_episode_that_finds_no_server_is_kept_until_it_finds_one(storage: TupliAPIClient) -> None:
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage)
    env.store("another cart-pole")
    url = str(storage.url)

    storage.set_url("http://127.0.0.1:9")
    with pytest.raises(UnreachableError, match=r"kept in env\.unsaved_episodes"):
        rollout(env, lambda _observation: 0)
    storage.set_url(url)
    env.save_unsaved()

    assert env.unsaved_episodes == []
    assert len(storage.list_episodes(FilterEQ(key="benchmark_id", value=str(env.id)))) == 1

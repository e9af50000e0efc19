"""The published examples run against a live server as they were written. The part that trains with d3rlpy is in ``with_d3rlpy``."""

# mypy: disable-error-code="arg-type"
# Code that is published unchecked passes lists for tuples, and an id that may be None.

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from gymnasium.wrappers import TimeLimit

from company_a import DAYS, HOURS, PowerSystemEnv, WindyMountainCar, load_historic_data, write_wind_data
from live_server import LiveServer
from published_code import Organization, an_organization, load_summer, share_benchmark_and_history
from tupli_client import (
    ArtifactMetadata,
    EpisodeMetadataCallback,
    FilterEQ,
    NumpyTupleParser,
    TupliAPIClient,
    TupliDataset,
    TupliEnvWrapper,
    TupliStorage,
)
from tupli_client.cli.app import run
from tupli_schemas.errors import NotFoundError

SUMMER = ("June", "July", "August")


@pytest.fixture(scope="module")
def company_a(live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Organization:
    return an_organization(tmp_path_factory.mktemp("a"), live_server)


@pytest.fixture(scope="module")
def company_b(live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Organization:
    return an_organization(tmp_path_factory.mktemp("b"), live_server)


@pytest.fixture(scope="module")
def stored_id(company_a: Organization) -> str:
    with company_a.at_work():
        return share_benchmark_and_history(company_a.server.url)


# ------------------------------------------------------------------------------------- the paper's figures, the README


def test_organization_b_gets_the_summer_that_organization_a_recorded(company_b: Organization, stored_id: str) -> None:
    with company_b.at_work():
        env, dataset = load_summer(company_b.server.url, stored_id)
        obs, act, rew, term, trunc = dataset.convert_to_tensors()

    steps = [step for day in load_historic_data() if day.metadata["month"] in SUMMER for step in day.tuples]
    assert len(dataset.episodes) == len(SUMMER) * DAYS
    assert np.array_equal(obs, [step.observation for step in steps])
    assert np.array_equal(act, [step.action for step in steps])
    assert np.array_equal(rew, [step.reward for step in steps])
    assert not term.any()
    assert [index for index, is_last in enumerate(trunc) if is_last] == list(range(HOURS - 1, len(steps), HOURS))
    assert isinstance(env.unwrapped, PowerSystemEnv)
    env.deactivate_recording()
    assert np.array_equal(env.reset(seed=3)[0], PowerSystemEnv().reset(seed=3)[0])


def test_the_arrays_of_the_paper_are_those_of_the_readme(company_b: Organization, stored_id: str) -> None:
    with company_b.at_work():
        _, dataset = load_summer(company_b.server.url, stored_id)
        of_paper, of_readme = dataset.convert_to_numpy(), dataset.convert_to_tensors()

    n_steps = len(of_paper.rewards)
    assert (np.shape(of_paper.observations), np.shape(of_paper.actions)) == ((n_steps, 3), (n_steps, 1))
    for one, other in zip(of_paper, of_readme, strict=True):
        assert np.array_equal(one, other)


def test_whoever_shares_an_equal_environment_adds_to_the_benchmark_that_is_there(
    company_a: Organization, company_b: Organization, stored_id: str
) -> None:
    with company_b.at_work(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("published_code.load_historic_data", list)

        assert share_benchmark_and_history(company_a.server.url) == stored_id


def test_an_administrator_gives_a_user_a_new_password_with_the_printed_line(
    live_server: LiveServer, tmp_path: Path
) -> None:
    with an_organization(tmp_path, live_server).at_work():
        name = TupliAPIClient(live_server.url).whoami().username
        lines = (
            ("login", "--username", "admin", "--password", live_server.admin_password, "--url", live_server.url),
            ("change_password", "--username", name, "--password", "quite-a-new-one"),
            ("login", "--username", name, "--password", "quite-a-new-one"),
        )

        assert [run(line) for line in lines] == [0] * len(lines)


# ------------------------------------------------------------------------------------------------------- the tutorial


class WindyWrapper(TupliEnvWrapper):
    """Keeps the wind as an artifact: written for PyTupli, and unchanged."""

    def _serialize(self, env: Any) -> Any:
        content = env.unwrapped.data.to_csv(encoding="utf-8", header=None).encode(encoding="utf-8")
        stored = self.storage.store_artifact(artifact=content, metadata=ArtifactMetadata(name="wind"))
        env.unwrapped.data = stored.id
        return env, [stored.id]

    @classmethod
    def _deserialize(cls, env: Any, storage: TupliStorage) -> Any:
        text = storage.load_artifact(env.unwrapped.data).decode("utf-8")
        env.unwrapped.data = pd.read_csv(io.StringIO(text), header=None, index_col=0)
        return env


class Rewards(EpisodeMetadataCallback):
    """Says of an episode how much it earned."""

    def __init__(self) -> None:
        super().__init__()
        self.cum_reward = 0.0

    def reset(self) -> None:
        self.cum_reward = 0.0

    def __call__(self, tuple: Any) -> dict[str, Any]:  # noqa: A002 - as it is published
        self.cum_reward += tuple.reward
        return {"cum_eps_reward": [self.cum_reward], "is_expert": False}


def test_the_tutorial_goes_from_an_environment_to_arrays_and_cleans_up(company_a: Organization, tmp_path: Path) -> None:
    with company_a.at_work():
        storage = TupliAPIClient()
        storage.set_url(company_a.server.url)
        car = WindyMountainCar(data_path=write_wind_data(tmp_path / "wind.csv"))
        tupli_env = WindyWrapper(TimeLimit(car, max_episode_steps=40), storage=storage)
        tupli_env.store(name="mountain-car-v0", description="Mountain Car v0 benchmark")
        loaded_env = WindyWrapper.load(storage=storage, benchmark_id=tupli_env.id, metadata_callback=Rewards())

        random = np.random.default_rng(42)
        loaded_env.reset(seed=42)
        for _ in range(100):
            _, _, done, truncated, _ = loaded_env.step(np.int64(random.integers(3)))
            if done or truncated:
                loaded_env.reset()

        dataset = TupliDataset(storage=storage).with_benchmark_filter(FilterEQ(key="id", value=loaded_env.id))
        dataset.load()
        preview = dataset.preview()
        obs, act, rew, _, _ = dataset.convert_to_tensors(parser=NumpyTupleParser)
        policy = storage.store_artifact(
            artifact=b"the parameters of a policy",
            metadata=ArtifactMetadata(name="trained_cql_policy", benchmark_id=loaded_env.id),
        )
        artifacts = storage.list_artifacts(filter=FilterEQ(key="benchmark_id", value=loaded_env.id))
        content = storage.load_artifact(policy.id)
        loaded_env.deactivate_recording()
        loaded_env.reset(seed=42)
        loaded_env.close()
        storage.delete_artifact(policy.id)
        loaded_env.delete(delete_artifacts=True)

        assert [header.metadata for header in preview] == [{"cum_eps_reward": [-40.0], "is_expert": False}] * 2
        assert (obs.shape, act.shape, rew.sum()) == ((80, 2), (80,), -80)
        assert [header.id for header in artifacts] == [policy.id]
        assert content == b"the parameters of a policy"
        assert storage.list_artifacts(FilterEQ(key="name", value="wind")) == []
        assert storage.list_episodes(FilterEQ(key="benchmark_id", value=tupli_env.id)) == []
        with pytest.raises(NotFoundError):
            storage.load_benchmark(tupli_env.id)

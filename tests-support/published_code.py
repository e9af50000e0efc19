"""How two organizations work together, in the calls of the published examples; only addresses, ids and what they leave out are given.

Each runs as if on a machine of its own: signed in once with the command line, as the README says, and never again.
"""

# mypy: disable-error-code="arg-type"
# Code that is published unchecked passes lists for tuples, and an id that may be None.

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from company_a import PowerSystemEnv, load_historic_data
from live_server import LiveServer
from live_server.people import PASSWORD, a_user
from tupli_client import Episode, FilterEQ, FilterOR, TupliAPIClient, TupliDataset, TupliEnvWrapper
from tupli_client.cli.app import run


@dataclass(frozen=True)
class Organization:
    """Somebody with an account, and with a folder for what the command line remembers."""

    home: Path
    server: LiveServer

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Everything in the ``with`` happens on this organization's machine."""
        with pytest.MonkeyPatch.context() as patch:
            for name in ("STORAGE", "TOKEN", "PROFILE", "TRUST"):
                patch.delenv(f"TUPLI_{name}", raising=False)
            patch.setenv("TUPLI_CONFIG_HOME", str(self.home))
            # A keyring would be shared with whoever runs the tests.
            patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
            # Whoever loads the environments of others agrees to that once, in the settings.
            patch.setenv("TUPLI_TRUST", "company_a")
            yield


def an_organization(home: Path, server: LiveServer) -> Organization:
    """An organization that has signed in with the README's line."""
    organization, user = Organization(home, server), a_user(server)
    with organization.at_work():
        assert run(["login", "--username", user.name, "--password", PASSWORD, "--url", server.url]) == 0
    return organization


def share_benchmark_and_history(server_url: str) -> str:
    """Figure 4, and the README's organization A: an environment becomes a benchmark, and the past its episodes."""
    tupli_storage = TupliAPIClient()
    tupli_storage.set_url(server_url)
    custom_env = PowerSystemEnv()
    tupli_env = TupliEnvWrapper(env=custom_env, storage=tupli_storage)
    tupli_env.store(name="EMS_benchmark", description="Energy management system control task")
    tupli_env.publish()
    historic_episodes = load_historic_data()
    for eps in historic_episodes:
        eps_item = Episode(benchmark_id=tupli_env.id, metadata=eps.metadata, tuples=eps.tuples)
        eps_header = tupli_storage.record(eps_item)
        tupli_storage.publish(eps_header.id)
    return str(tupli_env.id)


def load_summer(server_url: str, stored_id: str) -> tuple[TupliEnvWrapper, TupliDataset]:
    """Figure 5 and the README's organization B, up to where they part: the benchmark, and its episodes of the summer."""
    tupli_storage = TupliAPIClient()
    tupli_storage.set_url(server_url)
    loaded_tupli_env = TupliEnvWrapper.load(storage=tupli_storage, benchmark_id=stored_id)
    months = ["June", "July", "August"]
    filter_summer = FilterOR(filters=[FilterEQ(key="month", value=m) for m in months])
    filter_benchmark = FilterEQ(key="id", value=stored_id)
    dataset_summer = (
        TupliDataset(storage=tupli_storage).with_benchmark_filter(filter_benchmark).with_episode_filter(filter_summer)
    )
    dataset_summer.load()
    return loaded_tupli_env, dataset_summer

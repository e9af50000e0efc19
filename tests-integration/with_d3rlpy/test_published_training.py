"""The end of the paper's Figure 5: what was filtered on a live server trains d3rlpy's continuous CQL, and the agent is shared."""

from pathlib import Path

import d3rlpy
import numpy as np
import pytest
from d3rlpy.constants import ActionSpace

from company_a import DAYS, HOURS
from live_server import LiveServer
from published_code import an_organization, load_summer, share_benchmark_and_history
from tupli_client import ArtifactMetadata, FilterEQ, TupliAPIClient


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_summer_trains_an_agent_that_the_other_organization_can_load(
    live_server: LiveServer, tmp_path: Path
) -> None:
    company_a, company_b = (an_organization(tmp_path / name, live_server) for name in ("a", "b"))
    with company_a.at_work():
        stored_id = share_benchmark_and_history(live_server.url)

    with company_b.at_work():
        env, dataset_summer = load_summer(live_server.url, stored_id)
        obs, act, rew, term, trunc = dataset_summer.convert_to_numpy()
        d3rlpy_dataset = d3rlpy.dataset.MDPDataset(
            observations=obs, actions=act, rewards=rew, terminals=term, timeouts=trunc
        )
        cql = d3rlpy.algos.CQLConfig(batch_size=32).create(device="cpu:0")
        cql.fit(
            d3rlpy_dataset,
            n_steps=40,
            n_steps_per_epoch=20,
            show_progress=False,
            logger_adapter=d3rlpy.logging.NoopAdapterFactory(),
        )
        cql.save_model(str(tmp_path / "agent.pt"))
        agent = env.storage.store_artifact(
            artifact=(tmp_path / "agent.pt").read_bytes(),
            metadata=ArtifactMetadata(name="summer_agent", benchmark_id=stored_id),
        )
        env.storage.publish(agent.id)

    with company_a.at_work():
        storage = TupliAPIClient(live_server.url)
        (found,) = storage.list_artifacts(filter=FilterEQ(key="benchmark_id", value=stored_id))
        (tmp_path / "received.pt").write_bytes(storage.load_artifact(found.id))
        received = d3rlpy.algos.CQLConfig().create(device="cpu:0")
        received.build_with_dataset(d3rlpy_dataset)
        received.load_model(str(tmp_path / "received.pt"))

    assert d3rlpy_dataset.dataset_info.action_space is ActionSpace.CONTINUOUS
    assert [episode.size() for episode in d3rlpy_dataset.episodes] == [HOURS] * 3 * DAYS
    some = np.asarray(obs, np.float32)[:5]
    assert np.array_equal(received.predict(some), cql.predict(some))
    assert env.action_space.contains(cql.predict(some)[0])

"""A day with PyTupli 1.2.9's own client, for an interpreter that has it: ``python older_client.py URL ADMIN_PASSWORD``.

Everything that it can do is done once; what goes wrong ends the run.
"""

import sys
import uuid

import gymnasium
import keyring
import numpy as np
from pytupli.benchmark import TupliEnvWrapper
from pytupli.dataset import TupliDataset
from pytupli.schema import (
    RIGHT,
    ArtifactMetadata,
    BenchmarkMetadata,
    BenchmarkQuery,
    Episode,
    FilterAND,
    FilterEQ,
    FilterGT,
    FilterIN,
    FilterOR,
    Group,
    GroupMembership,
    GroupMembershipQuery,
    RLTuple,
    UserRole,
)
from pytupli.storage import TupliAPIClient, TupliStorageError

PASSWORD = "a-good-password"
FIRST = RLTuple(state=[1.0, 2.0], action=[0.5], reward=1.0, info={"k": 1}, terminal=False, timeout=False)
LAST = RLTuple(state=[2.0, 3.0], action=[0.25], reward=-1.0, info={}, terminal=True, timeout=False)


def main(url: str, admin_password: str) -> None:
    user, mate, group = (f"{word}-{uuid.uuid4().hex[:8]}" for word in ("user", "mate", "group"))
    client = TupliAPIClient()
    client.set_url(url)
    for name in (user, mate):
        assert client.signup(name, PASSWORD).username == name
    client.login(user, PASSWORD)
    people(client, user, mate, group)
    benchmark_id = content(client, user, group)
    datasets(client, benchmark_id)
    environments(client)
    renewal(client)
    client.login("admin", admin_password)
    administration(client, user, mate, group)


def people(client: TupliAPIClient, user: str, mate: str, group: str) -> None:
    assert client.create_group(Group(name=group, description="d")).name == group
    assert group in [found.name for found in client.list_groups()]
    both = GroupMembershipQuery(group_name=group, members=[GroupMembership(user=mate, roles=["member", "contributor"])])
    assert set(client.add_group_members(both).members) == {user, mate}
    assert client.read_group(group).members
    assert client.remove_group_members(both).members == [user]
    assert {"admin", "contributor", "guest"} <= {role.role for role in client.list_roles()}
    assert user in [found.username for found in client.list_users()]


def content(client: TupliAPIClient, user: str, group: str) -> str:
    metadata = BenchmarkMetadata(name="b", description="d", difficulty="easy", version="1", extra={"x": 1})
    query = BenchmarkQuery(hash=uuid.uuid4().hex, serialized='{"a":1}', metadata=metadata)
    benchmark = client.store_benchmark(query)
    assert (benchmark.created_by, benchmark.metadata) == (user, metadata)
    refuses(client.store_benchmark, query)
    assert client.load_benchmark(benchmark.id).serialized == query.serialized
    assert [found.id for found in client.list_benchmarks(FilterEQ(key="id", value=benchmark.id))] == [benchmark.id]
    assert benchmark.id in [found.id for found in client.list_benchmarks()]

    artifact = client.store_artifact(
        b"hello", ArtifactMetadata(name="art", benchmark_id=benchmark.id, extra={"k": "v"})
    )
    assert client.load_artifact(artifact.id) == b"hello"
    of_benchmark = FilterEQ(key="benchmark_id", value=benchmark.id)
    assert [found.hash for found in client.list_artifacts(of_benchmark)] == [artifact.hash]

    episode = client.record_episode(
        Episode(benchmark_id=benchmark.id, metadata={"month": "June", "n": 3}, tuples=[FIRST, LAST])
    )
    assert (episode.n_tuples, episode.terminated, episode.timeout) == (2, True, False)
    refuses(client.record_episode, Episode(benchmark_id="nothing", metadata={}, tuples=[LAST]))
    for wanted in (
        of_benchmark,
        FilterAND(filters=[of_benchmark, FilterGT(key="metadata.n", value=2)]),
        FilterOR.from_list([benchmark], on_key="benchmark_id", from_key="id"),
        FilterAND(filters=[of_benchmark, FilterIN(key="metadata.month", value=["June", "July"])]),
    ):
        (found,) = client.list_episodes(wanted, include_tuples=True)
        assert found.tuples == [FIRST, LAST]

    for uri, publish, unpublish in (
        (benchmark.id, client.publish_benchmark, client.unpublish_benchmark),
        (artifact.id, client.publish_artifact, client.unpublish_artifact),
        (episode.id, client.publish_episode, client.unpublish_episode),
    ):
        publish(uri)
        publish(uri, group)
        unpublish(uri, "global")
    assert [found.published_in for found in client.list_episodes(of_benchmark)] == [[group]]
    client.delete_artifact(artifact.id)
    refuses(client.load_artifact, artifact.id)
    return str(benchmark.id)


def datasets(client: TupliAPIClient, benchmark_id: str) -> None:
    dataset = TupliDataset(client).with_benchmark_filter(FilterEQ(key="id", value=benchmark_id))
    dataset = dataset.with_episode_filter(FilterEQ(key="metadata.month", value="June"))
    dataset.load()
    observations, actions, rewards, terminals, timeouts = dataset.convert_to_tensors()
    assert np.array_equal(observations, [FIRST.state, LAST.state])
    assert np.array_equal(actions, [FIRST.action, LAST.action])
    assert (list(rewards), list(terminals), list(timeouts)) == ([1, -1], [False, True], [False, False])
    (episode,) = dataset.episodes
    client.delete_episode(episode.id)
    client.delete_benchmark(benchmark_id)
    refuses(client.load_benchmark, benchmark_id)


def environments(client: TupliAPIClient) -> None:
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), client)
    env.store(name="cart-pole")
    env.activate_recording()
    env.reset(seed=0)
    done = False
    while not done:
        _, _, terminated, truncated, _ = env.step(np.int64(1))
        done = terminated or truncated
    assert len(client.list_episodes(FilterEQ(key="benchmark_id", value=env.id))) == 1
    TupliEnvWrapper.load(storage=client, benchmark_id=env.id).publish()
    env.delete()
    assert client.list_episodes(FilterEQ(key="benchmark_id", value=env.id)) == []


def renewal(client: TupliAPIClient) -> None:
    """An access token that has run out is renewed without a word."""
    keyring.set_password("pytupli", "access_token", "has.run.out")
    assert client.list_groups()


def administration(client: TupliAPIClient, user: str, mate: str, group: str) -> None:
    role = UserRole(role=f"role-{uuid.uuid4().hex[:8]}", rights=[RIGHT.EPISODE_READ], description="d")
    assert client.create_role(role).rights == role.rights
    refuses(client.create_role, role)
    client.delete_role(role.role)
    client.change_password(mate, "quite-another-password")
    client.delete_group(group)
    for name in (user, mate, "nobody-at-all"):
        client.delete_user(name)
    assert {user, mate}.isdisjoint(found.username for found in client.list_users())


def refuses(call: object, *arguments: object) -> None:
    try:
        call(*arguments)  # type: ignore[operator]
    except TupliStorageError:
        return
    raise AssertionError(f"{call} took {arguments}")


if __name__ == "__main__":
    main(*sys.argv[1:])

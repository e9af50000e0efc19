"""Private, group and public: who sees what, and how it changes."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from live_server import LiveServer
from people import Team, a_name, a_team, an_account, name_of, the_admin
from tupli_client.api_client import TupliAPIClient
from tupli_client.testing import a_benchmark, an_artifact, an_episode
from tupli_schemas.accounts import Group
from tupli_schemas.errors import ConflictError, NotFoundError, PermissionDeniedError
from tupli_schemas.filters import FilterEQ


@pytest.fixture
def team(live_server: LiveServer) -> Team:
    return a_team(live_server)


def shelves(client: TupliAPIClient) -> dict[str, tuple[Any, Any, Any]]:
    """For each kind of content: its list, its loading and its publishing."""
    return {
        "benchmark": (client.list_benchmarks, client.load_benchmark, client.publish_benchmark),
        "artifact": (client.list_artifacts, client.load_artifact, client.publish_artifact),
        "episode": (client.list_episodes, client.load_episode, client.publish_episode),
    }


def fill(client: TupliAPIClient) -> dict[str, str]:
    """One object of each kind, by its id."""
    benchmark = client.store_benchmark(a_benchmark())
    artifact = client.store_artifact(b"content of " + name_of(client).encode(), an_artifact())
    episode = client.record_episode(an_episode(benchmark.id))
    return {"benchmark": benchmark.id, "artifact": artifact.id, "episode": episode.id}


def sees(client: TupliAPIClient, kind: str, uri: str) -> bool:
    """Whether lists show it and it loads; both must say the same."""
    list_, load, _ = shelves(client)[kind]
    listed = [header.id for header in list_(FilterEQ(key="id", value=uri))] == [uri]
    try:
        load(uri)
    except NotFoundError:
        assert not listed
        return False
    assert listed
    return True


@pytest.mark.parametrize("kind", ["benchmark", "artifact", "episode"])
def test_content_is_private_until_its_owner_shares_it(team: Team, kind: str) -> None:
    uri = fill(team.owner)[kind]

    assert [sees(one, kind, uri) for one in (team.owner, team.member, team.stranger)] == [True, False, False]
    shelves(team.owner)[kind][2](uri, team.group)
    assert [sees(one, kind, uri) for one in (team.owner, team.member, team.stranger)] == [True, True, False]
    shelves(team.owner)[kind][2](uri)
    assert [sees(one, kind, uri) for one in (team.owner, team.member, team.stranger)] == [True, True, True]
    team.owner.unpublish(uri)
    team.owner.unpublish(uri, team.group)
    assert [sees(one, kind, uri) for one in (team.owner, team.member, team.stranger)] == [True, False, False]


@pytest.mark.parametrize("kind", ["benchmark", "artifact", "episode"])
def test_what_one_may_read_is_still_its_owners(team: Team, kind: str) -> None:
    uri = fill(team.owner)[kind]
    team.owner.publish(uri)

    for forbidden in (team.stranger.publish, team.stranger.unpublish, getattr(team.stranger, f"delete_{kind}")):
        with pytest.raises(PermissionDeniedError):
            forbidden(uri)
    assert sees(team.owner, kind, uri)


@pytest.mark.parametrize("kind", ["benchmark", "artifact", "episode"])
def test_what_one_may_not_read_does_not_exist(team: Team, kind: str) -> None:
    uri = fill(team.owner)[kind]

    for attempt in (team.stranger.publish, team.stranger.unpublish, getattr(team.stranger, f"delete_{kind}")):
        with pytest.raises(NotFoundError) as private:
            attempt(uri)
        with pytest.raises(NotFoundError) as absent:
            attempt("0" * 32)
        assert private.value.detail.replace(uri, "") == absent.value.detail.replace("0" * 32, "")


def test_an_episode_belongs_to_a_benchmark_that_its_author_can_see(team: Team) -> None:
    benchmark_id = fill(team.owner)["benchmark"]

    with pytest.raises(NotFoundError):
        team.member.record_episode(an_episode(benchmark_id))
    team.owner.publish_benchmark(benchmark_id, team.group)
    assert team.member.record_episode(an_episode(benchmark_id)).created_by == name_of(team.member)


def test_a_member_cannot_publish_in_a_group_where_they_only_read(team: Team) -> None:
    uri = fill(team.member)["episode"]

    with pytest.raises(PermissionDeniedError):
        team.member.publish(uri, team.group)


def test_nobody_publishes_in_a_group_that_is_not_theirs_or_not_there(team: Team, live_server: LiveServer) -> None:
    uri = fill(team.stranger)["episode"]

    with pytest.raises(PermissionDeniedError):
        team.stranger.publish(uri, team.group)
    admin = the_admin(live_server)
    with pytest.raises(NotFoundError, match="Group not found"):
        admin.publish(fill(admin)["episode"], a_name("nowhere"))


def test_five_publications_at_once_are_five(live_server: LiveServer) -> None:
    owner = an_account(live_server)
    uri = fill(owner)["episode"]
    groups = [a_name("group") for _ in range(5)]
    for group in groups:
        owner.create_group(Group(name=group))

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda group: owner.publish_episode(uri, group), groups))

    [header] = owner.list_episodes(FilterEQ(key="id", value=uri))
    assert sorted(header.published_in) == sorted(groups)


def test_a_group_named_like_a_user_cannot_be_made(live_server: LiveServer) -> None:
    victim, attacker = an_account(live_server), an_account(live_server)

    with pytest.raises(ConflictError):
        attacker.create_group(Group(name=name_of(victim)))


def test_a_new_group_of_an_old_name_sees_nothing_of_the_old_one(team: Team) -> None:
    uri = fill(team.owner)["episode"]
    team.owner.publish(uri, team.group)

    team.owner.delete_group(team.group)
    team.stranger.create_group(Group(name=team.group))

    assert not sees(team.stranger, "episode", uri)
    assert team.owner.list_episodes(FilterEQ(key="id", value=uri))[0].published_in == ()


def test_deleting_a_user_removes_what_was_private_and_keeps_what_was_published(live_server: LiveServer) -> None:
    leaver, reader = an_account(live_server), an_account(live_server)
    name = name_of(leaver)
    public, private = fill(leaver), leaver.store_artifact(b"a private note of " + name.encode(), an_artifact())
    for uri in public.values():
        leaver.publish(uri)

    leaver.delete_user(name)
    successor = an_account(live_server, name)

    assert all(sees(reader, kind, uri) for kind, uri in public.items())
    assert not sees(the_admin(live_server), "artifact", private.id)
    assert successor.list_artifacts(FilterEQ(key="created_by", value=name)) == []
    with pytest.raises(PermissionDeniedError):
        successor.delete_episode(public["episode"])


def test_a_dataset_shows_its_members_only_as_ids(team: Team) -> None:
    from tupli_schemas.datasets import DatasetUpload

    uri = fill(team.owner)["episode"]
    dataset = team.owner.store_dataset(DatasetUpload(name=a_name("dataset"), episodes=(uri,)))
    team.owner.publish_dataset(dataset.id)

    assert [member.id for member in team.stranger.load_dataset(dataset.id).members] == [uri]
    with pytest.raises(NotFoundError):
        team.stranger.load_episode(uri)
    with pytest.raises(NotFoundError):
        team.stranger.store_dataset(DatasetUpload(name="mine", episodes=(uri,)))

"""Who may do what, as tables of plain values: the role table, the paper's Table 1, and the three ways in which a right reaches."""

import pytest

from tupli_schemas.base import Header, now
from tupli_schemas.errors import PermissionDeniedError, SignInRequiredError, TupliError
from tupli_schemas.filters import EVERYTHING
from tupli_schemas.matching import matches
from tupli_schemas.permissions import BUILT_IN_ROLES, CONTENT, CONTENT_CREATE, CONTENT_READ, GLOBAL, Permission
from tupli_server import policy
from tupli_server.policy import ALL, NOBODY, THE_GUEST, Actor

P = Permission
DELETE = frozenset(right for right in CONTENT if right.endswith("_delete"))


def user(name: str = "alice", *server_roles: str, **group_roles: list[str]) -> Actor:
    return policy.signed_in(name, server_roles, group_roles, BUILT_IN_ROLES)


def header(owner: str = "bob", *published_in: str) -> Header:
    return Header(id="x", created_by=owner, created_at=now(), published_in=published_in)


# ------------------------------------------------------------------------------------------------------ the role table

ROLE_TABLE: dict[str, set[str]] = {
    "admin": {"benchmark", "artifact", "episode", "user", "group", "role"},
    "content_admin": {"benchmark", "artifact", "episode"},
    "user_admin": {"user"},
}


@pytest.mark.parametrize("right", list(Permission))
@pytest.mark.parametrize("role", ROLE_TABLE)
def test_a_server_wide_role_grants_exactly_the_rights_of_its_row(role: str, right: Permission) -> None:
    kind = right.split("_")[0]

    assert policy.may(user("alice", role), right) == (kind in ROLE_TABLE[role])


GROUP_TABLE: dict[str, set[Permission]] = {
    "group_admin": {P.GROUP_CREATE, P.GROUP_READ, P.GROUP_UPDATE, P.GROUP_DELETE, P.USER_READ},
    "contributor": {*CONTENT_CREATE, *CONTENT_READ},
    "member": {*CONTENT_READ, P.GROUP_READ, P.USER_READ},
}


@pytest.mark.parametrize("right", list(Permission))
@pytest.mark.parametrize("role", GROUP_TABLE)
def test_a_role_in_a_group_grants_exactly_the_rights_of_its_row_and_there_alone(role: str, right: Permission) -> None:
    member = user("alice", lab=[role])

    assert policy.may(member, right, group="lab") == (right in GROUP_TABLE[role])
    assert not policy.may(member, right)
    assert not policy.may(member, right, group="other")


@pytest.mark.parametrize("right", list(Permission))
def test_everybody_who_is_signed_in_reads_and_adds_in_public_and_makes_groups(right: Permission) -> None:
    granted = {*CONTENT_READ, *CONTENT_CREATE, P.GROUP_CREATE, P.USER_READ}

    assert policy.may(user(), right, group=GLOBAL) == (right in granted)
    assert policy.may(THE_GUEST, right, group=GLOBAL) == (right in CONTENT_READ)
    assert not policy.may(NOBODY, right, group=GLOBAL)


# ------------------------------------------------------------------------------------------- Table 1 of the paper

ROLES = ("admin", "content_admin", "user_admin", "standard user")
TABLE_1: list[tuple[str, Permission, dict[str, bool]]] = [
    *(
        (
            f"{verb} private {kind} of others",
            P(f"{kind}_{verb}"),
            dict(zip(ROLES, (True, True, False, False), strict=True)),
        )
        for kind in ("benchmark", "artifact", "episode")
        for verb in ("read", "delete")
    ),
    ("make users", P.USER_CREATE, dict(zip(ROLES, (True, False, True, False), strict=True))),
    ("change users", P.USER_UPDATE, dict(zip(ROLES, (True, False, True, False), strict=True))),
    ("delete users", P.USER_DELETE, dict(zip(ROLES, (True, False, True, False), strict=True))),
    ("manage roles", P.ROLE_MANAGEMENT, dict(zip(ROLES, (True, False, False, False), strict=True))),
    ("delete groups of others", P.GROUP_DELETE, dict(zip(ROLES, (True, False, False, False), strict=True))),
]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("what", "right", "row"), TABLE_1, ids=[what for what, _, _ in TABLE_1])
def test_every_cell_of_table_1_holds(what: str, right: Permission, row: dict[str, bool], role: str) -> None:
    actor = user("alice") if role == "standard user" else user("alice", role)
    private_of_bob = header("bob") if right in CONTENT else None

    assert _allowed(actor, right, private_of_bob) == row[role]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("right", sorted(CONTENT_READ | CONTENT_CREATE | DELETE))
def test_everybody_of_table_1_has_all_content_rights_over_their_own(role: str, right: Permission) -> None:
    actor = user("alice") if role == "standard user" else user("alice", role)

    assert _allowed(actor, right, header("alice"))
    assert right in DELETE or policy.may(actor, right, group=GLOBAL)


def _allowed(actor: Actor, right: Permission, header: Header | None) -> bool:
    try:
        policy.require(actor, right, header)
    except PermissionDeniedError:
        return False
    return True


# ------------------------------------------------------------------------------------------------------------ scope


@pytest.mark.parametrize("right", sorted(CONTENT_READ))
@pytest.mark.parametrize(
    ("actor", "thing", "visible"),
    [
        (user("bob"), header("bob"), True),
        (user("alice"), header("bob"), False),
        (user("alice"), header("bob", "global"), True),
        (user("alice"), header("bob", "lab"), False),
        (user("alice", lab=["member"]), header("bob", "lab"), True),
        (user("alice", lab=["group_admin"]), header("bob", "lab"), False),
        (user("alice", other=["member"]), header("bob", "lab"), False),
        (user("alice", "content_admin"), header("bob"), True),
        (user("alice", "user_admin"), header("bob"), False),
        (THE_GUEST, header("bob", "global"), True),
        (THE_GUEST, header("bob", "lab"), False),
        (THE_GUEST, header("guest"), False),
        (NOBODY, header("bob", "global"), False),
        (NOBODY, header(""), False),
        (user("lab"), header("bob", "lab"), False),  # a user named like a group
        (user("alice", bob=["member"]), header("bob"), False),  # a group named like a user
    ],
)
def test_reading_reaches_what_is_ones_own_what_is_published_and_nothing_else(
    right: Permission, actor: Actor, thing: Header, visible: bool
) -> None:
    assert matches(policy.scope(actor, right), thing) == visible


@pytest.mark.parametrize("right", sorted(DELETE))
def test_a_group_shares_reading_and_never_deleting(right: Permission) -> None:
    curator = policy.signed_in("alice", (), {"lab": ["curator"]}, BUILT_IN_ROLES | {"curator": ALL})

    assert not matches(policy.scope(curator, right), header("bob", "lab"))
    assert matches(policy.scope(curator, right), header("alice"))


def test_a_right_everywhere_is_no_condition_at_all() -> None:
    assert policy.scope(user("alice", "admin"), P.EPISODE_READ) == EVERYTHING


# ------------------------------------------------------------------------------------------- publishing and granting


def test_only_an_owner_publishes_and_only_where_they_may_add() -> None:
    owner = user("bob", lab=["contributor"], club=["member"])

    policy.require_publish(owner, P.EPISODE_CREATE, header("bob"), "global")
    policy.require_publish(owner, P.EPISODE_CREATE, header("bob"), "lab")
    for actor, group in ((owner, "club"), (owner, "other"), (user("alice", "admin"), "global"), (THE_GUEST, "global")):
        with pytest.raises(PermissionDeniedError):
            policy.require_publish(actor, P.EPISODE_CREATE, header("bob"), group)


def test_an_owner_and_those_who_may_delete_in_the_group_unpublish() -> None:
    published = header("bob", "lab")
    curator = policy.signed_in("carol", (), {"lab": ["curator"]}, {"curator": DELETE})

    policy.require_unpublish(user("bob"), P.EPISODE_DELETE, published, "lab")
    policy.require_unpublish(curator, P.EPISODE_DELETE, published, "lab")
    policy.require_unpublish(user("alice", "content_admin"), P.EPISODE_DELETE, published, "lab")
    for actor, group in ((user("alice", lab=["contributor"]), "lab"), (curator, "global")):
        with pytest.raises(PermissionDeniedError):
            policy.require_unpublish(actor, P.EPISODE_DELETE, published, group)


def test_nobody_gives_a_right_that_they_lack() -> None:
    founder = user("alice", lab=["group_admin", "contributor"])

    policy.require_to_grant(founder, BUILT_IN_ROLES["member"], group="lab")
    with pytest.raises(PermissionDeniedError, match="user_update"):
        policy.require_to_grant(founder, [P.USER_UPDATE], group="lab")
    with pytest.raises(PermissionDeniedError, match="server-wide"):
        policy.require_to_grant(founder, BUILT_IN_ROLES["member"])


def test_a_token_for_some_rights_lets_its_owner_do_no_more_than_those_even_with_their_own() -> None:
    only = frozenset({P.EPISODE_READ})
    script = policy.signed_in("alice", ["admin"], {"lab": ["contributor"]}, BUILT_IN_ROLES, only)

    assert script.everywhere == only
    assert script.in_group["lab"] == only
    assert matches(policy.scope(script, P.EPISODE_READ), header("bob"))
    assert not matches(policy.scope(script, P.EPISODE_DELETE), header("alice"))
    with pytest.raises(PermissionDeniedError):
        policy.require_publish(script, P.EPISODE_CREATE, header("alice"), "lab")


@pytest.mark.parametrize(
    ("actor", "error"),
    [(NOBODY, SignInRequiredError), (THE_GUEST, PermissionDeniedError), (user(), PermissionDeniedError)],
)
def test_who_is_signed_in_is_denied_and_who_is_not_is_asked_to(actor: Actor, error: type[TupliError]) -> None:
    with pytest.raises(error):
        policy.require(actor, P.USER_DELETE)


def test_a_role_that_is_no_more_grants_nothing() -> None:
    actor = policy.signed_in("alice", ["gone"], {"lab": ["gone"]}, BUILT_IN_ROLES)

    assert not actor.everywhere
    assert not actor.in_group["lab"]

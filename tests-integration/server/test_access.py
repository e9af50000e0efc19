"""Lists and single checks cannot disagree: random people, groups and objects, asked in MongoDB and one by one."""

import random
from typing import Any

from real_mongodb import connect
from tupli_schemas.base import Header, new_id, now
from tupli_schemas.errors import PermissionDeniedError, SignInRequiredError
from tupli_schemas.permissions import BUILT_IN_ROLES, CONTENT, CONTENT_READ, Permission
from tupli_server import policy
from tupli_server.policy import NOBODY, THE_GUEST, Actor
from tupli_server.querying import to_query

NAMES = ("alice", "bob", "carol", "lab", "deleted:alice", "$ne", "a.b")
GROUPS = ("global", "lab", "club", "alice", "$in")
ROLES = {**BUILT_IN_ROLES, "curator": CONTENT}


def an_actor(chance: random.Random) -> Actor:
    if chance.random() < 0.1:
        return chance.choice([NOBODY, THE_GUEST])
    server_roles = [role for role in ("admin", "content_admin", "user_admin") if chance.random() < 0.1]
    groups = {group: chance.sample(sorted(ROLES), 2) for group in GROUPS[1:] if chance.random() < 0.4}
    only = frozenset(chance.sample(sorted(CONTENT), 4)) if chance.random() < 0.2 else policy.ALL
    return policy.signed_in(chance.choice(NAMES), server_roles, groups, ROLES, only)


def a_header(chance: random.Random) -> Header:
    published_in = tuple(group for group in GROUPS if chance.random() < 0.3)
    return Header(id=new_id(), created_by=chance.choice(NAMES), created_at=now(), published_in=published_in)


def allowed(actor: Actor, permission: Permission, header: Header) -> bool:
    try:
        policy.require(actor, permission, header)
    except (PermissionDeniedError, SignInRequiredError):
        return False
    return True


def test_what_a_list_shows_is_what_single_checks_allow(mongodb_url: str, mongodb_database: str) -> None:
    chance = random.Random(7)
    headers = [a_header(chance) for _ in range(200)]
    n_shown = 0
    with connect(mongodb_url) as client:
        collection = client[mongodb_database]["headers"]
        collection.insert_many(_stored(header) for header in headers)

        for _ in range(400):
            actor, permission = an_actor(chance), chance.choice(sorted(CONTENT))

            query = to_query(policy.scope(actor, permission), Header)
            shown = {document["_id"] for document in collection.find(query)}

            assert shown == {header.id for header in headers if allowed(actor, permission, header)}
            assert shown == {header.id for header in headers if _by_the_book(actor, permission, header)}
            n_shown += len(shown)
    assert 0 < n_shown < 400 * len(headers)


def _by_the_book(actor: Actor, permission: Permission, header: Header) -> bool:
    """The rules once more, in the words of the table: everywhere, one's own, or read in a group."""
    if permission in actor.everywhere:
        return True
    if actor.name and header.created_by == actor.name and permission in actor.over_own:
        return True
    groups = [group for group in header.published_in if permission in actor.in_group.get(group, ())]
    return permission in CONTENT_READ and bool(groups)


def _stored(header: Header) -> dict[str, Any]:
    return {"_id": header.id, "created_by": header.created_by, "published_in": list(header.published_in)}

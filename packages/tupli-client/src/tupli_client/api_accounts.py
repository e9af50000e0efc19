"""Users, groups, roles and tokens on a server."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import requests
from pydantic import BaseModel, TypeAdapter

from tupli_client.api_connection import Connection
from tupli_client.credentials import SignIn
from tupli_schemas.accounts import (
    Group,
    GroupMembershipQuery,
    GroupWithMembers,
    Membership,
    NewToken,
    TokenHeader,
    TokenRequest,
    User,
    UserRole,
)
from tupli_schemas.permissions import Permission

Shape = TypeVar("Shape")


def read(shape: type[Shape], answer: requests.Response) -> Shape:
    """The body of an answer as a schema. Fields that only a newer server knows are left out."""
    return TypeAdapter(shape).validate_json(answer.content, extra="ignore")


def as_json(schema: BaseModel) -> dict[str, Any]:
    """A schema as the body of a request."""
    return schema.model_dump(mode="json")


class AccountMethods(Connection):
    """What a ``TupliAPIClient`` can do beside keeping content."""

    def signup(self, username: str, password: str) -> User:
        """Make an account. It can be signed in to at once."""
        body = {"username": username, "password": password}
        return read(User, self._send("POST", "/access/users/create", json=body))

    def login(self, username: str, password: str, url: str | None = None, *, remember: bool = False) -> None:
        """Sign in; from now on this object, and no other, acts as that user.

        Args:
            username: The name of the account.
            password: Its password.
            url: The server, if it was not given before.
            remember: Whether later processes of this machine's user are signed in too.

        Raises:
            SignInRequiredError: Name or password is wrong.
        """
        if url is not None:
            self.set_url(url)
        body = {"username": username, "password": password}
        tokens = self._send("POST", "/access/users/token", json=body, as_oneself=False).json()
        sign_in = SignIn(username, tokens["access_token"]["token"], tokens["refresh_token"]["token"])
        self.identity.sign_in(sign_in, keep=remember)

    def logout(self) -> None:
        """Sign out: the tokens are worth nothing from now on."""
        self._send("POST", "/access/users/sign-out")
        self.identity.sign_out()

    def whoami(self) -> User:
        """The account that this object acts as."""
        return read(User, self._send("GET", "/access/users/me"))

    def list_users(self) -> list[User]:
        """Every account."""
        return read(list[User], self._send("GET", "/access/users/list"))

    def change_password(self, username: str, new_password: str, old_password: str | None = None) -> None:
        """Give an account a new password, which signs it out everywhere; for one's own the old one is needed."""
        body = {"username": username, "password": new_password}
        if old_password is not None:
            body["old_password"] = old_password
        self._send("PUT", "/access/users/change-password", json=body)

    def change_roles(self, username: str, memberships: Sequence[Membership]) -> User:
        """Give an account these roles, in ``global`` server-wide, in place of those that it has."""
        body = {"username": username, "memberships": [as_json(membership) for membership in memberships]}
        return read(User, self._send("PUT", "/access/users/change-roles", json=body))

    def delete_user(self, username: str) -> None:
        """Remove an account and its private content; what it published stays."""
        self._send("DELETE", "/access/users/delete", params={"username": username})

    def create_group(self, group: Group) -> Group:
        """Make a group; one becomes its admin."""
        return read(Group, self._send("POST", "/access/groups/create", json=as_json(group)))

    def list_groups(self) -> list[Group]:
        """The groups that one belongs to."""
        return read(list[Group], self._send("GET", "/access/groups/list"))

    def read_group(self, group_name: str) -> GroupWithMembers:
        """A group and its members."""
        return read(GroupWithMembers, self._send("GET", "/access/groups/read", params={"group_name": group_name}))

    def delete_group(self, group_name: str) -> None:
        """Remove a group; what was published in it is its owner's alone again."""
        self._send("DELETE", "/access/groups/delete", params={"group_name": group_name})

    def add_group_members(self, group_membership_query: GroupMembershipQuery) -> GroupWithMembers:
        """Let users belong to a group, each with roles."""
        body = as_json(group_membership_query)
        return read(GroupWithMembers, self._send("POST", "/access/groups/add-members", json=body))

    def remove_group_members(self, group_membership_query: GroupMembershipQuery) -> GroupWithMembers:
        """Let users belong to a group no longer."""
        body = as_json(group_membership_query)
        return read(GroupWithMembers, self._send("POST", "/access/groups/remove-members", json=body))

    def create_role(self, role: UserRole) -> UserRole:
        """Make a named set of rights."""
        return read(UserRole, self._send("POST", "/access/roles/create", json=as_json(role)))

    def list_roles(self) -> list[UserRole]:
        """Every role there is."""
        return read(list[UserRole], self._send("GET", "/access/roles/list"))

    def delete_role(self, role_name: str) -> None:
        """Remove a role; who had it has it no longer."""
        self._send("DELETE", "/access/roles/delete", params={"role_name": role_name})

    def create_token(
        self, name: str, *, rights: Sequence[Permission] | None = None, expires_at: datetime | None = None
    ) -> NewToken:
        """Make a personal access token for scripts, shown this once; it never has more rights than its owner."""
        request = TokenRequest(name=name, rights=None if rights is None else tuple(rights), expires_at=expires_at)
        return read(NewToken, self._send("POST", "/access/tokens/create", json=as_json(request)))

    def list_tokens(self) -> list[TokenHeader]:
        """One's personal access tokens."""
        return read(list[TokenHeader], self._send("GET", "/access/tokens/list"))

    def delete_token(self, token_id: str) -> None:
        """Revoke a personal access token."""
        self._send("DELETE", "/access/tokens/delete", params={"token_id": token_id})

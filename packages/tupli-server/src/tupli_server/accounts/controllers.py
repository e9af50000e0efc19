"""The routes of accounts, under our names and under those of the paper."""

from typing import Annotated

from litestar import Controller, delete, get, post, put

from tupli_schemas.accounts import (
    Group,
    GroupMembershipQuery,
    GroupWithMembers,
    NewToken,
    TokenHeader,
    TokenRequest,
    User,
    UserCredentials,
    UserRole,
)
from tupli_server.accounts import access_tokens, grants, groups, roles, sessions, users
from tupli_server.accounts.schemas import NewUser, PasswordChange, Renewal, RolesChange, TokenPair
from tupli_server.auth.actors import OPEN, PUBLIC, bearer_token
from tupli_server.openapi import problems
from tupli_server.parameters import Actor, AnyRequest, Auth, JSONBody, QueryParameter

Named = Annotated[str, QueryParameter(min_length=1, max_length=1_024)]

CREDENTIALS_MAX_BODY = 20_000
"""Strangers may send this: a name, a password, and nothing that takes long to read."""


def address_of(request: AnyRequest) -> str:
    """Where a request comes from; behind a trusted proxy, what that says."""
    return request.client.host if request.client else "unknown"


class UserController(Controller):
    """Accounts."""

    tags = ("users",)

    @post(
        ["/access/users/create", "/access/signup"],
        status_code=200,
        opt=OPEN,
        request_max_body_size=CREDENTIALS_MAX_BODY,
        responses=problems(409, 429),
    )
    async def create_user(self, actor: Actor, data: JSONBody[NewUser], request: AnyRequest, auth: Auth) -> User:
        """Make an account."""
        return await users.create(actor, data, address_of(request), auth)

    @get("/access/users/me")
    async def read_me(self, actor: Actor) -> User:
        """Say who one is."""
        return await users.me(actor)

    @get(["/access/users/list", "/access/list-users"])
    async def list_users(self, actor: Actor) -> list[User]:
        """List the users."""
        return await users.list_users(actor)

    @put(["/access/users/change-password", "/access/change-password"], responses=problems(404, 429))
    async def change_password(self, actor: Actor, data: JSONBody[PasswordChange], auth: Auth) -> None:
        """Give a user a new password, and end all sign-ins with the old one."""
        await users.change_password(actor, data, auth)

    @put(["/access/users/change-roles", "/access/change-roles"], responses=problems(404, 409))
    async def change_roles(self, actor: Actor, data: JSONBody[RolesChange]) -> User:
        """Give a user these roles in place of those they have."""
        return await grants.change_roles(actor, data)

    @delete(["/access/users/delete", "/access/delete-user"], status_code=200, responses=problems(409))
    async def delete_user(self, actor: Actor, username: Named) -> None:
        """Delete an account and its private content."""
        await users.delete(actor, username)


class SessionController(Controller):
    """Signing in and out."""

    tags = ("sessions",)

    @post(
        ["/access/users/token", "/access/token"],
        status_code=200,
        opt=PUBLIC,
        request_max_body_size=CREDENTIALS_MAX_BODY,
        responses=problems(401, 429),
    )
    async def sign_in(self, data: JSONBody[UserCredentials], request: AnyRequest, auth: Auth) -> TokenPair:
        """Exchange a name and its password for tokens."""
        return await sessions.sign_in(data, address_of(request), auth)

    @post(
        ["/access/users/refresh-token", "/access/refresh-token"], status_code=200, opt=PUBLIC, responses=problems(401)
    )
    async def refresh_token(self, request: AnyRequest, auth: Auth) -> Renewal:
        """Exchange a refresh token (sent as bearer token) for new tokens; it is used up by that."""
        return await sessions.renew(bearer_token(request), auth)

    @post("/access/users/sign-out", status_code=200)
    async def sign_out(self, actor: Actor) -> None:
        """End the sign-in whose access token is sent."""
        await sessions.sign_out(actor)


class GroupController(Controller):
    """People who belong together."""

    path = "/access/groups"
    tags = ("groups",)

    @post("/create", status_code=200, responses=problems(409))
    async def create_group(self, actor: Actor, data: JSONBody[Group]) -> Group:
        """Make a group, and become its administrator."""
        return await groups.create(actor, data)

    @get("/list")
    async def list_groups(self, actor: Actor) -> list[Group]:
        """List the groups that one belongs to."""
        return await groups.list_groups(actor)

    @get("/read", responses=problems(404))
    async def read_group(self, actor: Actor, group_name: Named) -> GroupWithMembers:
        """Show a group and its members."""
        return await groups.read(actor, group_name)

    @delete("/delete", status_code=200)
    async def delete_group(self, actor: Actor, group_name: Named) -> None:
        """Delete a group; nothing is published in it any more."""
        await groups.delete(actor, group_name)

    @post("/add-members", status_code=200, responses=problems(404))
    async def add_members(self, actor: Actor, data: JSONBody[GroupMembershipQuery]) -> GroupWithMembers:
        """Let users belong to a group, each with roles."""
        return await groups.add_members(actor, data)

    @post("/remove-members", status_code=200, responses=problems(404))
    async def remove_members(self, actor: Actor, data: JSONBody[GroupMembershipQuery]) -> GroupWithMembers:
        """Let users belong to a group no longer."""
        return await groups.remove_members(actor, data)


class RoleController(Controller):
    """Named sets of rights."""

    tags = ("roles",)

    @get(["/access/roles/list", "/access/list-roles"])
    async def list_roles(self, actor: Actor) -> list[UserRole]:
        """List the roles and their rights."""
        return await roles.list_roles(actor)

    @post("/access/roles/create", status_code=200, responses=problems(409))
    async def create_role(self, actor: Actor, data: JSONBody[UserRole]) -> UserRole:
        """Make a role."""
        return await roles.create(actor, data)

    @delete("/access/roles/delete", status_code=200, responses=problems(409))
    async def delete_role(self, actor: Actor, role_name: Named) -> None:
        """Delete a role; nobody has it any more."""
        await roles.delete(actor, role_name)


class AccessTokenController(Controller):
    """Personal access tokens, for scripts."""

    path = "/access/tokens"
    tags = ("tokens",)

    @post("/create", status_code=200, responses=problems(409))
    async def create_token(self, actor: Actor, data: JSONBody[TokenRequest]) -> NewToken:
        """Make a personal access token; it is shown this once."""
        return await access_tokens.create(actor, data)

    @get("/list")
    async def list_tokens(self, actor: Actor) -> list[TokenHeader]:
        """List one's personal access tokens."""
        return await access_tokens.list_tokens(actor)

    @delete("/delete", status_code=200)
    async def delete_token(self, actor: Actor, token_id: Named) -> None:
        """Revoke a personal access token."""
        await access_tokens.delete(actor, token_id)

"""The parameters of handlers, marked so that Litestar knows where each comes from: ``actor: Actor``, ``data: JSONBody[Search]``."""

from typing import Any, TypeAlias

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter

from tupli_server import paging, policy
from tupli_server.auth import context

Actor: TypeAlias = NamedDependency[policy.Actor]
"""Whoever makes the request."""

Auth: TypeAlias = NamedDependency[context.Auth]
"""What checking and making credentials takes."""

PageQuery: TypeAlias = NamedDependency[paging.PageQuery]
"""Which part of a list is wanted; the query holds it as ``limit``, ``cursor`` and ``sort``."""

AnyRequest: TypeAlias = Request[Any, Any, Any]
"""The request itself, for what no parameter can say."""

__all__ = ["Actor", "AnyRequest", "Auth", "FromQuery", "JSONBody", "PageQuery", "QueryParameter"]

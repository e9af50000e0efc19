"""One way to send a request: sessions, timeouts, retries, sign-in, and problems as exceptions."""

from collections.abc import Callable
from typing import Any, Protocol

import requests
from pydantic import ValidationError
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tupli_client.__about__ import __version__
from tupli_schemas.errors import Problem, TupliError, UnreachableError, from_problem

CONNECT_SECONDS = 5.0
READ_SECONDS = 120.0
UNAVAILABLE = (502, 503, 504)
"""What a proxy or a server in the middle of a failover answers: worth another try."""

Send = Callable[..., requests.Response]


class Identity(Protocol):
    """Who a client is: the token to send now, and a way to a new one when the server refuses it."""

    @property
    def token(self) -> str | None:
        """The bearer token, if somebody is signed in."""

    def renew(self, send: Send) -> bool:
        """Get a new token by ``send(method, path, ...)``; False if there is nothing to get it with."""


class Transport:
    """Requests to one server, by one identity, over connections that are kept."""

    def __init__(self, url: str, identity: Identity, *, read_seconds: float = READ_SECONDS) -> None:
        self.url = url.rstrip("/")
        self.identity = identity
        self._timeout = (CONNECT_SECONDS, read_seconds)
        self._once = _session(_retry_before_anything_was_sent())
        self._repeatedly = _session(_retry_whatever_happened())

    def send(
        self, method: str, path: str, *, repeatable: bool | None = None, as_oneself: bool = True, **request: Any
    ) -> requests.Response:
        """Send one request and return the answer.

        Args:
            method: GET, POST, PUT or DELETE.
            path: Below the server's URL, such as ``/episodes/list``.
            repeatable: Whether sending it twice does no harm; by default everything but POST.
            as_oneself: Whether to send the identity's token.
            request: As for ``requests``: params, json, data, files, stream. A body that is repeatable can be iterated again.

        Raises:
            UnreachableError: The server does not answer.
            TupliError: What the server refuses, as the exception that it raised.
        """
        repeatable = method != "POST" if repeatable is None else repeatable
        answer = self._perform(method, path, repeatable, as_oneself, request)
        if (
            as_oneself
            and answer.status_code == requests.codes.unauthorized
            and self.identity.renew(self._send_as_nobody)
        ):
            answer.close()
            answer = self._perform(method, path, repeatable, as_oneself, request)
        if not answer.ok:
            raise problem_of(answer)
        return answer

    def close(self) -> None:
        """Let go of the connections."""
        self._once.close()
        self._repeatedly.close()

    def _send_as_nobody(self, method: str, path: str, **request: Any) -> requests.Response:
        return self.send(method, path, as_oneself=False, **request)

    def _perform(
        self, method: str, path: str, repeatable: bool, as_oneself: bool, request: dict[str, Any]
    ) -> requests.Response:
        headers = dict(request.get("headers") or {})
        if as_oneself and self.identity.token:
            headers["Authorization"] = f"Bearer {self.identity.token}"
        session = self._repeatedly if repeatable else self._once
        try:
            return session.request(
                method, self.url + path, **{**request, "headers": headers}, timeout=self._timeout, allow_redirects=False
            )
        except requests.RequestException as error:
            raise unreachable(self.url, error) from error


def unreachable(url: str, error: Exception) -> UnreachableError:
    """What a failed connection means, in one line."""
    if isinstance(error, requests.exceptions.SSLError):
        return UnreachableError(
            f"the certificate of {url} is not trusted",
            hint="for a certificate authority of your own, set REQUESTS_CA_BUNDLE to its root certificate",
        )
    if isinstance(error, requests.Timeout):
        return UnreachableError(f"{url} took too long to answer", hint="try again; if it stays so, ask its operator")
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return UnreachableError(f"{url} is not a URL", hint="for example https://tupli.example.org/api")
    return UnreachableError(f"{url} does not answer", hint="is the server running, and is the URL right?")


def problem_of(answer: requests.Response) -> TupliError:
    """The exception that an answer stands for, also if it is no problem of ours but, say, a proxy's page."""
    try:
        return from_problem(Problem.model_validate_json(answer.content))
    except ValidationError:
        said = f"{answer.status_code} {answer.reason}"
        hint = "is this the URL of a Tupli server? Behind Caddy it ends in /api"
        return from_problem(
            Problem(title=said, status=answer.status_code, detail=f"{answer.url} answered {said}", code="", hint=hint)
        )


def _session(retry: Retry) -> requests.Session:
    session = requests.Session()
    session.headers["User-Agent"] = f"tupli-client/{__version__}"
    session.headers["Accept"] = "application/json"
    # Payloads are compressed where that pays; compressing them once more would only cost.
    session.headers["Accept-Encoding"] = "identity"
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry, pool_maxsize=8))
    return session


def _retry_before_anything_was_sent() -> Retry:
    return Retry(connect=3, read=0, status=0, other=0, backoff_factor=0.2, backoff_jitter=0.2, raise_on_status=False)


def _retry_whatever_happened() -> Retry:
    """Up to half a minute of answers that fail, which is longer than a replica set takes to elect a new primary twice."""
    return Retry(
        total=8,
        connect=3,
        backoff_factor=0.2,
        backoff_jitter=0.3,
        status_forcelist=UNAVAILABLE,
        allowed_methods=None,
        raise_on_status=False,
    )

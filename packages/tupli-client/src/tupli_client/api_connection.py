"""A client's connection: which server, as whom, and one way to send."""

from typing import Any, cast
from urllib.parse import urlsplit

import requests

from tupli_client import waiting
from tupli_client.credentials import Credentials
from tupli_client.identity import SignedIn
from tupli_client.settings import load_settings
from tupli_client.transport import Transport
from tupli_schemas.errors import InvalidDataError


class Connection:
    """What everything that a ``TupliAPIClient`` does goes through."""

    def __init__(self, url: str | None = None, token: str | None = None, profile: str | None = None) -> None:
        settings = load_settings(profile=profile)
        if url is None and settings.storage.startswith(("http://", "https://")):
            url = settings.storage
        self._token = token or settings.token
        self._credentials = Credentials()
        self._transport: Transport | None = None
        if url is not None:
            self.set_url(url)

    def set_url(self, url: str) -> None:
        """Use this server from now on."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise InvalidDataError(
                f"{url!r} is not the URL of a server", hint="for example https://tupli.example.org/api"
            )
        url = url.rstrip("/")
        self.close()
        self._transport = Transport(url, SignedIn(url, self._credentials, self._token))

    @property
    def url(self) -> str | None:
        """The server's URL, without ``/`` at its end."""
        return self._transport.url if self._transport else None

    @property
    def identity(self) -> SignedIn:
        """Who this object acts as."""
        return cast(SignedIn, self._server().identity)

    def close(self) -> None:
        waiting.settle()
        if self._transport:
            self._transport.close()

    def _server(self) -> Transport:
        if self._transport is None:
            raise InvalidDataError("no server is set", hint="TupliAPIClient(url=…), set_url(…) or TUPLI_STORAGE")
        return self._transport

    def _send(self, method: str, path: str, **request: Any) -> requests.Response:
        waiting.settle()
        return self._server().send(method, path, **request)

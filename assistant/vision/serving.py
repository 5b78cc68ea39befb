"""The service that sees, as the SDK reaches it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from google.genai import Client

UPLOAD_SECONDS = 600.0
DELETE_SECONDS = 10.0


class Service(Protocol):
    """Whom to ask; see ``assistant.live.endpoint.Endpoint``."""

    @property
    def brain(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def base_url(self) -> str: ...
    @property
    def api_version(self) -> str: ...
    @property
    def certificate(self) -> Path | None: ...
    @property
    def project(self) -> str: ...
    @property
    def location(self) -> str: ...


def client(service: Service) -> Client:
    """A client of it; blocks for some tenths of a second."""
    from google.genai import Client, types

    arguments: dict[str, Any] = {}
    if service.certificate is not None:
        trust = ssl.create_default_context(cafile=str(service.certificate))
        arguments = {"ssl": trust, "verify": trust, "proxy": None}
    options = types.HttpOptions(
        base_url=service.base_url or None,
        api_version=service.api_version,
        timeout=round(UPLOAD_SECONDS * 1000),
        async_client_args=arguments,
    )
    if service.project:
        options.api_version = None
        return Client(vertexai=True, project=service.project, location=service.location, http_options=options)
    return Client(api_key=service.key, http_options=options)


async def deleted(client: Client, names: Sequence[str]) -> None:
    """What was sent is not left there."""
    for name in names:
        with suppress(*raw(), TimeoutError):
            async with asyncio.timeout(DELETE_SECONDS):
                await client.aio.files.delete(name=name)


def raw() -> tuple[type[BaseException], ...]:
    """What the SDK lets through."""
    import httpx2
    from google.auth.exceptions import GoogleAuthError
    from google.genai import errors

    own = (errors.APIError, GoogleAuthError, httpx2.HTTPError)
    return (*own, OSError, ValueError, TypeError, RecursionError)

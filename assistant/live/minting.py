"""Keys that soon expire: for a browser or a guest, who must never see the real one."""

from __future__ import annotations

from datetime import datetime, timedelta

from google.genai import types

from assistant.live import wire
from assistant.live.endpoint import Endpoint
from assistant.live.failures import Cause, Failure, LinkLost

VERSION = "v1alpha"
"""The only one that makes and takes such keys (the service's guide, 2026)."""


async def minted(endpoint: Endpoint, *, until: datetime, connections: int, seconds: float) -> str:
    """A key for so many conversations with this model, that is worth nothing after ``until``.

    ``until`` has a time zone and is at most 20 hours away; 0 ``connections``: as many as one likes.

    Raises:
        LinkLost: the service cannot be reached, or makes none for this key.
    """
    if endpoint.project:
        raise LinkLost(Failure(Cause.CONFIGURATION, "Vertex AI makes no keys that expire; use an API key."))
    wish = types.CreateAuthTokenConfig(
        http_options=types.HttpOptions(api_version=VERSION),
        expire_time=until,
        new_session_expire_time=until - timedelta(seconds=1),
        uses=connections,
        live_connect_constraints=types.LiveConnectConstraints(model=endpoint.model),
    )
    async with wire.asking(endpoint, seconds) as maker:
        token = await maker.aio.auth_tokens.create(config=wish)
    if not token.name:
        raise LinkLost(Failure(Cause.RETRY, "The service made a key without a name; please try again."))
    return str(token.name)

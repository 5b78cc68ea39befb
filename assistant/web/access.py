"""From where the pages may be opened, and with which token."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.config import WebConfig
from assistant.config.secrets import secret
from assistant.errors import ConfigError

TOKEN = "web-token"
VARIABLE = "ASSISTANT_WEB_TOKEN"
SHORTEST = 12


@dataclass(frozen=True)
class Access:
    """``names`` by which the pages may be called besides loopback's and bare addresses."""

    names: tuple[str, ...]
    token: str


def access(config: WebConfig, environment: Mapping[str, str] = os.environ) -> Access:
    """What the configuration allows.

    Raises:
        ConfigError: other machines could open the pages, and there is no token, or it is too short.
    """
    token = secret(TOKEN, (VARIABLE,), environment, "token of the web pages")
    if not token and not _is_loopback(config.host):
        problem = (
            f"web.host {config.host!r} can be reached from other machines: put a token of at least "
            f"{SHORTEST} characters into ~/.config/assistant/{TOKEN} (chmod 600) or {VARIABLE}"
        )
        raise config.mistake(problem, "host")
    if token and (len(token) < SHORTEST or not token.isascii() or not token.isprintable() or " " in token):
        raise ConfigError(
            f"the token of the web pages must be at least {SHORTEST} ASCII characters without spaces"
        )
    own = socket.gethostname().lower()
    return Access((*config.names, own, f"{own}.local"), token)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

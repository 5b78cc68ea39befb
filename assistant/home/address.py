"""Where an MQTT broker listens: mqtt:// and mqtts:// URLs, with a password that is never shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from assistant.errors import ConfigError

PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True)
class Address:
    """A broker's place on the network, and who we are there."""

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read ``mqtt://user:password@host:port``; the parts before @ are percent-encoded."""
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port, parts = None, None, SplitResult("", "", "", "", "")
        if parts.scheme not in PORTS or not host or parts.path.strip("/") or parts.query or parts.fragment:
            # The URL itself stays out of the text: it may hold a password.
            raise ConfigError(
                "The MQTT address cannot be read; write mqtt://host:1883, mqtts://host:8883 or "
                "mqtt://user:password@host (special characters in them percent-encoded)."
            )
        return cls(
            host=host,
            port=PORTS[parts.scheme] if port is None else port,
            tls=parts.scheme == "mqtts",
            user=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
        )

    @property
    def shown(self) -> str:
        """``host:port``, fit for logs and people."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL without user and password."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.shown}"

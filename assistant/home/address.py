"""Where an MQTT broker listens and who we are there; a password is never shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, unquote, urlsplit

from assistant.config import MqttConfig
from assistant.config.secrets import secret
from assistant.errors import ConfigError
from assistant.home.tls import Certificates
from assistant.redaction import REDACTION

PORTS = {"mqtt": 1883, "mqtts": 8883}
PASSWORD_NAME = "mqtt-password"
PASSWORD_VARIABLE = "ASSISTANT_MQTT_PASSWORD"


@dataclass(frozen=True)
class Address:
    """A broker's place on the network, and who we are there."""

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    certificates: Certificates = field(default_factory=Certificates)

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
                "mqtt://user:password@host (special characters in them percent-encoded)"
            )
        return cls(
            host=host,
            port=PORTS[parts.scheme] if port is None else port,
            tls=parts.scheme == "mqtts",
            user=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
        )

    @classmethod
    def configured(cls, config: MqttConfig, environment: Mapping[str, str] = os.environ) -> Address:
        """The broker that the configuration names, with user, password and certificates.

        What stands in the URL wins. The password comes from the environment, systemd's credentials or a
        private file.

        Raises:
            ConfigError: the parts do not fit together, or a secret lies open.
        """
        try:
            address = cls.parse(config.broker)
        except ConfigError as error:
            raise config.mistake(str(error), "broker") from error
        files = Certificates(config.ca, config.certificate, config.key)
        if files != Certificates() and not address.tls:
            problem = f"{address.url} is not encrypted, but there are certificates: write mqtts://"
            raise config.mistake(f"mqtt.broker: {problem}", "broker")
        if files.key is not None and files.own is None:
            problem = "mqtt.key: there is a key, but no certificate: set mqtt.certificate"
            raise config.mistake(problem, "key")
        user, password = address.user or config.user or None, address.password
        if password is None:
            password = secret(PASSWORD_NAME, (PASSWORD_VARIABLE,), environment, "password") or None
        if password is not None and user is None:
            raise config.mistake(
                "mqtt.user: there is a password for the MQTT broker, but no user: set mqtt.user "
                "(ASSISTANT_MQTT_USER)"
            )
        REDACTION.learn(password or "")
        return replace(address, user=user, password=password, certificates=files)

    @property
    def shown(self) -> str:
        """``host:port``, fit for logs and people."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL without user and password."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.shown}"

"""Who is called: Gemini with a key, Gemini through Vertex AI, or the embedded brain. Same code for all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.config import GeminiConfig
from assistant.config.secrets import secret

KEY_NAME = "gemini-api-key"
GEMINI_HOST = "generativelanguage.googleapis.com"


@dataclass(frozen=True)
class Endpoint:
    """One place that speaks the Live wire. ``brain`` is ``gemini`` or ``embedded``."""

    brain: str
    model: str
    key: str = field(default="", repr=False)
    base_url: str = ""
    api_version: str = "v1beta"
    certificate: Path | None = None
    project: str = ""
    location: str = ""

    @property
    def host(self) -> tuple[str, int]:
        """Host and port to try when asking whether the network is back."""
        if not self.base_url:
            return GEMINI_HOST, 443
        rest = self.base_url.split("://", 1)[-1].split("/", 1)[0].rpartition("@")[2]
        name, _, port = rest.rpartition(":") if ":" in rest else (rest, "", "443")
        return name.strip("[]"), int(port) if port.isdigit() else 443


def gemini_endpoint(config: GeminiConfig, environment: Mapping[str, str] = os.environ) -> Endpoint | None:
    """Gemini as configured, or None when there is neither a key nor a project."""
    if config.project:
        return Endpoint(
            "gemini",
            config.model,
            base_url=config.base_url,
            api_version=config.api_version,
            project=config.project,
            location=config.location or "global",
        )
    key = api_key(environment)
    if not key:
        return None
    # Short-lived tokens, made for a browser or a guest, are known to the alpha service only.
    version = "v1alpha" if key.startswith("auth_tokens/") else config.api_version
    return Endpoint("gemini", config.model, key=key, base_url=config.base_url, api_version=version)


def api_key(environment: Mapping[str, str] = os.environ) -> str:
    """The key from the environment, systemd's credentials or a private file; empty when there is none.

    Raises:
        ConfigError: the file can be read by others, or cannot be read at all.
    """
    return secret(KEY_NAME, ("GEMINI_API_KEY", "GOOGLE_API_KEY"), environment, "key")

"""Found cameras as lines for config.yaml."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from assistant.vision.finding.streams import Found, Stream

LEAST_HEIGHT = 240
"""In smaller pictures nobody is recognised."""


def entries(found: Sequence[Found], user: str = "") -> list[dict[str, Any]]:
    """One for each camera: ``name``, ``address``, ``model``, ``streams``, ``problem``, and ``line`` for
    config.yaml ("" when no stream is known); names are told apart by numbers."""
    names: dict[str, int] = {}
    told = []
    for camera in found:
        name = camera.name or "camera"
        names[name] = names.get(name, 0) + 1
        name = f"{name} {names[name]}" if names[name] > 1 else name
        told.append(
            {
                "name": name,
                "address": camera.address,
                "model": camera.model,
                "streams": [f"{one.codec} {one.width}x{one.height}".strip() for one in camera.streams],
                "problem": camera.problem,
                "line": _line(name, camera.streams, user),
            }
        )
    return told


def _line(name: str, streams: Sequence[Stream], user: str) -> str:
    if not streams:
        return ""
    by_size = sorted(streams, key=lambda one: one.width * one.height)
    small = next((one for one in by_size if one.height >= LEAST_HEIGHT), by_size[-1])
    parts = {"name": name, "url": small.url}
    if by_size[-1].url != small.url:
        parts["detail_url"] = by_size[-1].url
    if user:
        parts["user"] = user
    return "- {" + ", ".join(f"{key}: {json.dumps(value)}" for key, value in parts.items()) + "}"

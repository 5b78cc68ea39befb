"""The RPC channel of one device: how a call is put, and the three ways on which a report comes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.api.sources import Command, Part, Property, Reader, Values, Writer, decoded

Report = Mapping[str, Any]
Read = Callable[[Report], Values]
"""A component's report, whole or in part, as values."""
COMPONENT = re.compile(r"[a-z][a-z0-9_]{1,24}:\d{1,4}")


@dataclass(frozen=True)
class Rpc:
    """The way to one device: its prefix, where its answers come, and how a call is put."""

    prefix: str
    answers: str
    call: Callable[[str, Report], Command]

    def readers(self, key: str, read: Read) -> dict[str, Reader]:
        """The three ways on which a component's report comes."""

        def whole(payload: bytes) -> Values:
            return read(_report(decoded(payload)))

        def notified(payload: bytes) -> Values:
            frame = decoded(payload)
            known = str(frame.get("method")) in ("NotifyStatus", "NotifyFullStatus")
            return read(_report(frame["params"].get(key, {}))) if known else {}

        def answered(payload: bytes) -> Values:
            result = decoded(payload).get("result")
            return read(_report(result.get(key, {}))) if isinstance(result, dict) else {}

        return {
            f"{self.prefix}/status/{key}": whole,
            f"{self.prefix}/events/rpc": notified,
            self.answers: answered,
        }

    def part(
        self, key: str, kind: str, owned: tuple[Property, ...], read: Read, write: Writer | None = None
    ) -> Part:
        """A part of one component."""
        return Part(key.replace(":", "_"), kind, owned, self.readers(key, read), write)


def is_component(key: str) -> bool:
    """Whether this names a component that there may be several of, like ``switch:0``."""
    return COMPONENT.fullmatch(key) is not None


def _report(value: Any) -> Report:
    if not isinstance(value, dict):
        raise TypeError("expected a JSON object")
    return value

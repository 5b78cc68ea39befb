"""Shelly devices: generation 2 and newer over their RPC channel, generation 1 over the ``shellies`` topics.

Nothing lists them: they are found by ``<prefix>/online`` and by what they report, then asked what they are.
A device of generation 2 needs its RPC channel over MQTT, which is on unless somebody switched it off.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from assistant.api import hears
from assistant.api.sources import Availability, Command, Found, Overheard, Told, decoded, words

from .first import described_first
from .parts import MOST_COMPONENTS, found_parts
from .rpc import Rpc, is_component

INFO, CONFIG, STATUS = 1, 2, 3
"""Numbers of our questions; commands have larger ones."""
QUESTIONS = {INFO: "Shelly.GetDeviceInfo", CONFIG: "Shelly.GetConfig", STATUS: "Shelly.GetStatus"}
TRUTHS = {"true": True, "false": False}
MAC = re.compile(r"[0-9a-f]{12}")
FIRST = "first "
"""Before the names of generation 1, so that both may have the same topics."""


@dataclass
class Known:
    """What a device of generation 2 has answered, and what its reports have shown."""

    info: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    status: dict[str, dict[str, Any]] = field(default_factory=dict)
    awaited: bool = True
    """Whether its answers may still come: until then it has no name."""

    def reported(self, status: Mapping[str, Any]) -> None:
        """Overlay a report, whole or in part, over what is known."""
        for key, values in status.items():
            if is_component(key) and isinstance(values, dict):
                if key not in self.status and len(self.status) >= MOST_COMPONENTS:
                    continue
                self.status.setdefault(key, {}).update(values)

    @property
    def notifies(self) -> bool:
        """Whether it tells changes by itself."""
        mqtt = self.config.get("mqtt")
        told = mqtt if isinstance(mqtt, dict) else {}
        return bool(told.get("rpc_ntf", True) or told.get("status_ntf", False))


class Shelly(Overheard):
    """``reply`` is where devices answer us: a topic of our own, of which each gets a part."""

    rank: ClassVar[int] = 70
    answer_seconds: ClassVar[float] = 3.0
    """So long a device waits for its name; one that sleeps, or has its RPC channel closed, gives none."""
    reply: str = "assistant/shelly"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._known: dict[str, Known] = {}
        self._announced: dict[str, Mapping[str, Any]] = {}
        # From anywhere: two houses on one broker do not take each other's answers for their own.
        self._numbers = itertools.count(secrets.randbelow(1_000_000) + 100)

    @hears("+/online", "+/+/online", "+/+/+/online")
    def _online(self, payload: bytes, topic: str) -> None:
        there = TRUTHS.get(words(payload))
        prefix = topic.removesuffix("/online")
        if there is None or FIRST + prefix.rpartition("/")[2] in self._announced:
            return
        self._meet(prefix, topic, payload)
        if there and prefix in self._known:
            self._question(prefix, *QUESTIONS)

    @hears("+/events/rpc", "+/+/events/rpc", "+/+/+/events/rpc")
    def _notified(self, payload: bytes, topic: str) -> None:
        frame = _object(decoded(payload))
        params = frame.get("params")
        if not isinstance(params, dict) or "src" not in frame:
            return
        prefix = topic.removesuffix("/events/rpc")
        fresh = prefix not in self._known
        self._meet(prefix, topic, payload, status=params, src=frame["src"])
        if prefix in self._known and (fresh or _reconfigured(params)):
            self._question(prefix, *QUESTIONS)

    @hears("+/status/+", "+/+/status/+", "+/+/+/status/+")
    def _status(self, payload: bytes, topic: str) -> None:
        prefix, _, key = topic.rpartition("/")
        if not is_component(key) or not payload:
            return
        self._meet(prefix.removesuffix("/status"), topic, payload, status={key: decoded(payload)})

    @hears("{reply}/#")
    def _replied(self, payload: bytes, topic: str) -> None:
        prefix = topic[len(self.reply) + 1 :].removesuffix("/rpc")
        frame = _object(decoded(payload))
        known = self._known.get(prefix)
        if known is None:
            return
        if frame.get("id") == CONFIG:  # the last of what is told only once
            known.awaited = False
            self.again(prefix)
        if isinstance(error := frame.get("error"), dict):
            self.complain(f"{self.title}: {prefix[:80]} refused: {str(error.get('message', error))[:120]}")
            return
        number, result = frame.get("id"), frame.get("result")
        if number not in QUESTIONS:
            if not known.notifies:
                self._question(prefix, STATUS)
        elif not isinstance(result, dict):
            self.complain(f"{self.title}: {prefix[:80]} answered {QUESTIONS[number]} with no object")
        elif number == STATUS:
            known.status = {key: kept for key, kept in known.status.items() if key in result}
            self._meet(prefix, topic, payload, status=result)
            self.again(prefix)
        else:
            known.info, known.config = (result, known.config) if number == INFO else (known.info, result)
            self.again(prefix)

    def _meet(
        self,
        prefix: str,
        topic: str,
        payload: bytes,
        *,
        status: Mapping[str, Any] | None = None,
        src: object = "",
    ) -> None:
        traits = [
            f"{key}.{own}"
            for key, values in (status or {}).items()
            if isinstance(values, dict)
            for own in values
        ]
        self.overhear(prefix, topic, payload, traits=traits)
        if self.told(prefix):
            known = self._known.get(prefix) or self._first_met(prefix)
            known.reported(status or {})
            if src and not known.info:
                known.info = {"id": str(src)}

    def _first_met(self, prefix: str) -> Known:
        known = self._known[prefix] = Known()

        def enough() -> None:
            known.awaited = False
            self.again(prefix)

        asyncio.get_running_loop().call_later(self.answer_seconds, enough)
        return known

    def _question(self, prefix: str, *numbers: int) -> None:
        for number in numbers:
            self.ask(f"{prefix}/rpc", self._frame(prefix, number, QUESTIONS[number]))

    def _frame(self, prefix: str, number: int, method: str, params: Mapping[str, Any] | None = None) -> str:
        frame = {"id": number, "src": f"{self.reply}/{prefix}", "method": method}
        return json.dumps(frame if params is None else {**frame, "params": params})

    @hears("shellies/announce")
    def _announces(self, payload: bytes) -> None:
        announced = _object(decoded(payload))
        name = announced.get("id")
        if not isinstance(name, str) or "gen" in announced or not re.fullmatch(r"[\w-]{1,64}", name):
            return
        if FIRST + name in self._announced or len(self._announced) < self.most_devices:
            self._announced[FIRST + name] = announced
            self.gone(f"shellies/{name}")  # what answered to "online" alone was this one
            self._known.pop(f"shellies/{name}", None)
            self.overhear(FIRST + name, "shellies/announce", payload, telling=True)
            self.ask(f"shellies/{name}/command", "update")

    @hears("shellies/+/+", "shellies/+/+/+", "shellies/+/+/+/+")
    def _first(self, payload: bytes, topic: str) -> None:
        _, name, *rest = topic.split("/")
        if (
            rest[0] in ("command", "events", "rpc")
            or rest[-1] in ("command", "set")
            or is_component(rest[-1])
        ):
            return
        traits: list[str] = []
        if rest[-1] in ("status", "info") and payload.startswith(b"{"):
            traits = [str(key) for key in _object(decoded(payload))]
        self.overhear(FIRST + name, topic, payload, traits=traits)

    async def run(self) -> None:
        """Let everybody of generation 1 announce itself first; newer ones keep ``online`` on the broker."""
        self.ask("shellies/command", "announce")
        await super().run()

    def described(self, device: str, told: Told) -> Found | None:
        """Either generation."""
        if device.startswith(FIRST):
            return described_first(device.removeprefix(FIRST), self._announced.get(device, {}), told)
        known = self._known[device]
        if not known.status or known.awaited:
            return None

        def call(method: str, params: Mapping[str, Any]) -> Command:
            return Command(f"{device}/rpc", self._frame(device, next(self._numbers), method, params))

        parts, unsupported = found_parts(
            Rpc(device, f"{self.reply}/{device}/rpc", call), known.status, known.config
        )
        names = (_device_config(known.config).get("name"), known.info.get("name"), known.info.get("id"))
        return Found(
            id=f"shelly {device}",
            name=next((n for n in names if n and isinstance(n, str)), device.rpartition("/")[2]),
            parts=tuple(parts),
            availability=() if _sleeps(known.status) else (Availability(f"{device}/online", _truth),),
            same_as=frozenset(_addresses(known.info)),
            model=f"Shelly {known.info.get('app') or known.info.get('model') or ''}".strip(),
            unsupported=unsupported,
        )


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("expected a JSON object")
    return value


def _truth(payload: bytes) -> bool | None:
    return TRUTHS.get(words(payload))


def _reconfigured(params: Mapping[str, Any]) -> bool:
    events = params.get("events")
    return isinstance(events, list) and any(
        isinstance(event, dict) and event.get("event") == "config_changed" for event in events
    )


def _device_config(config: Mapping[str, Any]) -> Mapping[str, Any]:
    system = config.get("sys")
    device = system.get("device") if isinstance(system, dict) else None
    return device if isinstance(device, dict) else {}


def _sleeps(status: Mapping[str, Mapping[str, Any]]) -> bool:
    """What runs on a battery is offline nearly always, and still there."""
    power = status.get("devicepower:0")
    external = power.get("external") if power else None
    return power is not None and not (isinstance(external, dict) and external.get("present"))


def _addresses(info: Mapping[str, Any]) -> list[str]:
    candidates = (str(info.get("mac", "")).lower(), str(info.get("id", "")).rpartition("-")[2].lower())
    return [address for address in candidates if MAC.fullmatch(address)][:1]

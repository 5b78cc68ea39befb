"""ESPHome nodes that announce nothing (``discovery: false``): what their topics prove, and no more.

A node is found by ``<node>/status``; only then is anything else of it listened to. Its topics tell no units,
no ranges, no words of a select, no buttons and no speeds of a fan in percent. Discovery does: where it is
on, it is what shows the node.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from assistant.api import hears
from assistant.api.sources import Availability, Found, Overheard, Told, decoded, words

from .components import BUILDERS, traits_of

STATES = {"online": True, "offline": False}
MAC = re.compile(r"(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}", re.IGNORECASE)
OTHERS = frozenset(
    {"homeassistant", "zigbee2mqtt", "tasmota", "wled", "shellies", "frigate", "ring", "valetudo"}
)
"""Who else says ``online`` on a topic like that, and is no node."""


class Esphome(Overheard):
    """``topic`` is where nodes are: ``+`` for any of one level, ``home/+`` below a common prefix."""

    rank: ClassVar[int] = 20
    most_devices: ClassVar[int] = 100
    topic: str = "+"
    discovery: str = "homeassistant"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._names: dict[str, set[str]] = {}

    @hears("{topic}/status")
    def _status(self, payload: bytes, topic: str) -> None:
        node = topic.removesuffix("/status")
        if STATES.get(words(payload)) is None or node.partition("/")[0] in OTHERS:
            return
        self.overhear(node, topic, payload)
        if node not in self._names and self.told(node):
            self._names[node] = set()
            self.listen(f"{node}/+/+/state", self._says)
            self.listen(f"{node}/+/+/+/state", self._says)
            self.listen(f"{self.discovery}/+/{node.rpartition('/')[2]}/+/config", self._configured)

    def _says(self, payload: bytes, topic: str) -> None:
        node = next((node for node in self._nodes_of(topic) if node in self._names), None)
        if node is None:
            return
        component = topic[len(node) + 1 :].partition("/")[0]
        if component not in BUILDERS:
            return
        self.overhear(node, topic, payload, traits=traits_of(component, topic, payload))
        if topic.rpartition("/")[0].endswith(("mac_address", "mac")) and MAC.fullmatch(words(payload)):
            self._named(node, [words(payload)])

    def _configured(self, payload: bytes, topic: str) -> None:
        """Whose topics these are, where another node's discovery says so: it is shown once."""
        config = decoded(payload) if payload else {}
        device = config.get("dev", config.get("device")) if isinstance(config, dict) else None
        if not isinstance(device, dict):
            return
        ids = device.get("ids", device.get("identifiers"))
        given = [ids] if isinstance(ids, str) else ids if isinstance(ids, list) else []
        for node in self._names:
            if node.rpartition("/")[2] == topic.split("/")[-3]:
                self._named(node, [name for name in given if isinstance(name, str)])

    def _named(self, node: str, names: Iterable[str]) -> None:
        fresh = {f"ha:{name}" for name in names if len(name) <= 120}
        fresh |= {re.sub("[:-]", "", name).lower() for name in names if MAC.fullmatch(name)}
        if not fresh <= self._names[node] and len(self._names[node]) < 20:
            self._names[node] |= fresh
            self.again(node)

    def _nodes_of(self, topic: str) -> list[str]:
        levels = topic.split("/")
        depth = self.topic.count("/") + 1
        return ["/".join(levels[:depth])]

    def described(self, device: str, told: Told) -> Found | None:
        """A node, once a topic of a component has proved something."""
        objects: dict[tuple[str, str], set[str]] = {}
        for topic in told.last:
            component, _, rest = topic[len(device) + 1 :].partition("/")
            name, _, ending = rest.rpartition("/")[0].partition("/")
            if component in BUILDERS and name:
                endings = objects.setdefault((component, name), set())
                endings |= {ending or "state", *told.traits.get(topic, ())}
        parts = [
            BUILDERS[component](f"{device}/{component}/{name}", name, traits)
            for (component, name), traits in sorted(objects.items())
        ]
        if not parts:
            return None
        return Found(
            id=f"esphome {device}",
            name=device.rpartition("/")[2].replace("-", " ").replace("_", " "),
            parts=tuple(parts),
            availability=(Availability(f"{device}/status", _there),),
            same_as=frozenset(self._names[device]),
            model="ESPHome",
        )


def _there(payload: bytes) -> bool | None:
    states: Mapping[str, bool] = STATES
    return states.get(words(payload))

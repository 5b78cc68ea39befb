"""What the sources have found: each device shown once, under a clean name, where its owner wants it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from assistant.config.home import DeviceWish
from assistant.devices.assembly import Naming, assembled
from assistant.devices.composed import FoundDevice
from assistant.devices.found import Floor, Found
from assistant.devices.source import Source
from assistant.devices.trust import orders, talks
from assistant.errors import LinkError, PluginError, ToolError
from assistant.home.pins import Pins
from assistant.home.registry import Registry, cleaned, folded
from assistant.plugin import Host
from assistant.tools.table import ToolTable

log = logging.getLogger(__name__)

MOST_DEVICES = 3000
"""More cannot be a home; whoever may write the discovery topics could fill the memory otherwise."""
MOST_SHOWN = 5000
"""Devices with a name of their own: one physical device may have many."""
ADDRESS = re.compile(r"(0x)?[0-9a-f]{10,16}", re.IGNORECASE)

CONFIGURATION = "configuration"
"""Source of the devices that the owner wrote down."""

Key = tuple[str, str]


@dataclass
class Find:
    """One physical device as one source sees it, and what became of it."""

    found: Found
    source: Source
    devices: list[FoundDevice] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)
    reason: str = ""
    """Why it is not shown."""

    @property
    def key(self) -> Key:
        return self.source.title, self.found.id


class Finds:
    """Decides which finds become devices, and puts them into registry and tool table.

    ``changed`` is called whenever the home has another device, or one less.
    """

    def __init__(
        self, host: Host, registry: Registry, table: ToolTable, *, wishes: Sequence[DeviceWish], pins: Pins
    ) -> None:
        self._host, self._registry, self._table = host, registry, table
        self._wishes = {folded(wish.device): wish for wish in wishes}
        self.pins = pins
        self.changed: Callable[[], None] = lambda: None
        self._finds: dict[Key, Find] = {}
        self._same: dict[str, set[Key]] = {}

    def __iter__(self) -> Iterator[Find]:
        return iter(self._finds.values())

    def found(self, source: Source, found: Found) -> None:
        """A source shows a device."""
        find = Find(found, source)
        old = self._finds.pop(find.key, None)
        if old is None and len(self._finds) >= MOST_DEVICES:
            source.complain(f"{source.title}: more than {MOST_DEVICES} devices; the rest is left out")
            return
        self._finds[find.key] = find
        if old is not None:
            self._unlink(old)
            find.reason = old.reason
        for name in self._names(found):
            self._same.setdefault(name, set()).add(find.key)
        self._settle(find, instead_of=old)

    def forget(self, source: Source) -> None:
        """A source is no longer there; what it found goes with it."""
        for find in [find for find in self if find.source is source]:
            self.lost(source, find.found.id)
        self.floors(source, ())
        self.areas(source, {})

    def floors(self, source: Source, floors: Sequence[Floor]) -> None:
        """Which areas a source knows to be on which floor; names that read like orders are not taken."""
        named = [floor for floor in map(_clean, floors) if floor.name and not talks(floor.name)]
        if self._registry.floors.found(source.title, named):
            self.changed()

    def areas(self, source: Source, names: Mapping[str, Sequence[str]]) -> None:
        """What a source calls areas besides their names; what reads like an order is not taken."""
        clean = {
            area: [name for name in map(cleaned, others) if name and not talks(name)]
            for area, others in names.items()
        }
        if self._registry.areas.found(source.title, clean):
            self.changed()

    def lost(self, source: Source, found_id: str) -> None:
        """A source takes a device back; another source that sees it may show it now."""
        find = self._finds.pop((source.title, found_id), None)
        if find is None:
            return
        rivals = self._rivals(find)
        self._unlink(find)
        self._take_down(find)
        for rival in rivals:
            self._settle(rival)
        self.changed()

    def reported(self, source: Source, found_id: str, part_id: str, values: dict[str, object]) -> None:
        """A report that came without a topic."""
        if find := self._finds.get((source.title, found_id)):
            for device in find.devices:
                device.receive(part_id, values)

    def presence(self, source: Source, found_id: str, there: bool) -> None:
        """A device came or went."""
        if find := self._finds.get((source.title, found_id)):
            for device in find.devices:
                device.set_present(there)

    def retold(self, source: Source, found_id: str, topic: str, payload: bytes) -> None:
        """A message that came before its device was there."""
        if find := self._finds.get((source.title, found_id)):
            for device in find.devices:
                device.receive_message(topic, payload)

    def accept(self, found_id: str) -> bool:
        """Allow what had been held back because its command topics had changed; whether there was such a
        device.
        """
        held = [find for find in self._finds.values() if find.found.id == found_id and not find.devices]
        for find in held:
            self.pins.keep(find.found)
            self._settle(find)
        return bool(held)

    def _names(self, found: Found) -> frozenset[str]:
        return found.same_as | {found.id}

    def _unlink(self, find: Find) -> None:
        for name in self._names(find.found):
            self._same.get(name, set()).discard(find.key)

    def _rivals(self, find: Find) -> list[Find]:
        """Others that are the same physical device."""
        keys = {key for name in self._names(find.found) for key in self._same.get(name, ())} - {find.key}
        return [self._finds[key] for key in keys if key in self._finds]

    def _settle(self, find: Find, instead_of: Find | None = None) -> None:
        """Show the best of a find and its rivals."""
        rivals = self._rivals(find)
        best = max([find, *rivals], key=lambda other: (other.source.rank, other.key))
        for other in [find, *rivals]:
            if other is not best and not other.reason.startswith("shown through"):
                self._take_down(other)
                other.reason = f"shown through {best.source.title}"
        if best is find or not best.devices:
            self._put_up(best, instead_of if best is find else None)
        elif instead_of is not None:
            self._take_down(instead_of)

    def _take_down(self, find: Find) -> None:
        for undone in find.undo:
            undone()
        for device in find.devices:
            self._registry.remove(device)
        find.devices, find.undo = [], []

    def _put_up(self, find: Find, instead_of: Find | None) -> None:
        before = {device.id: device for device in instead_of.devices} if instead_of else {}
        if instead_of is not None:
            self._take_down(instead_of)
        find.reason = self._obstacle(find)
        if not find.reason:
            devices = assembled(find.found, self._naming(find.found), find.source)
            find.reason = "" if devices else "there is nothing to control or to read"
            for device in devices:
                self._add(find, device, before.values())
        if find.reason or {d.id: d.name for d in before.values()} != {d.id: d.name for d in find.devices}:
            log.info("%s: %s %s", find.source.title, find.found.name, find.reason or "is there")
        self.changed()

    def _add(self, find: Find, device: FoundDevice, before: Iterable[FoundDevice]) -> None:
        try:
            if not self._wished(find, device):
                return
            if len(self._registry) >= MOST_SHOWN:
                raise PluginError(f"there are {MOST_SHOWN} devices already")
            self._registry.admit(device)
            tools = device.tools()
            self._table.add_all(tools)
            find.undo.append(partial(self._table.remove_all, tools))
            for earlier in before:  # its parts may have been another device's
                device.inherit(earlier)
            find.undo.append(device.attach(self._host))
        except (ToolError, PluginError, LinkError) as error:
            self._registry.remove(device)
            find.reason = str(error)
            return
        find.devices.append(device)

    def _wished(self, find: Find, device: FoundDevice) -> bool:
        """Apply what the owner wants of one device among several of a find; False when it is to be hidden."""
        wish = self._wishes.get(folded(device.id)) or self._wishes.get(folded(device.name))
        if wish is None or wish is self._wish(find.found):
            return True
        device.name = wish.name or device.name
        device.area = device.area if wish.area is None else wish.area
        device.aliases = [*device.aliases, *wish.aliases]
        return not wish.hidden

    def _obstacle(self, find: Find) -> str:
        wish = self._wish(find.found)
        if wish is not None and wish.hidden:
            return "hidden in the configuration"
        if configured := self._configured_for(find):
            return f"configured by hand as {configured}"
        return find.found.hidden or self.pins.problem(find.found)

    @cached_property
    def _configured(self) -> dict[str, str]:
        """Topics that configured devices hear; they are all there before a source finds anything."""
        return {topic: own.name for own in self._registry.devices for topic in own.topics_filled()}

    def _configured_for(self, find: Find) -> str:
        """The device that its owner has written down for the same thing: he knows why."""
        topics = [topic for part in find.found.parts for topic in part.readers]
        if find.source.title == CONFIGURATION:
            self._configured |= dict.fromkeys(topics, find.found.name)
            return ""
        return next((self._configured[topic] for topic in topics if topic in self._configured), "")

    def _wish(self, found: Found) -> DeviceWish | None:
        return self._wishes.get(folded(found.id)) or self._wishes.get(folded(found.name))

    def _naming(self, found: Found) -> Naming:
        wish = self._wish(found)
        name = wish.name if wish and wish.name else found.name
        own = name is found.name  # what the owner has written is his own business
        if (own and (ADDRESS.fullmatch(name.strip()) or orders(name))) or not cleaned(name):
            kind = found.parts[0].kind if found.parts else "device"
            name = f"{kind} {found.id[-4:]}"
        return Naming(
            name=name,
            area=wish.area if wish and wish.area is not None else ("" if orders(found.area) else found.area),
            aliases=(
                *(alias for alias in found.aliases if not orders(alias)),
                *(wish.aliases if wish else ()),
            ),
        )


def _clean(floor: Floor) -> Floor:
    """Names as they may enter a prompt."""
    areas = tuple(name for name in map(cleaned, floor.areas) if name)
    aliases = tuple(name for name in map(cleaned, floor.aliases) if name and not talks(name))
    return replace(floor, name=cleaned(floor.name), areas=areas, aliases=aliases[:10])

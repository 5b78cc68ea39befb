"""A plugin to begin with: its file, its stories and a page about it, which pass as they are."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from types import MappingProxyType

from assistant.brain.understanding.kinds import ANY, family
from assistant.errors import UsageError
from assistant.testing.told import SUFFIX
from assistant.tools.sentences import plural

KINDS = ("device", "tool", "reaction")
CODE = MappingProxyType(
    {
        "device": '''\
"""The NAME, over plain MQTT topics."""

from assistant.api import Device, Topic, hears, state, tool


class CLASS(Device):
    topic: Topic  # a plain attribute is a setting in config.yaml
    on: bool | None = state()  # reported by the device; None until it has

    @tool
    async def turn_on(self) -> str:
        """Switch a device on."""
        await self.publish("{topic}/set", "1")
        await self.confirm(lambda: self.on)  # waits for a report newer than the command
        return f"{self.name} is on"

    @tool
    async def turn_off(self) -> str:
        """Switch a device off."""
        await self.publish("{topic}/set", "0")
        await self.confirm(lambda: self.on is False)
        return f"{self.name} is off"

    @hears("{topic}/state")
    def _state(self, payload: str) -> None:
        self.on = payload == "1"
''',
        "cover": '''\
"""The NAME, over plain MQTT topics."""

from assistant.api import Device, Percent, Topic, hears, state, tool


class CLASS(Device):
    topic: Topic  # a plain attribute is a setting in config.yaml
    position: Percent | None = state(unit="percent")  # reported by the device; None until it has

    @tool
    async def open(self) -> str:
        """Open a device."""
        await self.publish("{topic}/set", "100")
        await self.confirm(lambda: self.position == 100)  # waits for a report newer than the command
        return f"{self.name} is open"

    @tool
    async def close(self) -> str:
        """Close a device."""
        await self.publish("{topic}/set", "0")
        await self.confirm(lambda: self.position == 0)
        return f"{self.name} is closed"

    @hears("{topic}/state")
    def _state(self, payload: str) -> None:
        self.position = int(payload)
''',
        "tool": '''\
"""NAME: counts for you."""

from typing import Annotated

from assistant.api import Range, Risk, ToolError, tool


@tool(risk=Risk.READ, phrases=("NAME for {people} people", "NAME with {people} people"))
async def FILE(people: Annotated[int, Range(0, 100)]) -> str:
    """Tell how much is needed.

    Args:
        people: How many come.
    """
    if people == 0:
        raise ToolError("nobody comes, so nothing is needed")  # this is spoken
    return f"You need {people * 100} grams"
''',
        "reaction": '''\
"""NAME: says when a door has been open for ten minutes."""

from assistant.api import Plugin, StateChanged, when


class CLASS(Plugin):
    door: str = "back door"  # a plain attribute is a setting in config.yaml

    @when(StateChanged, device="{door}", field="open", value=True, lasting="10 min")
    async def left_open(self, change: StateChanged) -> None:
        await self.say(f"The {change.device} has been open for ten minutes")
''',
    }
)
STORIES = MappingProxyType(
    {
        "device": """\
settings: {name: NAME, area: garden, topic: garden/FILE}
device: # what the real one would do: command topic, and what it reports then
  garden/FILE/set: {garden/FILE/state: "{payload}"}
stories:
  - said: turn on the NAME
    calls: [{name: turn_on, args: {device: NAME}}]
    commands: {garden/FILE/set: "1"}
    state: {on: true}
    spoke: The NAME ARE on.
  - said: turn off the NAME
    calls: [{name: turn_off, args: {device: NAME}}]
    state: {on: false}
  - name: it does not answer
    trouble: {deaf: true}
    said: turn on the NAME
    after: 10 s
    failed: true
    spoke: The NAME does not answer.
""",
        "cover": """\
settings: {name: NAME, area: garden, topic: garden/FILE}
device: # what the real one would do: command topic, and what it reports then
  garden/FILE/set: {garden/FILE/state: "{payload}"}
stories:
  - said: open the NAME
    calls: [{name: open, args: {device: NAME}}]
    commands: {garden/FILE/set: "100"}
    state: {position: 100}
    spoke: The NAME ARE open.
  - said: close the NAME
    calls: [{name: close, args: {device: NAME}}]
    state: {position: 0}
  - name: it does not answer
    trouble: {deaf: true}
    said: open the NAME
    after: 10 s
    failed: true
    spoke: The NAME does not answer.
""",
        "tool": """\
stories:
  - said: NAME for 4 people
    calls: [{name: FILE, args: {people: 4}}]
    spoke: You need 400 grams.
  - said: NAME for 0 people
    failed: true
    spoke: Nobody comes, so nothing is needed.
""",
        "reaction": """\
with: # other plugins in this home
  - mqtt_door_sensor: {name: back door, topic: zigbee2mqtt/back door}
stories:
  - name: left open
    happens: {zigbee2mqtt/back door: {contact: false}}
    after: 10 min
    says: The back door has been open for ten minutes
  - name: closed in time
    happens: {zigbee2mqtt/back door: {contact: true}}
    after: 20 min
    says: []
""",
    }
)
ENTRY = MappingProxyType(
    {
        "device": "- FILE: {name: NAME, area: garden, topic: garden/FILE}",
        "tool": "- FILE",
        "reaction": "- FILE: {door: back door}",
    }
)
PAGE = """\
# NAME

What it is, for whoever installs it. In `config.yaml`:

```yaml
plugins:
  ENTRY
```

Its stories are in `FILE.stories.yaml`: `assistant plugin test FILE.py`.
"""


TAKEN = frozenset({"on", "off", "yes", "no", "true", "false", "null", "home", "house", "mqtt"})
"""What means something else in a configuration, or in a sentence."""
AS_A_SWITCH = """\
class CLASS(Device):
    kind: ClassVar[str] = "switch"  # a WORD is not turned on; its own verbs are in docs/plugins.md
"""


def file_name(name: str) -> str:
    """The name of a plugin file: ``Garden pump`` → ``garden_pump``.

    Raises:
        UsageError: it cannot be one.
    """
    stem = re.sub(r"[\s-]+", "_", name.strip().lower())
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", stem) or keyword.iskeyword(stem) or stem in TAKEN:
        raise UsageError(
            f"{name[:60]!r} is no name for a plugin; write words of letters, such as garden_pump"
        )
    return stem


def _device(word: str) -> tuple[str, str]:
    """The file of a device, and its stories; ``word`` is what it is, and so what can be said to it."""
    verbs = family(word).verbs
    if "open" in verbs and "on" not in verbs:
        return CODE["cover"], STORIES["cover"]
    if verbs.get("on") == "turn_on" or family(word) is ANY:
        return CODE["device"], STORIES["device"]
    code = CODE["device"].replace("\nfrom assistant", "\nfrom typing import ClassVar\n\nfrom assistant", 1)
    return code.replace("class CLASS(Device):\n", AS_A_SWITCH.replace("WORD", word)), STORIES["device"]


def written(name: str, kind: str, folder: Path) -> list[Path]:
    """Write the three files of a new plugin; never over one that is there.

    Raises:
        UsageError: the name is no name for a file, or one of the files is there.
    """
    stem = file_name(name)
    code, stories = _device(stem.rpartition("_")[2]) if kind == "device" else (CODE[kind], STORIES[kind])
    texts = {
        folder / f"{stem}.py": code,
        folder / f"{stem}{SUFFIX}": stories,
        folder / f"{stem}.md": PAGE.replace("ENTRY", ENTRY[kind]),
    }
    for path in texts:
        if path.exists():
            raise UsageError(f"{path}: is there already; nothing was written")
    shown, cls = stem.replace("_", " "), "".join(part.title() for part in stem.split("_"))
    verb = "are" if plural(shown) else "is"
    for path, text in texts.items():
        filled = text.replace("CLASS", cls).replace("FILE", stem).replace("NAME ARE", f"{shown} {verb}")
        filled = filled.replace("NAME", shown)
        path.write_text(filled, encoding="utf-8")
    return list(texts)

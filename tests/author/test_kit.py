"""The kit's fixtures, as an author uses them: real broker, real registry, a clock that can be put forward."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from assistant.author.scaffold import written
from assistant.errors import UsageError
from assistant.testing import Actor, Brain, Clock, Home
from assistant.testing.stories import played
from assistant.testing.told import read

Acting = Callable[[dict[str, Callable[[str], dict[str, str]]]], Awaitable[Actor]]


async def test_a_device_and_its_firmware(home: Home, actor: Acting, brain: Brain, tmp_path: Path) -> None:
    code, *_ = written("pump", "device", tmp_path)
    plugin = await home.add(code, name="pump", topic="pump")
    pump = await actor({"pump/set": lambda payload: {"pump/state": payload}})
    assert (await brain.calls("turn_on", device="pump")).text == "The pump is on."
    assert home.device("pump").states == {"on": True}
    assert pump.heard == [("pump/set", "1")]
    pump.lying = True
    result, _ = await asyncio.gather(brain.calls("turn_off", device="pump"), home.clock.forward(10))
    assert (result.ok, result.text) == (False, "The pump did not do it.")
    said = await brain.hears("is the pump on")
    assert said.text.startswith("Yes")
    assert plugin.title == "pump"


async def test_ten_minutes_pass_at_once(home: Home, clock: Clock, tmp_path: Path) -> None:
    code, *_ = written("watch", "reaction", tmp_path)
    await home.add("mqtt_door_sensor", name="back door", topic="door")
    await home.add(code)
    clock.set("23:50")
    await home.publish("door", {"contact": False})
    began = time.monotonic()
    await clock.forward(590)
    assert home.voice.said == []
    await clock.forward(20)
    assert home.voice.said == ["The back door has been open for ten minutes"]
    assert time.monotonic() - began < 8
    assert (clock.now().hour, clock.now().minute) == (0, 0)


async def test_a_story_that_does_not_come_true_is_told(
    story: Callable[[Path], Awaitable[None]], tmp_path: Path
) -> None:
    _, stories, _ = written("pump", "device", tmp_path)
    await story(stories)
    stories.write_text(stories.read_text().replace("The pump is on.", "It is on."))
    with pytest.raises(AssertionError, match="turn on the pump: it spoke 'The pump is on.', not 'It is on.'"):
        await story(stories)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stories: [\n", "x.stories.yaml:2:1: "),
        ("- a\n", "expected `stories:` and a list under it"),
        (
            "stories: [{sayd: x}]\n",
            "x.stories.yaml:1:12: 'sayd' is not a key of a story; known here: name, at, happens, phase",
        ),
        ("setings: {}\nstories: []\n", "'setings' is not a key; known here: plugin, settings"),
        ("device: {a: b}\nstories: []\n", "for the device's command topic 'a' write {report topic: payload}"),
        (
            "stories:\n  - {said: x, calls: [turn_on]}\n",
            "x.stories.yaml:2:15: a call is written as `calls: [{name: turn_on, args: {device: lamp}}]`, found 'turn_on'",
        ),
        ("stories: [3]\n", "a story is a mapping such as `said: turn on the lamp`, found 3"),
    ],
)
def test_a_mistake_in_stories_is_told(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "x.stories.yaml"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        read(file)
    assert words in str(caught.value)


ODD = """from typing import Literal
from assistant.api import Device, Percent, Topic, hears, state, tool

class Odd(Device):
    topic: Topic
    on: bool | None = state()
    humidity: Percent | None = state()
    tank: Literal["ok", "full"] | None = state()

    @tool
    async def turn_on(self) -> str:
        \"\"\"Switch a device on.\"\"\"
        await self.publish("{topic}/cmd", "P1")
        await self.confirm(lambda: self.on)
        return f"{self.name} is on"

    @hears("{topic}/out")
    def _out(self, payload: str) -> None:
        pairs = dict(each.split("=", 1) for each in payload.split())
        self.on = pairs["pwr"] == "1"
        self.humidity = int(pairs["hum"])
        self.tank = "full" if pairs["tank"] == "1" else "ok"
"""
ODD_STORIES = """settings: {name: dryer, topic: dry}
with: [beside]
device:
  dry/cmd:
    - P1: {dry/out: pwr=1 hum=61 tank=1}
    - P0: {dry/out: pwr=0 hum=61 tank=0}
stories:
  - said: turn on the dryer
    state: {on: true, humidity: 61, tank: full}
  - name: nonsense
    happens: {dry/out: pwr=1 hum=900 tank=1}
    state: {humidity: 900}
"""


async def test_firmware_by_command_a_plugin_beside_and_what_the_log_says(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(ODD)
    (tmp_path / "beside.py").write_text(
        'from assistant.api import tool\n@tool\nasync def nod() -> str:\n    """Nod."""\n    return ""\n'
    )
    file = tmp_path / "odd.stories.yaml"
    file.write_text(ODD_STORIES)
    told = [(mistake.story, mistake.problem) for mistake in await played(file)]
    assert told[0] == ("nonsense", "dryer: humidity is 61, not 900")
    assert len(told) == 2
    assert told[1][1].startswith("meanwhile the log said: dryer could not read dry/out: ")
    assert "odd.py:21: ValueError: humidity 900 is not between 0 and 100" in told[1][1]


async def test_of_calls_what_is_written_counts(tmp_path: Path) -> None:
    (tmp_path / "mix.py").write_text(
        "from assistant.api import tool\n@tool(phrases=('mix {hue} and {tone}', 'mix'))\n"
        "async def mix(hue: str = '', tone: str = '') -> str:\n    \"\"\"Mix.\"\"\"\n    return 'Mixed'\n"
    )
    file = tmp_path / "mix.stories.yaml"
    said = "  - {said: mix pink and grey, calls: "
    file.write_text(
        f"stories:\n{said}[{{name: mix}}]}}\n{said}[{{name: mix, args: {{tone: grey}}}}]}}\n"
        "  - {said: mix, calls: [{name: mix, args: {}}]}\n"
        f"{said}[{{name: mix, args: {{}}}}]}}\n{said}[{{name: mix, args: {{tone: red}}}}]}}\n{said}[]}}\n"
        f"{said}[{{name: mix}}, {{name: mix}}]}}\n{said}[{{name: mix, args: {{size: 3}}}}]}}\n"
    )
    call = "{'name': 'mix', 'args': {'hue': 'pink', 'tone': 'grey'}}"
    told = [mistake.problem for mistake in await played(file)]
    assert len(told) == 5
    assert told[0] == f"the calls were [{call}], not [{{'name': 'mix', 'args': {{}}}}]"


async def test_a_service_that_is_deaf_or_broken(tmp_path: Path) -> None:
    (tmp_path / "asks.py").write_text(
        "from assistant.api import Plugin, ToolError, tool\nclass Asks(Plugin):\n    url: str\n"
        '    http_hosts = ("{url}",)\n    @tool(phrases=("ask it",))\n    async def ask(self) -> str:\n'
        '        """Ask."""\n        return f"It says {(await self.http.get(self.url)).status}"\n'
    )
    file = tmp_path / "asks.stories.yaml"
    file.write_text(
        "settings: {url: '{web}/x'}\nweb: {/x: 1}\nstories:\n  - {said: ask it, spoke: It says 200.}\n"
        "  - {said: ask it, trouble: {lying: true}, spoke: It says 500.}\n"
        "  - {said: ask it, trouble: {deaf: true}, after: 12 s, failed: true}\n"
        "  - {said: ask it, spoke: It says 200.}\n"
    )
    assert await played(file) == []


SCREEN = '''"""A panel of dots."""
from assistant.api import Topic
from assistant.api.pictures import Display, Picture

class Dots(Display):
    topic: Topic

    async def show(self, picture: Picture) -> None:
        await self.publish("{topic}/size", f"{picture.width} by {picture.height}")

    async def clear(self) -> None:
        await self.publish("{topic}/off", "")
'''
SCREEN_STORIES = """settings: {name: dots, topic: "{folder}", width: 28, height: 14}
with: [pictures]
files: {x: 3}
screens: {kitchen: kitchen}
gallery: [a cat]
stories:
  - said: write hello on the dots screen
    shows: {dots: hello, kitchen: null}
  - said: show it on the kitchen
    shows: {kitchen: hello}
  - said: clear the dots screen
    shows: {dots: hello}
"""


async def test_a_screen_is_shown_pictures_and_what_it_shows_is_seen(tmp_path: Path) -> None:
    (tmp_path / "dots.py").write_text(SCREEN)
    file = tmp_path / "dots.stories.yaml"
    file.write_text(SCREEN_STORIES)
    told = [(mistake.story, mistake.problem) for mistake in await played(file)]
    assert told == [("clear the dots screen", "the dots screen shows '', not 'hello'")]


async def test_what_a_plugin_publishes_is_a_command_and_keys_are_text(tmp_path: Path) -> None:
    (tmp_path / "bell.py").write_text(
        "from assistant.api import Plugin, tool\nclass Bell(Plugin):\n    on: dict[str, int]\n"
        '    @tool(phrases=("ring",))\n    async def ring_it(self) -> str:\n        """Ring."""\n'
        '        await self.publish("bell", self.on)\n        return ""\n'
    )
    file = tmp_path / "bell.stories.yaml"
    file.write_text(
        "settings: {on: {off: 1}}\nstories:\n  - {said: ring, commands: {bell: {off: 1}}, absent: [commands]}\n"
    )
    assert await played(file) == []


async def test_the_clock_is_set_to_a_day(clock: Clock) -> None:
    for day in ("2026-07-01", "2027-01-15"):  # whatever the hour of the sun is today
        clock.set(f"{day} 18:59")
        assert f"{clock.now():%Y-%m-%d %H:%M}" == f"{day} 18:59"
        await clock.forward(60)
        assert f"{clock.now():%H:%M}" == "19:00"
    with pytest.raises(ValueError, match="'2026-13-01' is no date; write for example 2026-12-01 18:59"):
        clock.set("2026-13-01 7:00")


LOOKS = '''"""Tells of parcels."""
from assistant.api import look, snapshot, tool

@tool(phrases=("is there a parcel at the {camera}",))
async def find_parcel(camera: str) -> str:
    """Look."""
    seen = await look(camera, "is a parcel there?", kind="facts")
    picture = await snapshot(camera)
    return f"{seen.text} {seen.facts['parcels']}, {picture[:3] == bytes((255, 216, 255))}"
'''
LOOKS_STORIES = """cameras:
  front door: A cat sits there.
  gate: {summary: A parcel lies there., parcels: 1}
stories:
  - {said: is there a parcel at the gate, spoke: "A parcel lies there. 1, True."}
  - {said: is there a parcel at the front door, spoke: "A cat sits there. 0, True."}
  - said: is there a parcel at the front garden
    failed: true
    spoke: I have no camera called 'front garden'; there is front door.
  - {said: is there a parcel at the gate, trouble: {deaf: true}, failed: true, spoke_has: I can't see the gate}
"""


async def test_cameras_see_what_the_stories_say(
    home: Home, brain: Brain, tmp_path: Path, story: Callable[[Path], Awaitable[None]]
) -> None:
    code, stories = tmp_path / "parcels.py", tmp_path / "parcels.stories.yaml"
    code.write_text(LOOKS)
    stories.write_text(LOOKS_STORIES)
    await story(stories)
    await home.add(code)
    none = await brain.calls("find_parcel", camera="gate")
    assert (none.ok, none.text[:26]) == (False, "There is no camera here; n")
    home.cameras["gate"] = "A parcel lies there."
    assert (await brain.calls("find_parcel", camera="gate")).text == "A parcel lies there. 0, True."


def test_what_cameras_see_is_text_or_facts(tmp_path: Path) -> None:
    file = tmp_path / "x.stories.yaml"
    file.write_text("cameras: {gate: 3}\nstories: []\n")
    with pytest.raises(UsageError, match=r"x\.stories\.yaml:1:.* write what a look tells, .*found 3"):
        read(file)

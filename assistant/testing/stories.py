"""Plays stories in a home of their own, and says what of them did not come true."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.errors import AssistantError, UsageError
from assistant.events import PhaseChanged
from assistant.testing.clock import Clock
from assistant.testing.home import Home, Said
from assistant.testing.told import Stories, filled, in_the_environment, read
from assistant.testing.web import Web
from assistant.wallclock import seconds_in

MOST_LINES = 3
TROUBLES = ("slow", "deaf", "lying")


@dataclass(frozen=True)
class Mistake:
    """What of a story did not come true: its name, and what there was instead."""

    story: str
    problem: str


async def played(file: Path) -> list[Mistake]:
    """Play the stories of a file, one after the other in one home; what did not come true.

    Raises:
        UsageError: the file is no file of stories.
        PluginError: the plugin cannot be used.
    """
    told = read(file)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        clock = stack.enter_context(Clock())
        home = await stack.enter_async_context(Home.opened(folder, clock))
        web = await stack.enter_async_context(Web(told.web).served())
        troubled: list[Any] = [web]
        there = await stack.enter_async_context(places(told, web.url, folder, troubled))
        home.folders = [file.parent]
        for name, settings in told.others:
            await home.add(name, **filled(settings, there))
        for name, area in told.screens.items():
            home.pictures.browser(name, area or "")
        for words in told.gallery:
            await home.pictures.painted(words)
        home.cameras.update(told.cameras)
        plugin = await home.add(told.plugin, **filled(told.settings, there))
        actor = await home.actor(told.device)
        stage = Stage(home, web, [*troubled, actor, home.pictures, home.cameras], plugin.title)
        mistakes: list[Mistake] = []
        for number, story in enumerate(told.stories, 1):
            name = str(story.get("name") or story.get("said") or f"story {number}")
            with complaints() as heard:
                try:
                    problems = await stage.play(story)
                except (AssistantError, TimeoutError, ValueError) as error:
                    problems = [str(error) or type(error).__name__]
            problems += _complained(story, heard)
            if problems:  # the log says why, as often as not
                problems += [f"meanwhile the log said: {line}" for line in heard[:MOST_LINES]]
            mistakes += [Mistake(name, problem) for problem in problems]
        return mistakes


def _complained(story: dict[str, Any], heard: list[str]) -> list[str]:
    wanted = story.get("complains", heard)
    wanted = [wanted] if isinstance(wanted, str) else wanted
    as_wanted = len(wanted) == len(heard) and all(w in h for w, h in zip(wanted, heard, strict=True))
    return [] if as_wanted else [f"the log said {heard}, not {wanted}"]


@contextmanager
def complaints() -> Iterator[list[str]]:
    """What is logged as a warning or worse while the block lasts."""
    heard: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    root = logging.getLogger()
    level, others = root.level, [(other, other.level) for other in root.handlers]
    for other, own in others:  # the terminal goes on hearing no more than it did
        other.setLevel(max(own, level))
    root.setLevel(min(level, logging.WARNING))
    root.addHandler(handler)
    try:
        yield heard
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        for other, own in others:
            other.setLevel(own)


@asynccontextmanager
async def places(told: Stories, web: str, folder: Path, troubled: list[Any]) -> AsyncIterator[dict[str, str]]:
    """What the stories' settings may speak of, by its name in braces; their secrets are told meanwhile.

    What is made for it, and can be in trouble, is added to ``troubled``.
    """
    async with AsyncExitStack() as stack:
        there = {"{web}": web, "{host}": web.removeprefix("http://"), "{folder}": str(folder)}
        for name, content in told.files.items():
            await asyncio.to_thread(_written, folder / name, content)
        if told.home_assistant:
            from assistant.testing.home_assistant import home_assistant

            made, there["{home_assistant}"] = await stack.enter_async_context(home_assistant())
            troubled.append(made)
        stack.enter_context(in_the_environment(filled(told.secrets, there)))
        yield there


def _written(file: Path, content: str | int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(bytes(content) if isinstance(content, int) else str(content).encode())


class Stage:
    """Plays one story after the other."""

    def __init__(self, home: Home, web: Web, troubled: Sequence[Any], device: str) -> None:
        self._home, self._web, self._troubled, self._device = home, web, troubled, device

    async def play(self, story: dict[str, Any]) -> list[str]:
        """Do what it tells, in the order of `TELL`; what it expects and is not so."""
        home = self._home
        said_before = len(home.voice.said)
        asked_before = len(self._web.asked)
        sent_before = len(home.published)
        self._trouble(story.get("trouble") or {})
        if at := story.get("at"):  # YAML 1.1 reads 7:30 as a number
            home.clock.set(at if isinstance(at, str) else f"{at // 60}:{at % 60:02}")
        async with home.commands() as commands:
            for topic, payload in (story.get("happens") or {}).items():
                await home.publish(topic, payload)
            if "phase" in story:
                home.happen(PhaseChanged(str(story["phase"])))
            said = await self._spoken(story)
            await home.settle()
        announced = home.voice.said[said_before:]
        sent = home.published[sent_before:]
        asked = self._web.asked[asked_before:]
        found = [*self._answers(story, said, announced), *self._effects(story, sent)]
        if "commands" in (story.get("absent") or []) and commands:
            found.append(f"there were the commands {[(each.topic, each.payload) for each in commands]}")
        found += [
            problem
            for screen, words in (story.get("shows") or {}).items()
            if (problem := await self._shown(str(screen), words))
        ]
        if "asked" in story and asked != story["asked"]:
            found.append(f"it asked the web for {asked}, not {story['asked']}")
        return found

    async def _shown(self, screen: str, words: str | None) -> str:
        shown = await self._home.pictures.shown(screen)
        return "" if shown == (words or "") else f"the {screen} screen shows {shown!r}, not {words!r}"

    async def _spoken(self, story: dict[str, Any]) -> Said:
        seconds = seconds_in(str(story["after"])) if "after" in story else 0.0
        if "said" not in story:
            await self._home.clock.forward(seconds)
            return Said()
        speaking = asyncio.get_running_loop().create_task(self._home.brain.hears(str(story["said"])))
        try:
            await self._home.settle()
            await self._home.clock.forward(seconds)
            if story.get("cancelled"):
                return Said("")
            return await speaking
        finally:
            speaking.cancel()
            await asyncio.wait([speaking])

    def _trouble(self, trouble: Mapping[str, Any]) -> None:
        for name in trouble:
            if name not in TROUBLES:
                raise UsageError(f"{name!r} is no trouble of a device; known here: {', '.join(TROUBLES)}")
        for each in self._troubled:
            each.slow = float(trouble.get("slow", 0))
            each.deaf, each.lying = bool(trouble.get("deaf")), bool(trouble.get("lying"))

    def _answers(self, story: dict[str, Any], said: Said, announced: list[str]) -> list[str]:
        found = []
        calls = said.calls
        if "calls" in story and not _as_written(calls, story["calls"]):
            found.append(f"the calls were {calls}, not {story['calls']}")
        failed = any(not result.ok for result in said.results)
        if "said" in story and failed is not bool(story.get("failed", False)):
            found.append(f"it {'failed' if failed else 'did not fail'}: {said.text!r}")
        if "spoke" in story and said.text != story["spoke"]:
            found.append(f"it spoke {said.text!r}, not {story['spoke']!r}")
        if str(story.get("spoke_has", "")) not in said.text:
            found.append(f"it spoke {said.text!r}, without {story['spoke_has']!r}")
        if "told" in story and said.told != story["told"]:
            found.append(f"meanwhile it told {said.told}, not {story['told']}")
        wanted = story.get("says", [] if "says" in (story.get("absent") or []) else announced)
        if announced != ([wanted] if isinstance(wanted, str) else wanted):
            found.append(f"by itself it said {announced}, not {wanted}")
        return found

    def _effects(self, story: dict[str, Any], sent: list[tuple[str, str]]) -> list[str]:
        found = [
            f"no command {payload!r} on {topic}, but {sent}"
            for topic, payload in (story.get("commands") or {}).items()
            if not any(topic == where and _same(payload, what) for where, what in sent)
        ]
        wanted = story.get("state") or {}
        by_device = wanted if all(isinstance(v, dict) for v in wanted.values()) else {self._device: wanted}
        for name, fields in by_device.items():
            states = self._home.device(name).states
            for key, value in fields.items():
                if states.get(key) != value:
                    found.append(f"{name}: {key} is {states.get(key)!r}, not {value!r}")
        return found


def _same(wanted: Any, sent: str) -> bool:
    if isinstance(wanted, str):
        return wanted == sent
    try:
        return bool(json.loads(sent) == wanted)
    except ValueError:
        return False


def _as_written(calls: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> bool:
    """Whether these calls were made, in this order, with the arguments that are written; ``{}`` is none."""
    if len(calls) != len(wanted):
        return False
    for call, written in zip(calls, wanted, strict=True):
        args = call["args"] if written.get("args") == {} else _only(call["args"], written.get("args", {}))
        if (call["name"], args) != (written["name"], written.get("args", {})):
            return False
    return True


def _only(args: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    return {name: args[name] for name in written if name in args}

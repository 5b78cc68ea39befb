"""`assistant plugin say`: one sentence in a whole house, with the plugin in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant import config as configuration
from assistant.app import House, furnished, run
from assistant.author.declared import loaded
from assistant.author.explain import why
from assistant.cli.output import Output
from assistant.config import PluginEntry
from assistant.display import Display
from assistant.errands import Errands
from assistant.loader import Loaded, LoadState
from assistant.testing.actor import Actor
from assistant.testing.stories import places
from assistant.testing.told import Stories, filled, read, stories_beside
from assistant.testing.web import Web


class Watch:
    """How long each part of it took, in seconds."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self._since = time.monotonic()

    def lap(self, part: str) -> None:
        """What was done until now was this."""
        now = time.monotonic()
        self.took[part], self._since = round(now - self._since, 2), now


async def tried(text: str, path: Path, settings: dict[str, Any], output: Output) -> bool:
    """Say it in the pretend home with the embedded brain; whether a tool of the plugin did it.

    Its stories lend what they have: settings, the plugins beside it, its firmware, the pages of its web.
    """
    beside, watch = stories_beside(path), Watch()
    told = read(beside) if beside.is_file() else Stories(beside, path)
    async with AsyncExitStack() as stack:
        state, lent = (Path(stack.enter_context(TemporaryDirectory())) for _ in range(2))
        web = await stack.enter_async_context(Web(told.web).served())
        there = await stack.enter_async_context(places(told, web.url, lent, []))
        found = loaded(path, filled({**told.settings, **settings}, there))
        if found.state is not LoadState.ENABLED or found.entry is None:
            output.tell({"event": "error", "text": found.reason})
            return False
        watch.lap("load")
        others = [PluginEntry(name=name, settings=filled(given, there)) for name, given in told.others]
        config = _house(state, path, [found.entry, *others])
        ok, items = await _said(text, config, found, told, (output, watch))
    calls = [{"name": item["name"], "args": item["args"]} for item in items if item["event"] == "tool_call"]
    answer = " ".join(item["text"] for item in items if item["event"] == "spoke")
    screen = any(isinstance(plugin, Display) for plugin in found.plugins)
    unreached = _unshown(calls) if screen else why(text, found.tools, calls, answer)
    reasons = [*unreached, *_unplayed(items, told)]
    for reason in reasons:
        output.tell({"event": "reason", "text": reason})
    watch.lap("close")
    output.tell({"event": "took", "seconds": round(sum(watch.took.values()), 2), "parts": watch.took})
    return ok and not reasons


async def _said(
    text: str, config: configuration.Config, found: Loaded, told: Stories, tell: tuple[Output, Watch]
) -> tuple[bool, list[dict[str, Any]]]:
    output, watch = tell
    items: list[dict[str, Any]] = []
    # Nothing has been said to the author's devices yet: they are not waited for.
    silent = [each.title for each in found.plugins]
    silent += [str(settings.get("name")) for _, settings in told.others]

    def heard(item: dict[str, Any]) -> None:
        items.append(item)
        output.tell(item)

    async def use(house: House) -> int:
        house.ears_open.set()
        actor = Actor(house.broker.address, told.device)
        async with asyncio.TaskGroup() as tasks:
            acting = tasks.create_task(actor.run())
            await actor.ready()
            await furnished(house, besides=silent)
            watch.lap("build")
            ok = await Errands(house).handle({"do": "say", "text": text}, heard)
            watch.lap("answer")
            acting.cancel()
        return 0 if ok else 1

    return await run(config, use) == 0, items


def _unshown(calls: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A screen has no tools of its own: the plugin `pictures` shows on it."""
    if not calls:
        yield "A screen shows what the plugin `pictures` is asked for: say, for example, draw a cat on it."


def _unplayed(items: Sequence[dict[str, Any]], told: Stories) -> Iterator[str]:
    """Commands after which nobody reported; the pretend home's own devices always do."""
    reported = {item["device"] for item in items if item["event"] == "report"}
    for item in items:
        if item["event"] == "command" and item["device"] not in reported:
            yield (
                f"Nobody plays the {item['device']} here: write what it reports after {item['payload']} on "
                f"{item['topic']} under `device:` in {told.file.name}"
            )


def _house(state: Path, path: Path, entries: Sequence[PluginEntry]) -> configuration.Config:
    """The documented default, with these plugins first, in a state folder of its own."""
    chosen = {
        "ASSISTANT_STATE_DIR": str(state),
        "ASSISTANT_BRAIN": "embedded",
        "ASSISTANT_MQTT_URL": "embedded",
    }
    config = configuration.load(configuration.shipped(), chosen)
    folder = path.parent.parent if path.name == "__init__.py" else path.parent
    home = config.home.model_copy(update={"sources": []})
    named = {entry.name for entry in entries}
    others = [entry for entry in config.plugins if entry.settings or entry.name not in named]
    return config.model_copy(update={"plugin_paths": [folder], "plugins": [*entries, *others], "home": home})

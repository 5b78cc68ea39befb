"""Everything that people say to pictures on their screens, one sentence after the other, in a whole house.

Each sentence goes through the house's own brain, its tools, a painter behind the real SDK and two screens; what is
looked at is what hangs where afterwards.
"""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.app import House
from assistant.brain.speaking import Voice
from assistant.config import PluginEntry
from assistant.errands import Errands
from assistant.events import ToolFinished
from tests.brain.stand_ins import brain
from tests.parts.home import until
from tests.parts.homes import lived_in, shipped, told
from tests.parts.web import body, web
from tests.vision.parts import painter

pytestmark = pytest.mark.speech

SCRIPT = """
- {on: picture, match: "add a boat", do: [draw: {ground: "#404040"}]}
- {on: picture, match: "add boat", do: [draw: {ground: "#404040"}]}
- {on: picture, match: "in Spanish", do: [draw: {ground: "#505050"}]}
- {on: picture, match: "night", do: [draw: {ground: "#101030"}]}
- {on: picture, match: "snow", do: [draw: {ground: "#f0f0f0"}]}
- {on: picture, do: [draw]}
"""
Row = tuple[str, str, str, str]
TALK: list[Row] = [
    # what is said, what is answered, what hangs in the kitchen, what hangs on the television
    ("draw a harbour everywhere", "The picture is on 2 screens.", "harbour", "harbour"),
    ("only in the kitchen", "The picture is on the kitchen screen.", "harbour", ""),
    ("on the TV", "The picture is on the tv screen.", "harbour", "harbour"),
    ("clear it", "The screen is clear.", "harbour", ""),
    ("draw a cat on the kitchen screen", "The picture is on the kitchen screen.", "cat", ""),
    ("make it night-time", "The changed picture is on the kitchen screen.", "night time", ""),
    ("add a boat", "The changed picture is on the kitchen screen.", "add boat", ""),
    ("in Spanish", "The changed picture is on the kitchen screen.", "in Spanish", ""),
    ("the one before", "The picture before is on the kitchen screen.", "add boat", ""),
    ("undo", "The picture before is on the kitchen screen.", "night time", ""),
    ("make it snow", "The changed picture is on the kitchen screen.", "snow", ""),  # a branch of the night
    ("save it", "The picture is saved.", "snow", ""),
    ("make it my background", "It is the background of the kitchen screen now.", "snow", ""),
    ("send it to my phone", "The picture is sent", "snow", ""),
    ("no, the first one was better", "The picture before is on the kitchen screen.", "night time", ""),
    ("put it on the TV too", "The picture is on the tv screen.", "night time", "night time"),
    ("clear it", "The screen is clear.", "night time", ""),
    ("clear the kitchen screen", "The screen is clear.", "", ""),
    ("draw three pictures of a hat on the tv", "Three pictures are on the tv screen.", "", ""),
    ("the second one", "The picture is on the tv screen.", "", "hat"),
    ("show me the third", "The picture is on the tv screen.", "", "hat"),
    # a screen is one that there is; what else things are on is in the picture:
    ("draw a boat on the lake on the tv", "The picture is on the tv screen.", "", "boat on the lake"),
    (
        "add a bird on the mast on the tv",
        "The changed picture is on the tv screen.",
        "",
        "add bird on the mast",
    ),
    ("draw a dog on the kitchen", "The picture is on the kitchen screen.", "dog", "add bird on the mast"),
    ("make it square", "The changed picture is on the kitchen screen.", "square", "add bird on the mast"),
    (
        "make it red on the attic screen",
        "There is no attic screen; there is kitchen and tv.",
        "square",
        "add bird on the mast",
    ),
    ("clear the kitchen screen", "The screen is clear.", "", "add bird on the mast"),
    # and what is about the home stays about the home:
    (
        "dim the kitchen light to 40 percent",
        "The kitchen light is on at 40 percent",
        "",
        "add bird on the mast",
    ),
    ("make it brighter", "The kitchen light is on at 60 percent", "", "add bird on the mast"),
]


ERASABLE = '''
from pathlib import Path
from assistant.api.pictures import Display, Picture

class Erasable(Display):
    """A file that can be cleared."""
    file: Path
    async def show(self, picture: Picture) -> None:
        """Write it."""
        self.file.write_bytes(picture.data)
    async def clear(self) -> None:
        """Remove it."""
        self.file.unlink(missing_ok=True)
'''


Use = Callable[[House, Errands], Awaitable[None]]


def screen(folder: Path, name: str, area: str) -> PluginEntry:
    settings = {"name": name, "area": area, "file": str(folder / f"{name}.jpg"), "width": 320, "height": 200}
    return PluginEntry(name="erasable", settings=settings)


async def talked(folder: Path, script: str, use: Use, *more: PluginEntry, **pictures: Any) -> None:
    """Use a house with a television (and what more there is) for whose pictures a scripted brain is asked; its
    voice is the quickest one, because what is said is waited for."""
    (folder / "erasable.py").write_text(ERASABLE)
    config = shipped(folder / "state", ASSISTANT_BRAIN__VOICE="pip")
    plugins = [*config.plugins, *more, screen(folder, "tv", "living room")]
    async with brain(folder / "cloud", script=script) as cloud:

        async def painted(house: House, errands: Errands) -> None:
            house.studio.painter = painter(cloud, house.studio.store, house.purse, **pictures)
            await use(house, errands)

        await lived_in(config.model_copy(update={"plugins": plugins, "plugin_paths": [folder]}), painted)


async def says(house: House, errands: Errands, text: str) -> str:
    with house.bus.subscribed(ToolFinished) as news:
        _, items = await told(errands, {"do": "say", "text": text})
        try:
            async with asyncio.timeout(30 if any(item["event"] == "tool_call" for item in items) else 0):
                result = await news.get()
        except TimeoutError:
            return f"(no tool) {items[-1]}"
        assert isinstance(result, ToolFinished)
        return result.text


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # in Apprise
async def test_every_sentence_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(house: House, errands: Errands) -> None:
        store, wrong = house.studio.store, []
        for said, answer, *hang in TALK:
            result = await says(house, errands, said)
            now = []
            for name in ("kitchen", "tv"):
                ident = await store.on(name)
                now.append((await store.entry(ident)).prompt if ident else "")
            if (result.rstrip("."), now) != (answer.rstrip("."), list(hang)):
                wrong.append(f"{said}: {result} {now}")
        assert not wrong, "\n".join(wrong)
        (snow,) = [each for each in await store.entries() if each.prompt == "snow"]
        (night,) = [each for each in await store.entries() if each.prompt == "night time"]
        assert (snow.parent, snow.kept) == (night.id, True)
        (square,) = [each for each in await store.entries() if each.prompt == "square"]
        assert square.width == square.height

    async with web() as phone:
        phone.answers["/notes"] = body(b"{}")
        monkeypatch.setenv("ASSISTANT_APPRISE_URLS", f"json://127.0.0.1:{phone.port}/notes")
        more = (screen(tmp_path, "kitchen", "kitchen"), PluginEntry(name="notifications"))
        await talked(tmp_path, SCRIPT, use, *more, ask_above_usd=1)
        assert len(phone.asked) == 1


async def test_a_drawing_that_goes_on_is_stopped_by_what_is_said_meanwhile(tmp_path: Path) -> None:
    """It need not have been said last, and what was done besides stays done."""

    async def use(house: House, errands: Errands) -> None:
        async with asyncio.TaskGroup() as tasks:
            drawing = tasks.create_task(told(errands, {"do": "say", "text": "show me a dragon on the tv"}))
            await until(lambda: bool(house.conversation.calling.running))
            assert (await told(errands, {"do": "say", "text": "turn on the kitchen light"}))[0]
            assert (await told(errands, {"do": "say", "text": "stop drawing"}))[0]
        worked, items = await drawing
        assert not worked
        results = [item["text"] for item in items if item["event"] == "tool_result"]
        assert results == ["That was stopped."]
        (light,) = [each for each in house.registry.devices if each.name == "kitchen light"]
        assert light.states["on"]
        assert not await house.studio.store.entries()
        assert await says(house, errands, "stop drawing") == "Nothing is being drawn now."

    await talked(tmp_path, "- {on: picture, do: [wait: 60, draw]}", use, seconds=90)


async def test_the_price_is_asked_while_nobody_waits_and_the_answer_counts(tmp_path: Path) -> None:
    """A slow tool asks: the turn that made it is over by then, or nobody could ever answer."""

    async def use(house: House, errands: Errands) -> None:
        for answer, result in (("no", "Okay, I don't draw it."), ("yes", "Two pictures are on the")):
            _, items = await told(errands, {"do": "say", "text": "draw two pictures of a hat on the tv"})
            spoke = [item["text"] for item in items if item["event"] == "spoke"]
            assert spoke == [
                "I have a question first.",
                "Two pictures in 1K cost about 7 cents. Shall I draw them?",
            ]
            _, items = await told(errands, {"do": "say", "text": answer})
            assert not [item for item in items if item["event"] == "tool_call"]
            await until(lambda: not house.conversation.calling.running)
            ended = [item["text"] for item in items if item["event"] == "tool_result"]
            assert ended[0].startswith(result)
        _, items = await told(errands, {"do": "say", "text": "draw a hat on the tv"})
        events = [item["event"] for item in items if item["event"] in ("spoke", "tool_result")]
        assert events == ["spoke", "tool_result", "spoke"]  # "I'm drawing it" is over before it is drawn

    await talked(tmp_path, "- {on: picture, do: [wait: 1.5, draw]}", use, ask_above_usd=0.05)


async def test_open_words_that_the_own_ear_heard_are_asked_back_before_they_cost_anything(
    tmp_path: Path,
) -> None:
    """It knows the words of a home; what else it has heard may be anything. What is typed is as it is."""

    async def use(house: House, errands: Errands) -> None:
        assert await says(house, errands, "draw a cat on the tv") == "The picture is on the tv screen."
        async with Voice() as clear:
            recording(
                tmp_path / "said.wav", [piece async for piece in clear.speak("change the picture to winter")]
            )
        for answer, kept in (("no", 1), ("yes", 2)):
            request = {"do": "hear", "file": str(tmp_path / "said.wav"), "wake": False}
            _, items = await told(errands, request)
            heard = [item["args"] for item in items if item["event"] == "tool_call"]
            questions = [item["text"] for item in items if item["event"] == "spoke"]
            assert heard, items
            question = f"I heard: {heard[0]['change']}. Shall I change the picture?"
            assert question in questions, items
            await told(errands, {"do": "say", "text": answer})
            await until(lambda: not house.conversation.calling.running)
            assert len(await house.studio.store.entries()) == kept

    await talked(tmp_path, "- {on: picture, do: [draw]}", use)


def recording(path: Path, speech: Sequence[bytes]) -> None:
    """24 kHz mono s16le as a file, with the silence after it that ends a sentence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(b"".join([*speech, bytes(2 * 24_000)]))

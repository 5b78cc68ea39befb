"""What plugins say of their own accord: ``say``, ``announce``, ``ask`` and ``ring``."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Protocol

from assistant import given
from assistant.errors import PluginError

ANSWER_SECONDS = 20.0
RING_MINUTES = 10.0


class Voice(Protocol):
    """The house's voice, as far as plugins may use it; ``by`` is who speaks, for messages and limits."""

    def say(self, text: str, *, by: str, room: str, urgent: bool) -> bool: ...
    async def ask(self, question: str, *, by: str, room: str, seconds: float) -> str | None: ...
    async def ring(self, text: str, *, by: str, room: str, seconds: float) -> bool: ...
    def room(self, spoken: str) -> str: ...
    def listen(self, room: str) -> bool: ...
    def hush(self) -> list[str]: ...


_voice: ContextVar[Voice | None] = ContextVar("voice", default=None)
_speaker: ContextVar[str] = ContextVar("speaker", default="")
_unsure: ContextVar[bool] = ContextVar("unsure", default=False)
_answering: ContextVar[bool] = ContextVar("answering", default=False)


def speak_through(voice: Voice) -> None:
    """From now on, in this task and those that it starts, plugins speak with this voice."""
    _voice.set(voice)


def speak_as(owner: str) -> None:
    """From now on, in this task, it is this plugin that speaks."""
    _speaker.set(owner)


def answering(waited_for: bool) -> None:
    """Whether, in this task, somebody waits for a tool's answer: a question would wait for that, too."""
    _answering.set(waited_for)


def unsure(heard: bool) -> None:
    """Whether, in this task, what was asked for was heard by an ear that knows the words of a home only."""
    _unsure.set(heard)


def is_unsure() -> bool:
    """Whether words that may be any were perhaps misheard: what costs money is asked back."""
    return _unsure.get()


def voice() -> Voice:
    """The house's voice.

    Raises:
        PluginError: no house runs here.
    """
    found = _voice.get()
    if found is None:
        raise PluginError("there is no house to speak in: speak from run(), a reaction or a tool")
    return found


def spoken_text(value: object, function: str) -> str:
    """What is to be said, when it is a text; else a TypeError that says what to write."""
    return given.text(value, f"what {function}() says", f'{function}(f"… {{value}} …")')


def room_text(value: object) -> str:
    """The name of a room, when it is a text; else a TypeError that says what to write."""
    return given.text(value, "a room", 'room="bedroom"')


async def say(text: str, *, room: str = "") -> bool:
    """Say something in a room once nobody talks there; returns at once.

    Without a room: where it was asked for or, in the last ten minutes, somebody talked; else in all of them.
    It is spoken by the house's own voice, whether or not a brain can be reached; without a speaker it is
    shown. False when too much of this plugin is waiting to be said already.

    Raises:
        ToolError: there is no such room.
    """
    return voice().say(spoken_text(text, "say"), by=_speaker.get(), room=room_text(room), urgent=False)


async def announce(text: str) -> bool:
    """Say something in every room, before all that is only said; returns at once."""
    return voice().say(spoken_text(text, "announce"), by=_speaker.get(), room="", urgent=True)


async def ask(question: str, *, room: str = "", seconds: float = ANSWER_SECONDS) -> str | None:
    """Ask, listen without a wake word, and return the words of the answer; None when none came in time.

    Where it is asked is as with ``say``.

    The answer goes to nobody else: no brain acts on it. A tool that is waited for cannot ask: it would wait
    for itself. It returns its question as its answer instead, or is slow.
    """
    if _answering.get():
        raise PluginError("a tool cannot ask() unless it is slow: return the question as its answer")
    given.number(seconds, "how long ask() waits", "seconds=20")
    words = spoken_text(question, "ask")
    return await voice().ask(words, by=_speaker.get(), room=room_text(room), seconds=seconds)


async def ring(text: str, *, room: str = "", minutes: float = RING_MINUTES) -> bool:
    """Ring and say ``text`` again and again until somebody says stop; whether somebody did.

    Without a room it rings in all of them.

    Raises:
        ToolError: there is no such room.
    """
    given.number(minutes, "how long ring() rings", "minutes=5")
    words = spoken_text(text, "ring")
    return await voice().ring(words, by=_speaker.get(), room=room_text(room), seconds=minutes * 60)


def room_named(spoken: str) -> str:
    """The name of a room, as ``say`` and ``ring`` take it; "" when none was named, or the house is one room.

    Raises:
        ToolError: there is no such room; with the nearest names.
    """
    return voice().room(room_text(spoken))


async def listen(*, room: str = "") -> bool:
    """Listen in a room without the wake word, as when its button is pressed; whether it does.

    Without a room in the first. False when there is no microphone, or it is muted: nothing unmutes it.

    Raises:
        ToolError: there is no such room.
    """
    return voice().listen(room_text(room))


async def hush() -> list[str]:
    """End all ringing; the texts of what rang."""
    return voice().hush()

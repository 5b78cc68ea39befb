"""Plugin: what an author subclasses, and the marks ``tool`` and ``hears``."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import re
import typing
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, TypeVar, dataclass_transform, get_origin, get_type_hints, overload
from weakref import WeakKeyDictionary

from assistant import faults
from assistant.errors import PluginError
from assistant.events import Event
from assistant.plain import one_line
from assistant.tools.acting import reaching_out
from assistant.tools.schema import Declaration, declare
from assistant.tools.sentences import listed
from assistant.tools.table import Target, Tool
from assistant.tools.vocabulary import Publishable, Risk, Speak

log = logging.getLogger(__name__)

BACK_OFF_SECONDS = (1, 2, 4, 8, 16, 32, 64, 128, 300)
PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
REQUIRED = object()
PAYLOAD_BYTES = 256 * 1024
"""What arrives is left out when it is larger, unless its listener asks for more."""
MOST_COMPLAINTS = 100
"""Of one plugin; whoever writes to its topics cannot fill the log."""
LONGEST_COMPLAINT = 500

AsyncTool = TypeVar("AsyncTool", bound=Callable[..., Coroutine[Any, Any, Any]])
Hearer = TypeVar("Hearer", bound=Callable[..., None])
Payload = str | bytes | int | float | Mapping[str, Any]


@dataclass(frozen=True)
class ToolMark:
    """What ``@tool`` was told."""

    risk: Risk
    phrases: tuple[str, ...]
    slow: bool = False
    speak: Speak = "when idle"

    def declared(self, function: Callable[..., Any]) -> Declaration:
        """What the brain is told of the function.

        Raises:
            PluginError: it cannot be declared.
        """
        told = declare(function, risk=self.risk, phrases=self.phrases)
        return replace(told, slow=self.slow, speak=self.speak)


@overload
def tool(function: AsyncTool, /) -> AsyncTool: ...
@overload
def tool(
    *, risk: Risk = ..., phrases: tuple[str, ...] = ..., slow: bool = ..., speak: Speak = ...
) -> Callable[[AsyncTool], AsyncTool]: ...
def tool(
    function: AsyncTool | None = None,
    /,
    *,
    risk: Risk = Risk.COMFORT,
    phrases: tuple[str, ...] = (),
    slow: bool = False,
    speak: Speak = "when idle",
) -> AsyncTool | Callable[[AsyncTool], AsyncTool]:
    """Mark an async function or method that the brain may call.

    The docstring becomes its description, the annotations its schema; ``phrases`` are example
    sentences (``{parameter}`` is a slot). The sentence it returns is spoken.
    A ``slow`` tool may take five minutes instead of 15 s: the conversation goes on meanwhile, `tell` says
    how far it is, and ``speak`` is when its answer is spoken: "now" (over whatever is being said),
    "when idle" or "never".
    """

    def mark(marked: AsyncTool) -> AsyncTool:
        vars(marked)["tool_mark"] = ToolMark(risk, phrases, slow, speak)
        return marked

    return mark(function) if function is not None else mark


def hears(*topics: str, retained: bool = True, largest: int = PAYLOAD_BYTES) -> Callable[[Hearer], Hearer]:
    """Mark a method that is called with what arrives on MQTT topics (``{setting}`` is filled in).

    The method's ``payload`` parameter is annotated ``str`` (UTF-8), ``bytes`` or ``dict`` (a JSON
    object); a payload that does not fit is logged and dropped. It may also take ``topic: str``.
    Without ``retained`` it hears nothing that the broker had kept: commands are never meant for later.
    Payloads of more bytes than ``largest`` are left out.
    """

    def mark(marked: Hearer) -> Hearer:
        vars(marked)["hears_topics"] = topics
        vars(marked)["hears_how"] = {"retained": retained, "largest": largest}
        return marked

    return mark


class Field:
    """Base of descriptors that are not settings (see ``device.State``)."""


class Host(Protocol):
    """The house as a plugin sees it; given by the composition root."""

    async def publish(
        self, topic: str, payload: str | bytes, *, qos: int = 0, retain: bool = False
    ) -> None: ...
    def subscribe(
        self,
        topic: str,
        heard: Callable[[str, bytes], None],
        *,
        retained: bool = True,
        largest: int = PAYLOAD_BYTES,
    ) -> Callable[[], None]: ...
    def tell(self, event: Event) -> None: ...


@dataclass_transform(kw_only_default=True)
class Plugin:
    """A piece of the house in one class. Plain annotated attributes are its settings in config.yaml."""

    settings_declared: ClassVar[dict[str, Any]] = {}
    """Setting → default, or ``REQUIRED``."""

    def __init_subclass__(cls) -> None:
        try:
            hints = get_type_hints(cls)
        except NameError as error:
            raise PluginError(
                f"class {cls.__name__}: an annotation names {error.name!r}, which is not imported"
            ) from error
        cls.settings_declared = {
            name: getattr(cls, name, REQUIRED)
            for name, hint in hints.items()
            if not name.startswith("_")
            and get_origin(hint) is not ClassVar
            and not isinstance(inspect.getattr_static(cls, name, None), Field)
        }

    def __init__(self, **settings: Any) -> None:
        self._host: Host | None = None
        self._complaints: set[object] = set()
        for name, default in self.settings_declared.items():
            if name in settings:
                setattr(self, name, settings.pop(name))
            elif default is REQUIRED:
                raise PluginError(f"{type(self).__name__} needs the setting {name!r}")
        if settings:
            raise PluginError(f"{type(self).__name__} has no setting {next(iter(settings))!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse misspelt attributes where they are made."""
        if not name.startswith("_") and name not in self.settings_declared and not hasattr(type(self), name):
            fields = [n for n in dir(type(self)) if isinstance(inspect.getattr_static(type(self), n), Field)]
            known = listed(sorted({*self.settings_declared, *fields}) or ["none"])
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}; it has {known}")
        super().__setattr__(name, value)

    @property
    def title(self) -> str:
        """What messages call this plugin."""
        return type(self).__name__

    @property
    def host(self) -> Host:
        """The house; only there once the plugin is attached."""
        if self._host is None:
            raise PluginError(f"{self.title} is not attached yet: do this in run(), not in __init__")
        return self._host

    def tools(self) -> list[Tool]:
        """Its marked methods as tools; refuses what cannot be declared."""
        found = []
        for name, method in methods(type(self)):
            mark = vars(method).get("tool_mark")
            if isinstance(mark, ToolMark):
                found.append(Tool(mark.declared(method), getattr(self, name), self.title, self._target()))
        return found

    def _target(self) -> Target | None:
        return None

    def attach(self, host: Host) -> Callable[[], None]:
        """Bind to the house and subscribe; returns what undoes it."""
        self._host = host
        undo: list[Callable[[], None]] = []

        def close() -> None:
            for undone in undo:
                undone()

        try:
            for name, method in methods(type(self)):
                for topic in vars(method).get("hears_topics", ()):
                    receiver = self._receiver(getattr(self, name))
                    undo.append(host.subscribe(self.fill(topic), receiver, **vars(method)["hears_how"]))
        except BaseException:
            close()
            raise
        return close

    def topics_heard(self) -> list[str]:
        """The templates of ``@hears``, as they are written."""
        return [topic for _, method in methods(type(self)) for topic in vars(method).get("hears_topics", ())]

    def topics_filled(self) -> set[str]:
        """The topics of ``@hears``, with its settings filled in."""
        return {self.fill(topic) for topic in self.topics_heard()}

    def topics_published(self) -> list[str]:
        """The settings that are topics to publish on."""
        hints = get_type_hints(type(self), include_extras=True)
        return [n for n in self.settings_declared if Publishable() in getattr(hints[n], "__metadata__", ())]

    def fill(self, template: str) -> str:
        """A topic with the plugin's own settings in place of ``{setting}``; nothing else is evaluated."""

        def setting(match: re.Match[str]) -> str:
            if match[1] not in self.settings_declared:
                raise PluginError(f"{self.title}: {template!r} names {match[1]!r}, which is not a setting")
            return str(getattr(self, match[1]))

        return PLACEHOLDER.sub(setting, template)

    async def publish(self, topic: str, payload: Payload) -> None:
        """Send to an MQTT topic; a mapping goes as JSON.

        Raises:
            LinkError: there is no broker now; nothing was sent or kept.
        """
        reaching_out()
        await self.host.publish(self.fill(topic), encoded(payload))

    def _receiver(self, method: Callable[..., None]) -> Callable[[str, bytes], None]:
        decode = _decoder(method)
        wants_topic = "topic" in inspect.signature(method).parameters

        def received(topic: str, payload: bytes) -> None:
            try:
                arguments = {"topic": topic} if wants_topic else {}
                self.heard(lambda: method(payload=decode(payload), **arguments))
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                problem = faults.in_one_line(error, type(self).__module__)
                same = (type(error), faults.place(error, type(self).__module__))
                self.misread(f"{self.title} could not read {topic}: {problem}", same)
                log.debug("%s: the traceback", self.title, exc_info=error)

        return received

    def heard(self, read: Callable[[], None]) -> None:
        """Run a reader of reports; devices count them."""
        read()

    def misread(self, text: str, same: object = None) -> None:
        """Somebody sent what cannot be read; devices remember it until they have read something again."""
        self.complain(text, same)

    def complain(self, text: str, same: object = None) -> None:
        """Log a complaint once; the same one (the same text, or an equal ``same``) again only at DEBUG."""
        about = same or text
        known = about in self._complaints or len(self._complaints) >= MOST_COMPLAINTS
        if not known:
            self._complaints.add(about)
        log.log(logging.DEBUG if known else logging.WARNING, "%s", one_line(text, LONGEST_COMPLAINT))

    async def run(self) -> None:
        """What the plugin does all the time; nothing by default."""

    async def keep_alive(self) -> None:
        """Run, and start again after 1, 2, 4 ... 300 s when it fails (P3)."""
        failures = 0
        while True:
            try:
                return await self.run()
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # P3: a plugin's failure is its own
                if isinstance(error, asyncio.CancelledError) and faults.cancelled_from_outside():
                    raise
                wait = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]
                what = f"plugin {self.title} failed and starts again in {wait} s"
                faults.log_fault(log, what, error, type(self).__module__)
                failures += 1
            await asyncio.sleep(wait)


_METHODS: WeakKeyDictionary[type, list[tuple[str, Callable[..., Any]]]] = WeakKeyDictionary()


def methods(kind: type) -> list[tuple[str, Callable[..., Any]]]:
    """Names and functions of a class; looked up once, for a home has hundreds of devices of one kind."""
    found = _METHODS.get(kind)
    if found is None:
        found = _METHODS[kind] = inspect.getmembers(kind, inspect.isfunction)
    return found


def encoded(payload: Payload) -> str | bytes:
    """A payload as it goes over the wire."""
    if isinstance(payload, str | bytes):
        return payload
    return json.dumps(dict(payload)) if isinstance(payload, Mapping) else f"{payload:g}"


def _decoder(method: Callable[..., None]) -> Callable[[bytes], Any]:
    hint = get_type_hints(method).get("payload", str)
    if hint is bytes:
        return bytes
    if (typing.get_origin(hint) or hint) is dict:
        return _json_object
    return bytes.decode


def _json_object(payload: bytes) -> dict[str, Any]:
    value = json.loads(payload)
    if not isinstance(value, dict):
        raise TypeError(f"expected a JSON object, got {payload[:40]!r}")
    return value

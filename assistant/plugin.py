"""Plugin: what an author subclasses; see `marking` and `reacting` for the marks of its functions."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import re
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Protocol, dataclass_transform, get_origin, get_type_hints
from weakref import WeakKeyDictionary

from assistant import faults, given
from assistant.amenities import Amenities
from assistant.errors import GaveUp, PluginError
from assistant.events import Event
from assistant.marking import PAYLOAD_BYTES, ToolMark, decoder
from assistant.plain import one_line
from assistant.reacting import Mark, Reactor, marked_functions
from assistant.speaking import Voice, speak_as
from assistant.tools.acting import reaching_out
from assistant.tools.declaring import where
from assistant.tools.sentences import listed
from assistant.tools.table import Target, Tool
from assistant.tools.vocabulary import Publishable
from assistant.wallclock import WallClock

log = logging.getLogger(__name__)

BACK_OFF_SECONDS = (1, 2, 4, 8, 16, 32, 64, 128, 300)
HOPELESS = 20
"""After so many failures in a row, more than an hour of them, it is not started again."""
WELL_SECONDS = 600.0
"""Whoever ran so long has not failed in a row."""
PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
REQUIRED = object()
MOST_COMPLAINTS = 100
"""Of one plugin; whoever writes to its topics cannot fill the log."""
LONGEST_COMPLAINT = 500

Payload = str | bytes | int | float | Mapping[str, Any]


class Field:
    """Base of descriptors that are not settings (see ``device.State``)."""


class Host(Protocol):
    """The house as a plugin sees it; given by the composition root."""

    @property
    def voice(self) -> Voice: ...
    @property
    def clock(self) -> WallClock: ...
    @property
    def folder(self) -> Path: ...
    def listen(self, *kinds: type[Event]) -> AbstractContextManager[asyncio.Queue[Event]]: ...
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
class Plugin(Amenities):
    """A piece of the house in one class. Plain annotated attributes are its settings in config.yaml."""

    settings_declared: ClassVar[dict[str, Any]] = {}
    """Setting → default, or ``REQUIRED``."""
    own_words: ClassVar[bool] = False
    """Whether all that its tools tell is made of its own words, the user's, and names of the home.

    Other text is distrusted: nothing is done because of it that the user has not asked for.
    ``Answer(foreign=...)`` says so of one answer. A Device need not say it: only free text that it reports
    counts.
    """

    def __init_subclass__(cls) -> None:
        try:
            hints = get_type_hints(cls)
        except NameError as error:
            raise PluginError(
                f"class {cls.__name__}: an annotation names {error.name!r}, which is not imported"
            ) from error
        if isinstance(titled := vars(cls).get("title"), property) and not _ours(cls):
            cls.title = held_harmless(titled, lambda plugin: type(plugin).__name__)  # type: ignore[assignment, method-assign]
        cls.settings_declared = {
            name: getattr(cls, name, REQUIRED)
            for name, hint in hints.items()
            if not name.startswith("_")
            and get_origin(hint) is not ClassVar
            and not isinstance(inspect.getattr_static(cls, name, None), Field)
        }

    def __init__(self, **settings: Any) -> None:
        self._host: Host | None = None
        self._complaints: set[object] | None = None
        self._given: frozenset[str] = frozenset()
        """What is no memory of the author's own."""
        for name, default in self.settings_declared.items():
            if name in settings:
                setattr(self, name, settings.pop(name))
            elif default is REQUIRED:
                raise PluginError(f"{type(self).__name__} needs the setting {name!r}")
            elif isinstance(default, list | dict | set):  # what one changes in it is not another's
                setattr(self, name, deepcopy(default))
        if settings:
            raise PluginError(f"{type(self).__name__} has no setting {next(iter(settings))!r}")
        self._given = frozenset({*vars(self), "_given"})

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse misspelt attributes where they are made."""
        if not name.startswith("_") and name not in self.settings_declared and not hasattr(type(self), name):
            fields = [n for n in dir(type(self)) if isinstance(inspect.getattr_static(type(self), n), Field)]
            known = listed(sorted({*self.settings_declared, *fields}) or ["none"])
            raise AttributeError(
                f"{type(self).__name__} has no attribute {name!r}; it has {known}; what is only the "
                f"plugin's own begins with an underscore: self._{name}"
            )
        super().__setattr__(name, value)

    @property
    def begun(self) -> bool:
        """Whether its author's own ``__init__`` has called ours."""
        return "_given" in vars(self)

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
                declared = replace(mark.declared(method), own_words=self.own_words)
                if self._target() and any(each.name == "device" for each in declared.parameters):
                    raise PluginError(
                        f"{where(method)}: {name}: the parameter 'device' says which device is meant, which "
                        "the house knows already; call yours otherwise"
                    )
                found.append(Tool(declared, getattr(self, name), self.title, self._target()))
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
        return list(listeners(self))

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
        given.text(topic, "a topic", 'publish("{topic}/set", …)')
        await self.host.publish(self.fill(topic), encoded(payload))

    def _receiver(self, method: Callable[..., None]) -> Callable[[str, bytes], None]:
        decode = decoder(method)
        wants_topic = "topic" in inspect.signature(method).parameters

        def received(topic: str, payload: bytes) -> None:
            try:
                arguments = {"topic": topic} if wants_topic else {}
                self.heard(lambda: method(payload=decode(payload), **arguments))
            except BaseException as error:
                if faults.passes(error):
                    raise
                place = faults.place(error, type(self).__module__)
                problem = f"{place or where(method)}: {faults.named(faults.first(error))}"
                same = (type(error), place)
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
        if self._complaints is None:
            self._complaints = set()
        known = about in self._complaints or len(self._complaints) >= MOST_COMPLAINTS
        if not known:
            self._complaints.add(about)
        log.log(logging.DEBUG if known else logging.WARNING, "%s", one_line(text, LONGEST_COMPLAINT))

    async def run(self) -> None:
        """What the plugin does all the time; nothing by default."""

    def reactions(self) -> list[tuple[Mark, Callable[..., Any]]]:
        """Its marks of ``when``, ``every`` and ``at``, each with the function that bears it."""
        named = [name for name, method in methods(type(self)) if "reactions" in vars(method)]
        return marked_functions(getattr(self, name) for name in named)

    async def keep_alive(self) -> None:
        """Run and react, and start again after 1, 2, 4 ... 300 s what fails (P3).

        Raises:
            BaseExceptionGroup: of a GaveUp: it fails whenever it is started; the text says with what.
        """
        speak_as(self.title)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_kept_running(self, self.run), name=self.title)
            if reactions := self.reactions():
                reacting = Reactor(self, reactions).run
                tasks.create_task(_kept_running(self, reacting), name=f"{self.title}: reactions")


async def _kept_running(plugin: Plugin, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """No method, so that no author can have one of that name."""
    failures = 0
    clock = asyncio.get_running_loop().time
    while True:
        began = clock()
        try:
            return await run()
        except BaseException as error:  # P3: a plugin's failure is its own
            if faults.passes(error):
                raise
            failures = 0 if clock() - began > WELL_SECONDS else failures
            if failures + 1 >= HOPELESS:
                last = faults.in_one_line(error, type(plugin).__module__)
                raise GaveUp(f"it has failed {HOPELESS} times in a row, at last with {last}") from error
            wait = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]
            what = f"plugin {plugin.title} failed and starts again in {wait} s"
            faults.log_fault(log, what, error, type(plugin).__module__)
            failures += 1
        await asyncio.sleep(wait)


_METHODS: WeakKeyDictionary[type, list[tuple[str, Callable[..., Any]]]] = WeakKeyDictionary()


def methods(kind: type) -> list[tuple[str, Callable[..., Any]]]:
    """Names and functions of a class; looked up once, for a home has hundreds of devices of one kind."""
    found = _METHODS.get(kind)
    if found is None:
        found = _METHODS[kind] = inspect.getmembers(kind, inspect.isfunction)
    return found


def listeners(plugin: Plugin) -> dict[str, str]:
    """Topic of ``@hears``, as it is written → ``file:line`` of its method."""
    return {
        topic: where(method)
        for _, method in methods(type(plugin))
        for topic in vars(method).get("hears_topics", ())
    }


def own_fields(plugin: Plugin) -> dict[str, Any]:
    """What the author has put into it, beside its settings."""
    return {name: value for name, value in vars(plugin).items() if name not in plugin._given}


def _ours(kind: type) -> bool:
    return kind.__module__.startswith("assistant.")


def held_harmless(told: property, otherwise: Callable[[Any], Any]) -> property:
    """An author's property that the house asks whenever it lists its devices; one that fails hurts nobody."""

    def asked(plugin: Plugin) -> Any:
        try:
            return told.__get__(plugin)
        except Exception as error:  # noqa: BLE001 - P3: whoever lists the devices must not stumble over one
            module = type(plugin).__module__
            plugin.complain(f"{type(plugin).__name__}: {faults.in_one_line(error, module)}", type(error))
            return otherwise(plugin)

    return property(asked, doc=told.__doc__)


def disown(plugin: Plugin) -> None:
    """Let go of what the author has put into it; it is used no more."""
    for name in own_fields(plugin):
        del vars(plugin)[name]


def encoded(payload: Payload) -> str | bytes:
    """A payload as it goes over the wire.

    Raises:
        TypeError: it is nothing that could be sent.
    """
    if isinstance(payload, str | bytes):
        return payload
    if not isinstance(payload, Mapping | int | float):
        raise TypeError(
            f"a payload is text, bytes, a number or a dict, not {type(payload).__name__}; write json.dumps(…)"
        )
    return json.dumps(dict(payload)) if isinstance(payload, Mapping) else f"{payload:g}"

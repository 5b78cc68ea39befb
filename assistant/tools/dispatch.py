"""Dispatch: a tool call from any brain → policy, the plugin's method, one sentence back.

Policy (risk, later PIN and budget) lives here, behind every brain, never in a prompt.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from assistant import faults
from assistant.bus import Bus
from assistant.errors import Refused, ToolError, UnknownDevice
from assistant.events import ToolCalled, ToolFinished
from assistant.plain import plain, text
from assistant.tools.acting import reaching_out, watched_act
from assistant.tools.journal import Deed, Journal
from assistant.tools.schema import checked
from assistant.tools.sentences import collated, sentence
from assistant.tools.setters import restoring
from assistant.tools.table import Target, Tool, ToolTable
from assistant.tools.telling import Listener, told_to
from assistant.tools.vocabulary import Risk

log = logging.getLogger(__name__)

TOOL_SECONDS = 15.0
SLOW_TOOL_SECONDS = 300.0
CALLS_PER_UTTERANCE = 32
REMEMBERED_CALLS = 256
BROKEN_OFF = "That was broken off; it may have happened already."


@dataclass(frozen=True)
class ToolCall:
    """What a brain asked for. ``args`` is untrusted."""

    id: str
    name: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ToolResult:
    """How a call ended. ``state`` is what the devices report now, ``options`` what to offer instead."""

    id: str
    name: str
    ok: bool
    text: str
    state: dict[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()

    def response(self) -> dict[str, Any]:
        """As the brain gets it (docs/decisions/0001): informative, so that it is not asked again."""
        if self.ok:
            return {"status": "done", "text": self.text, **({"state": self.state} if self.state else {})}
        return {"error": self.text, "retryable": False, "valid_options": list(self.options)}


@dataclass(frozen=True)
class Answer:
    """What a tool may return instead of a plain sentence, when the bare values help the brain."""

    text: str
    state: dict[str, Any] = field(default_factory=dict)


Known = asyncio.Future[ToolResult | None]
"""How a call ended or will end; None when it was withdrawn before it had done anything."""


class Resolver(Protocol):
    """Spoken name → devices; refuses rather than guesses (P10)."""

    def resolve(self, spoken: str, candidates: Mapping[str, Target]) -> tuple[str, list[Target]]:
        """A label for the answer and the devices meant.

        Raises:
            UnknownDevice: with the best candidates.
        """
        ...


class Dispatcher:
    """Runs tool calls, each once, none able to hurt another."""

    def __init__(self, table: ToolTable, resolver: Resolver, bus: Bus) -> None:
        self._table = table
        self._resolver = resolver
        self._bus = bus
        self.asked_for: Callable[[Sequence[str]], None] = lambda _names: None
        """Called with the names of the devices that a call was about."""
        self._by_id: OrderedDict[str, Known] = OrderedDict()
        self._this_utterance: dict[str, Known] = {}
        self.journal = Journal()

    def new_utterance(self) -> None:
        """The user said something new: the same action may be asked for again."""
        self._this_utterance.clear()
        self.journal.begin()

    async def undo(self) -> str:
        """Put back what was changed for the last request, as far as the devices have verbs for it.

        Raises:
            ToolError: there is nothing, or it did not work.
        """
        results: list[ToolResult] = []
        for deed in self.journal.take_last():
            for device, before in deed.before.items():
                for verb, args in restoring(before, device.states, self._table.verbs(device)):
                    results.append(await self._run(ToolCall("", verb, {"device": device.name, **args})))
        if not results:
            raise ToolError("There is nothing that I could put back.")
        text = " ".join(dict.fromkeys(result.text for result in results))
        if not any(result.ok for result in results):
            raise ToolError(text)
        return text

    async def call(self, call: ToolCall, meanwhile: Listener | None = None) -> ToolResult:
        """Run a call, or wait for the same call that already runs (P7).

        ``meanwhile`` hears what a slow tool tells before its result.
        """
        told_to(meanwhile)
        same = json.dumps([call.name, call.args], sort_keys=True, default=str)
        known_as = f"{call.id} {same}" if call.id else ""
        while (known := self._by_id.get(known_as) or self._this_utterance.get(same)) is not None:
            log.info("tool call %s %s was made before; not repeated", call.id, call.name)
            if (earlier := await asyncio.shield(known)) is not None:
                return replace(earlier, id=call.id)
        future: Known = asyncio.get_running_loop().create_future()
        self._remember(known_as, same, future)
        self._bus.publish(ToolCalled(call.id, call.name, dict(call.args)))
        act = watched_act()
        try:
            result = await self._run(call)
        except asyncio.CancelledError:
            if act.begun:
                future.set_result(_failed(call, ToolError(BROKEN_OFF)))
            else:
                self._forget(future)
                future.set_result(None)
            raise
        future.set_result(result)
        self._bus.publish(ToolFinished(call.id, result.ok, result.text))
        return result

    def _forget(self, future: Known) -> None:
        """Nothing was done: the same may be asked for again."""
        for futures in (self._by_id, self._this_utterance):
            for key in [key for key, known in futures.items() if known is future]:
                del futures[key]

    def _remember(self, known_as: str, same: str, future: Known) -> None:
        self._this_utterance[same] = future
        if known_as:
            self._by_id[known_as] = future
        while len(self._by_id) > REMEMBERED_CALLS:
            self._by_id.popitem(last=False)

    async def _run(self, call: ToolCall) -> ToolResult:
        try:
            if len(self._this_utterance) > CALLS_PER_UTTERANCE:
                raise ToolError("That was too many actions for one sentence.")
            tools = self._table.named(call.name)
            if not tools:
                near = difflib.get_close_matches(call.name, self._table.names(), 3)
                raise ToolError(f"There is no tool called {call.name[:60]}.", options=tuple(near))
            if tools[0].device is None:
                return await self._on_house(call, tools[0])
            return await self._on_devices(call, tools)
        except ToolError as error:
            return _failed(call, error)

    async def _on_house(self, call: ToolCall, tool: Tool) -> ToolResult:
        answer = await _invoke(tool, checked(tool.declaration, call.args))
        return ToolResult(call.id, call.name, True, sentence(answer.text), answer.state)

    async def _on_devices(self, call: ToolCall, tools: list[Tool]) -> ToolResult:
        args = dict(call.args)
        spoken = args.pop("device", None)
        if not isinstance(spoken, str) or not spoken.strip():
            raise UnknownDevice("Which device do you mean?", options=_names(tools)[:5])
        targets = {device.name: device for tool in tools if (device := tool.device) is not None}
        label, devices = self._resolver.resolve(spoken, targets)
        self.asked_for([device.name for device in devices])
        chosen = [tool for device in devices for tool in tools if tool.device is device]
        before = {device: dict(device.states) for device in devices}
        results = await asyncio.gather(*(_one_device(tool, args) for tool in chosen))
        joined = _joined(call, label, dict(zip(_names(chosen), results, strict=True)))
        if any(tool.declaration.risk is not Risk.READ for tool in chosen):
            self.journal.note(Deed(call.name, args, before, joined.ok))
        return joined


async def _one_device(tool: Tool, args: dict[str, Any]) -> Answer | ToolError:
    assert tool.device is not None
    try:
        values = checked(tool.declaration, args, who=sentence(f"the {tool.device.name}").rstrip("."))
        return await _invoke(tool, values)
    except ToolError as error:
        return error


async def _invoke(tool: Tool, values: dict[str, Any]) -> Answer:
    """The one place where plugin code runs for a brain; whatever it raises ends here."""
    if tool.declaration.risk >= Risk.SECURITY:
        raise Refused(
            f"I don't {tool.name.replace('_', ' ')} anything on a spoken word alone. Please do it yourself."
        )
    if tool.device is None and tool.declaration.risk is not Risk.READ:
        reaching_out()  # what a plain function does to the world, only its author knows
    seconds = SLOW_TOOL_SECONDS if tool.declaration.slow else TOOL_SECONDS
    try:
        async with asyncio.timeout(seconds):
            return _readable(await tool.function(**values))
    except ToolError:
        raise
    except TimeoutError as error:
        log.warning("tool %s of %s took more than %g s", tool.name, tool.owner, seconds)
        raise ToolError("That took too long, I stopped waiting.") from error
    except asyncio.CancelledError as error:
        if faults.cancelled_from_outside():
            raise
        raise ToolError("That did not work.") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        faults.log_fault(log, f"tool {tool.name} of {tool.owner} failed", error, tool.function.__module__)
        raise ToolError("That did not work.") from error


def _readable(answer: object) -> Answer:
    """What a tool returned, with a state that JSON can carry: the brain must get an answer in any case."""
    if isinstance(answer, Answer):
        state = plain(answer.state)
        return Answer(text(str(answer.text)), state if isinstance(state, dict) else {})
    return Answer(text(str(answer)) if answer is not None else "Done")


def _names(tools: list[Tool]) -> tuple[str, ...]:
    return tuple(tool.device.name for tool in tools if tool.device is not None)


def _failed(call: ToolCall, error: ToolError) -> ToolResult:
    return ToolResult(call.id, call.name, False, sentence(str(error)), options=error.options)


def _joined(call: ToolCall, label: str, results: dict[str, Answer | ToolError]) -> ToolResult:
    good = {name: answer for name, answer in results.items() if isinstance(answer, Answer)}
    bad = [error for error in results.values() if isinstance(error, ToolError)]
    if not good:
        first = bad[0]
        text = " ".join(dict.fromkeys(sentence(str(error)) for error in bad[:3]))
        return ToolResult(call.id, call.name, False, text, options=first.options)
    texts = {name: answer.text for name, answer in good.items()}
    # "4 of 5 are on. The hall lamp does not answer.": nobody should have to count.
    text = collated(texts, label=label if not bad else f"{len(good)} of {len(results)}")
    if bad:
        text += " " + " ".join(dict.fromkeys(sentence(str(error)) for error in bad[:3]))
    state = (
        next(iter(good.values())).state
        if len(good) == 1
        else {n: a.state for n, a in good.items() if a.state}
    )
    return ToolResult(call.id, call.name, not bad, text, state)

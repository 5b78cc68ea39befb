"""Dispatch: a tool call from any brain → policy, the plugin's method, one sentence back.

Policy (risk, whose words, consent) is asked here, behind every brain, never in a prompt.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from assistant import revoking
from assistant.bus import Bus
from assistant.errors import Refused, ToolError, UnknownDevice
from assistant.events import ToolCalled, ToolFinished
from assistant.revoking import Revocable
from assistant.tools.acting import watched_act
from assistant.tools.checking import checked
from assistant.tools.invoking import Answer, invoke
from assistant.tools.journal import Deed, Journal
from assistant.tools.policy.judge import NEVER, Held, Made, Policy
from assistant.tools.policy.matching import Case
from assistant.tools.sentences import collated, sentence
from assistant.tools.table import Target, Tool, ToolTable
from assistant.tools.telling import Listener, told_to
from assistant.tools.vocabulary import Risk

log = logging.getLogger(__name__)

CALLS_PER_UTTERANCE = 32
REMEMBERED_CALLS = 256
STOPPING, STOPPED = "I am stopping that", "That was stopped."
BROKEN_OFF = "That was broken off; it may have happened already."


@dataclass(frozen=True)
class ToolCall:
    """What a brain asked for. ``args`` is untrusted, ``made`` is ours."""

    id: str
    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
    made: Made = field(default_factory=Made)


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


Known = asyncio.Future[ToolResult | None]
"""How a call ended or will end; None when it was withdrawn before it had done anything."""


async def _nothing() -> str:
    return ""


class Resolver(Protocol):
    """Spoken name → devices; refuses rather than guesses (P10)."""

    def resolve(self, spoken: str, candidates: Mapping[str, Target]) -> tuple[str, list[Target]]:
        """A label for the answer and the devices meant.

        Raises:
            UnknownDevice: with the best candidates.
        """
        ...

    def place_names(self, device: Target) -> Sequence[str]:
        """What the floor is called that a device is on."""
        ...


class Dispatcher:
    """Runs tool calls, each once, none able to hurt another."""

    def __init__(self, table: ToolTable, resolver: Resolver, bus: Bus, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self.held: Callable[[ToolCall, Held], None] = lambda _call, _held: None
        """Called with a call that waits for the user's consent."""
        self.table = table
        self._resolver = resolver
        self._bus = bus
        self.put_back_otherwise: Callable[[], Awaitable[str]] = _nothing
        """Called when the journal has nothing: puts back what outlasts a restart, and says so; or ""."""
        self.asked_for: Callable[[Sequence[str]], None] = lambda _names: None
        """Called with the names of the devices that a call was about."""
        self._by_id: OrderedDict[str, Known] = OrderedDict()
        self._this_utterance: dict[str, Known] = {}
        self.journal = Journal()

    def new_utterance(self) -> None:
        """The user said something new: the same action may be asked for again."""
        self._this_utterance.clear()
        self.policy.new_utterance()
        self.journal.begin()

    def heard(self, text: str, *, complete: bool = False) -> None:
        """What was understood of it, so far or once and for all."""
        self.policy.hears(text, complete=complete)
        self.journal.heard(text.strip())

    def is_silent(self, name: str) -> bool:
        """Whether nothing is said of what a tool of that name has done."""
        return any(tool.declaration.speak == "never" for tool in self.table.named(name))

    async def perform(self, call: ToolCall) -> ToolResult:
        """Run a call to which the user has consented, whatever its risk."""
        return await self.call(call, judged=Risk.SECURITY)

    async def call(
        self, call: ToolCall, meanwhile: Listener | None = None, *, judged: Risk | None = None
    ) -> ToolResult:
        """Run a call, or wait for the same call that already runs (P7).

        ``meanwhile`` hears what a slow tool tells before its result. Up to the risk ``judged`` nobody has to
        be asked any more.
        """
        told_to(self._noting(call, meanwhile) if meanwhile is not None else None)
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
        revoking.noted_by(self.journal.now.make)
        try:
            result = await self._stoppable(call, judged)
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

    async def _stoppable(self, call: ToolCall, judged: Risk | None) -> ToolResult:
        """Run a call; a slow one can be called off as long as it runs."""
        if not any(tool.declaration.slow for tool in self._named(call)):
            return await self.run(call, judged=judged)
        async with asyncio.TaskGroup() as tasks:

            async def stop() -> str:
                return STOPPING if running.cancel() else ""

            slow = Revocable(call.name.replace("_", " "), stop, lasts=True)
            revoking.goes_on(slow)
            running = tasks.create_task(self.run(call, judged=judged), name=call.name)
            revoking.made(slow)
        return _failed(call, ToolError(STOPPED)) if running.cancelled() else running.result()

    def has(self, name: str) -> bool:
        """Whether there is such a tool."""
        return bool(self.table.named(name))

    async def look(self, name: str, args: Mapping[str, Any]) -> Answer:
        """What a tool of the house tells that only looks, for another part of the house; nobody hears of it.

        Raises:
            ToolError: it tells nothing, or does more than looking.
        """
        tool = next(iter(self.table.named(name)), None)
        if tool is None or tool.device is not None or tool.declaration.risk is not Risk.READ:
            raise ToolError(f"There is no {name} to look at.")

        async def looked() -> Answer | ToolError:
            try:
                return await invoke(tool, checked(tool.declaration, args))
            except ToolError as error:
                return error

        async with asyncio.TaskGroup() as tasks:  # in a task of its own it may call itself what it is
            answered = tasks.create_task(looked())
        answer = answered.result()
        if isinstance(answer, ToolError):
            raise answer
        return answer

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

    def _noting(self, call: ToolCall, meanwhile: Listener) -> Listener:
        """What a slow tool says meanwhile is given to the brain, too."""
        foreign = any(each.device is None and not each.declaration.own_words for each in self._named(call))

        async def noted(text: str) -> object:
            self.policy.told(foreign=foreign)
            return await meanwhile(text)

        return noted

    def _named(self, call: ToolCall) -> list[Tool]:
        return self.table.named(call.name)

    async def run(self, call: ToolCall, *, judged: Risk | None = None) -> ToolResult:
        """Run a call, whether or not it was made before; nobody hears of it."""
        try:
            if len(self._this_utterance) > CALLS_PER_UTTERANCE:
                raise ToolError("That was too many actions for one sentence.")
            tools = self._named(call)
            if not tools:
                near = difflib.get_close_matches(call.name, self.table.names(), 3)
                raise ToolError(f"There is no tool called {call.name[:60]}.", options=tuple(near))
            if tools[0].device is None:
                return await self._on_house(call, tools[0], judged)
            return await self._on_devices(call, tools, judged)
        except Held as held:
            self.held(call, held)
            return _failed(call, held)
        except ToolError as error:
            return _failed(call, error)
        finally:
            self.policy.told(foreign=False)

    async def _on_house(self, call: ToolCall, tool: Tool, judged: Risk | None) -> ToolResult:
        values = checked(tool.declaration, call.args)
        for case in tool.cases(call.args) if tool.cases else [Case(tool.declaration, call.args)]:
            await self._judge(case, case.declaration.risk, call, judged)
        try:
            answer = await invoke(tool, values)
        except ToolError as error:
            self.policy.told(foreign=error.foreign or not tool.declaration.own_words)
            raise
        self.policy.told(foreign=bool(answer.foreign))
        return ToolResult(call.id, call.name, True, sentence(answer.text), answer.state)

    async def _on_devices(self, call: ToolCall, tools: list[Tool], judged: Risk | None) -> ToolResult:
        args = dict(call.args)
        spoken = args.pop("device", None)
        if not isinstance(spoken, str) or not spoken.strip():
            raise UnknownDevice("Which device do you mean?", options=_names(tools)[:5])
        targets = {device.name: device for tool in tools if (device := tool.device) is not None}
        label, devices = self._resolver.resolve(spoken, targets)
        self.asked_for([device.name for device in devices])
        chosen = [tool for device in devices for tool in tools if tool.device is device]
        allowed = await self._allowed(call, chosen, list(targets.values()), judged)
        self.policy.used([device.name for device in devices])
        before = {device: dict(device.states) for device in devices}
        results = await asyncio.gather(
            *(_one_device(tool, args, refused=tool not in allowed) for tool in chosen)
        )
        self.policy.told(foreign=any(isinstance(each, Answer) and each.foreign for each in results))
        joined = _joined(call, label, dict(zip(_names(chosen), results, strict=True)))
        if any(tool.declaration.risk is not Risk.READ for tool in chosen):
            self.journal.now.note(Deed(call.name, args, before, joined.ok))
        return joined

    async def _allowed(
        self, call: ToolCall, chosen: list[Tool], could: list[Target], judged: Risk | None
    ) -> list[Tool]:
        """Those of some devices' verbs that may run: of a group, nothing that is a matter of security.

        Raises:
            Refused: none may, or the user must consent first.
        """
        harmless = [tool for tool in chosen if tool.declaration.risk < Risk.SECURITY]
        asked = harmless or chosen
        devices = [tool.device for tool in asked if tool.device is not None]
        args = {name: value for name, value in call.args.items() if name != "device"}
        case = Case(asked[0].declaration, args, devices, could, self._resolver.place_names)
        try:
            await self._judge(case, max(tool.declaration.risk for tool in asked), call, judged)
        except Held:
            self.policy.used([device.name for device in devices])  # the question names them
            raise
        return asked

    async def _judge(self, case: Case, risk: Risk, call: ToolCall, judged: Risk | None) -> None:
        if judged is None or risk > judged:
            await self.policy.judge(case, risk, call.made)


async def _one_device(tool: Tool, args: dict[str, Any], *, refused: bool) -> Answer | ToolError:
    assert tool.device is not None
    if refused:
        return Refused(NEVER.format(what=tool.name.replace("_", " ")))
    try:
        values = checked(tool.declaration, args, who=sentence(f"the {tool.device.name}").rstrip("."))
        return await invoke(tool, values)
    except ToolError as error:
        return error


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

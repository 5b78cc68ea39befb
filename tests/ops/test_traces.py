"""Traces: the real OpenTelemetry on both ends, a whole house between them."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from assistant.app import House
from assistant.bus import Bus
from assistant.config import TracesConfig
from assistant.errands import Errands
from assistant.events import CommandSent, Heard, PhaseChanged, Problem, ToolCalled
from assistant.ops.traces import traced
from tests.parts.home import until
from tests.parts.homes import lived_in, shipped, told
from tests.parts.web import Server, body, web

OK, ERROR = 1, 2


def spans(collector: Server) -> list[Span]:
    """Everything that was sent to it."""
    found: list[Span] = []
    for request in collector.asked:
        sent = request.partition("\r\n\r\n")[2].encode(errors="surrogateescape")
        trace = ExportTraceServiceRequest.FromString(sent)
        found += [span for one in trace.resource_spans for scope in one.scope_spans for span in scope.spans]
    return found


def collector(there: Server) -> TracesConfig:
    there.answers["/v1/traces"] = body(b"", "content-type: application/x-protobuf\r\n")
    return TracesConfig(url=there.url)


async def test_a_sentence_is_a_turn_with_its_phases_its_call_and_its_command(tmp_path: Path) -> None:
    async with web() as there:

        async def use(house: House, errands: Errands) -> None:
            async with traced(collector(there)) as traces:
                following = asyncio.get_running_loop().create_task(traces.run(house.bus))
                await asyncio.sleep(0)
                assert (await told(errands, {"do": "say", "text": "turn on the kitchen light"}))[0]
                assert (await told(errands, {"do": "say", "text": "is the kitchen light on"}))[0]
                await asyncio.sleep(0.1)
                following.cancel()
                await asyncio.wait([following])

        await lived_in(shipped(tmp_path), use)
        found = spans(there)
        turns = [span for span in found if span.name == "turn"]
        assert len(turns) == 2
        assert len({span.trace_id for span in turns}) == 2, "each turn is a trace of its own"
        first = [span for span in found if span.parent_span_id == turns[0].span_id]
        assert {span.name for span in first} >= {"tool turn_on", "command → report", "thinking", "speaking"}
        (call,) = [span for span in first if span.name == "tool turn_on"]
        (command,) = [span for span in first if span.name == "command → report"]
        assert call.status.code == command.status.code == OK
        assert call.start_time_unix_nano <= command.start_time_unix_nano <= command.end_time_unix_nano
        assert turns[0].start_time_unix_nano <= call.start_time_unix_nano < turns[0].end_time_unix_nano
        assert not any("kitchen light on" in str(span) or "turn on" in str(span) for span in found), (
            "no words"
        )


async def test_words_go_along_only_when_they_are_wanted_and_what_is_not_answered_ends_too() -> None:
    async with web() as there:
        config = collector(there).model_copy(update={"words": True})
        async with traced(config) as traces:
            for event in (
                Problem("before anybody spoke"),
                Heard("open sesame"),
                PhaseChanged("thinking"),
                ToolCalled("1", "open"),
                CommandSent("door", "door/set", "OPEN"),
                Problem("the door is stuck"),
                PhaseChanged("idle"),
                PhaseChanged("idle"),
            ):
                traces.follow(event)
        found = spans(there)
        assert {span.name for span in found} == {"turn", "thinking", "tool open", "command → report"}
        assert "open sesame" in str(found)
        assert "the door is stuck" in str(found)
        assert "before anybody" not in str(found)


async def test_a_collector_that_is_away_is_told_once_and_holds_nobody_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    async with traced(TracesConfig(url="http://127.0.0.1:9")) as traces:
        running = asyncio.get_running_loop().create_task(traces.run(Bus()))
        for event in (Heard("one"), PhaseChanged("idle"), Heard("two"), PhaseChanged("idle")):
            traces.follow(event)
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
    assert clock() - began < 10
    await until(lambda: len(caplog.records) >= 1, 20)
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert lines == ["The collector at http://127.0.0.1:9 takes no traces (traces.url); they are lost."]

"""Traces of each turn, for OpenTelemetry: how long it listened, thought, called, waited and spoke.

Nothing of it is loaded unless ``traces.url`` is set. What was said goes along only with ``traces.words``.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from assistant.bus import Bus
from assistant.config import TracesConfig
from assistant.errors import ConfigError
from assistant.events import (
    CommandSent,
    Event,
    Heard,
    Interrupted,
    PhaseChanged,
    Problem,
    Reported,
    Spoke,
    ToolCalled,
    ToolFinished,
    UsageCounted,
    Woke,
)

log = logging.getLogger(__name__)

FOLLOWED = (
    CommandSent, Heard, Interrupted, PhaseChanged, Problem, Reported, Spoke, ToolCalled, ToolFinished,
    UsageCounted, Woke,
)  # fmt: skip
IDLE = "idle"
EXPORT_SECONDS, LAST_SECONDS = 5, 2.0
MOST_OPEN = 100
"""Calls and commands of one turn that are followed; of more, the rest is left out."""


class Traces:
    """Makes spans of what the bus tells: a turn, its phases, its calls, and each command until its report.

    ``tracer`` is one of OpenTelemetry.
    """

    def __init__(self, tracer: Any, *, words: bool = False) -> None:
        from opentelemetry import trace

        self._tracer, self._words, self._api = tracer, words, trace
        self._turn: Any = None
        self._context: Any = None
        self._phase: Any = None
        self._heard = False
        self._open: dict[tuple[str, str], Any] = {}

    async def run(self, bus: Bus) -> None:
        """Follow the bus, for ever."""
        with bus.subscribed(*FOLLOWED) as news:
            try:
                while True:
                    self.follow(await news.get())
            finally:
                self._over()

    def follow(self, event: Event) -> None:
        """One event more."""
        match event:
            case PhaseChanged():
                self._goes_on(event.phase)
            case Woke(by):
                self._begin()
                self._turn.set_attribute("assistant.woken_by", by)
            case Heard(text):
                if self._heard:
                    self._over()  # somebody went on without the wake word
                self._begin()
                self._heard = True
                self._tell("heard", text)
            case _ if self._turn is not None:
                self._within(event)

    def _within(self, event: Event) -> None:
        match event:
            case ToolCalled(call_id, name):
                self._opened(("tool", call_id), f"tool {name}")
            case ToolFinished(call_id, ok):
                self._closed(("tool", call_id), ok=ok)
            case CommandSent(device):
                self._opened(("command", device), "command → report", device)
            case Reported(device):
                self._closed(("command", device), ok=True)
            case UsageCounted(prompt, response, _, usd):
                counted = {"gen_ai.usage.input_tokens": prompt, "gen_ai.usage.output_tokens": response}
                self._turn.set_attributes({**counted, "assistant.usd": usd})
            case Spoke(text, seconds):
                self._turn.set_attribute("assistant.speech_seconds", seconds)
                self._tell("spoke", text)
            case Interrupted(heard):
                self._turn.add_event("interrupted", {"assistant.heard_seconds": heard})
            case Problem(text):
                self._tell("problem", text)

    def _begin(self) -> None:
        if self._turn is None:
            nobody = self._api.set_span_in_context(self._api.INVALID_SPAN)
            self._turn = self._tracer.start_span("turn", context=nobody)
            self._context = self._api.set_span_in_context(self._turn)

    def _goes_on(self, phase: str) -> None:
        if self._phase is not None:
            self._phase.end()
            self._phase = None
        if phase == IDLE:
            self._over()
            return
        self._begin()
        self._phase = self._tracer.start_span(phase, context=self._context)

    def _over(self) -> None:
        for span in (*self._open.values(), self._phase, self._turn):
            if span is not None:
                span.end()
        self._turn = self._phase = None
        self._heard = False
        self._open = {}

    def _opened(self, key: tuple[str, str], name: str, device: str = "") -> None:
        if key not in self._open and len(self._open) < MOST_OPEN:
            self._open[key] = span = self._tracer.start_span(name, context=self._context)
            if device:
                span.set_attribute("assistant.device", device)

    def _closed(self, key: tuple[str, str], *, ok: bool) -> None:
        if (span := self._open.pop(key, None)) is not None:
            span.set_status(self._api.StatusCode.OK if ok else self._api.StatusCode.ERROR)
            span.end()

    def _tell(self, what: str, text: str) -> None:
        self._turn.add_event(what, {"assistant.text": text} if self._words else {})


@asynccontextmanager
async def traced(config: TracesConfig) -> AsyncIterator[Traces]:
    """Traces that are sent to a collector (OTLP over HTTP), in the background and in batches.

    Raises:
        ConfigError: OpenTelemetry is not installed.
    """
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ConfigError("traces.url needs OpenTelemetry: pip install 'assistant[traces]'") from error
    provider = TracerProvider(resource=Resource({"service.name": "assistant"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_exporter(config.url)))
    try:
        yield Traces(provider.get_tracer("assistant"), words=config.words)
    finally:
        ending = threading.Thread(target=provider.shutdown, name="traces", daemon=True)
        ending.start()  # it sends what is left; a collector that is away holds nobody up
        await asyncio.to_thread(ending.join, LAST_SECONDS)


def _exporter(url: str) -> Any:
    """Sends spans, and says once when nobody takes them; the library would say so every few seconds."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import SpanExportResult

    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)

    class Exporter(OTLPSpanExporter):
        refused = False

        def export(self, spans: Any) -> Any:
            result = super().export(spans)
            failed = result is not SpanExportResult.SUCCESS
            if failed and not self.refused:
                log.warning("The collector at %s takes no traces (traces.url); they are lost.", url)
            self.refused = failed
            return result

    return Exporter(url.rstrip("/") + "/v1/traces", timeout=EXPORT_SECONDS)

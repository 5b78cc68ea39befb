"""How events are shown: JSON for scripts, short lines for people."""

from __future__ import annotations

import base64
import json
import logging
import sys
import time
import wave
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError

Item = dict[str, Any]

WIDTHS = (24, 14, 18, 10, 18, 0)
"""Columns of the table of devices: name, area, kind, last report, source, state."""
STARTED = time.monotonic()
"""When the command began: every Output of the process counts from here, so that ``t`` never goes back."""

LINES: dict[str, Callable[[Item], str]] = {
    "woke": lambda e: f"  (listening: {e['by']})",
    "heard": lambda e: f"  heard: {e['text']}",
    "command": lambda e: f"  {e['device']} ← {e['payload']}",
    "spoke": lambda e: e["text"],
    "interrupted": lambda e: "  (interrupted)",
    "online": lambda e: f"  (the {e['brain']} brain answers)",
    "offline": lambda e: f"  (offline: {e['reason']})",
    "error": lambda e: f"  problem: {e['text']}",
    "device": lambda e: _row(
        e["name"],
        e["area"],
        e["kind"],
        _ago(e["reported_s"]),
        e["source"],
        _presence(e) + _state(e["state"]) + _problem(e),
    ),
    "hidden": lambda e: f"{e['name']:<24}(not shown: {e['reason']}; {e['source']}, id {e['id']})",
    "gone": lambda e: f"{e['name']:<24}(gone)",
    "catalogue": lambda e: _bill(e),
    "finding": lambda e: f"  {('FAULT', 'ok')[e['ok']]:<7}{e['step']:<12}{e['text']} ({e['seconds']:.2f} s)",
    "left": lambda e: f"microphone: {e['seconds']:g} s left the room today, because of: {e['by']}",
    "spent": lambda e: (
        f"{e['period']:<8}{e['brain']:<12}{e['kind']:<10}{e['turns']:>6} turns"
        f"{e['tokens_in']:>12,} tokens in{e['tokens_out']:>10,} out{e['usd']:>10.4f} dollars"
    ),
    "sound": lambda e: (
        f"{e['name']:<40}{e['inputs']} in, {e['outputs']} out, {e['rate']} Hz"
        + (f"  ← our {' and '.join(e['used_as'])}" if e["used_as"] else "")
    ),
    "token": lambda e: e["token"],
    "clash": lambda e: f"{' and '.join(e['names'])}: {e['reason']}; {e['suggestion']}",
}
"""What people see of an event; the rest is for scripts."""


KEY_TELLERS = (
    "websockets",
    "websockets.client",
    "google_genai",
    "google.auth",
    "httpx",
    "httpcore",
    "httpx2",
)
"""Libraries that log requests with their headers or addresses."""


class Output:
    """Writes events to stdout, and the speech among them to a WAV file."""

    def __init__(self, *, as_json: bool, speech_out: Path | None = None) -> None:
        self.as_json = as_json
        self._speech_out = speech_out
        self._speech = bytearray()
        self._headed = False

    def tell(self, item: Item) -> None:
        """Show one event; ``audio`` is kept for the file."""
        if item["event"] == "audio":
            self._speech += base64.b64decode(item["pcm"])
        elif self.as_json:
            stamped = {"t": round(time.monotonic() - STARTED, 4), **item}
            self._write(json.dumps(stamped, ensure_ascii=False))
        elif (line := LINES.get(item["event"])) is not None:
            if item["event"] == "device" and not self._headed:
                self._headed = True
                self._write(_row("NAME", "AREA", "KIND", "REPORTED", "SOURCE", "STATE"))
            self._write(line(item))

    def note(self, text: str) -> None:
        """Progress for people; scripts do not want it."""
        if not self.as_json:
            self._write(text)

    def close(self) -> None:
        """Write the speech file, whole or not at all.

        Raises:
            AssistantError: it cannot be written there.
        """
        if self._speech_out is None:
            return
        partial = self._speech_out.with_name(f".{self._speech_out.name}.part")
        try:
            with wave.open(str(partial), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(24_000)
                file.writeframes(bytes(self._speech))
            partial.replace(self._speech_out)
        except OSError as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise AssistantError(f"{self._speech_out}: cannot be written: {error.strerror}") from error

    @staticmethod
    def _write(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def logging_to_stderr(*, quiet: bool) -> None:
    """Warnings as short lines on stderr.

    websockets and the SDK must never log at DEBUG, whatever the root's level: they would print the key.
    """
    logging.basicConfig(
        level=logging.ERROR if quiet else logging.WARNING, format="assistant: %(message)s", stream=sys.stderr
    )
    for name in KEY_TELLERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def _row(*cells: str) -> str:
    return " ".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def _ago(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    for limit, size, unit in ((90, 1, "s"), (5400, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds / 86_400:.0f} d ago"


def _bill(item: Item) -> str:
    told = (
        "them all" if item["named"] == item["devices"] else f"{item['named']} and can search for the others"
    )
    return f"\n{item['devices']} devices; a cloud brain is told {told}: about {item['tokens']:,} tokens."


def _presence(item: Item) -> str:
    return "offline; " if item["available"] is False else ""


def _problem(item: Item) -> str:
    return f"  ({item['problem']})" if item["problem"] else ""


def _state(state: Item) -> str:
    words = [f"{key} {_word(value)}" for key, value in state.items()]
    return ", ".join(words) or "-"


def _word(value: object) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)

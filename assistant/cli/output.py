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
from assistant.ops.journal import Journal, JournalHandler
from assistant.plain import on_a_terminal
from assistant.redaction import REDACTION

Item = dict[str, Any]

WIDTHS = (24, 14, 18, 10, 18, 0)
"""Columns of the table of devices: name, area, kind, last report, source, state."""
STARTED = time.monotonic()
"""When the command began: every Output of the process counts from here, so that ``t`` never goes back."""

LINES: dict[str, Callable[[Item], str]] = {
    "woke": lambda e: f"  (listening: {e['by']})",
    "heard": lambda e: f"  heard: {e['text']}",
    "command": lambda e: f"  {e['device']} ← {e['payload']}",
    "spoke": lambda e: e["text"][:1].upper() + e["text"][1:],  # what rings is half a sentence
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
    "floor": lambda e: (
        f"{e['name']}{_also(e['aliases'])}: {', '.join(e['areas']) or 'no areas'}"
        + ("" if e["level"] is None else f"  (level {e['level']})")
    ),
    "hidden": lambda e: f"{e['name']:<24}(not shown: {e['reason']}; {e['source']}, id {e['id']})",
    "plugin": lambda e: _plugin(e),
    "written": lambda e: f"written: {e['file']}",
    "declaration": lambda e: _declaration(e),
    "remark": lambda e: f"{e['place']}: {e['text']}; {e['instead']}" + ("" if e["grave"] else "  (advice)"),
    "level": lambda e: _level(e),
    "mistake": lambda e: f"{e['story']}: {e['text']}",
    "played": lambda e: (
        f"{e['file']}: {e['stories'] - e['wrong']} of {e['stories']} stories came true ({e['seconds']:g} s)"
    ),
    "took": lambda e: (
        f"  ({e['seconds']:g} s: {', '.join(f'{part} {seconds:g}' for part, seconds in e['parts'].items())})"
    ),
    "reason": lambda e: f"  why: {e['text']}",
    "gone": lambda e: f"{e['name']:<24}(gone)",
    "catalogue": lambda e: _bill(e),
    "finding": lambda e: f"  {('FAULT', 'ok')[e['ok']]:<7}{e['step']:<12}{e['text']} ({e['seconds']:.2f} s)",
    "forgot": lambda e: _forgotten(e),
    "stays": lambda e: f"stays: {e['what']}",
    "left": lambda e: (
        f"microphone: {e['seconds']:g} s left the {e['room'] or 'room'} today, because of: {e['by']}"
    ),
    "spent": lambda e: (
        f"{e['period']:<8}{e['brain']:<12}{e['kind']:<10}{e['turns']:>6} turns"
        f"{e['tokens_in']:>12,} tokens in{e['tokens_out']:>10,} out{e['usd']:>10.4f} dollars"
    ),
    "sound": lambda e: (
        f"{e['name']:<40}{e['inputs']} in, {e['outputs']} out, {e['rate']} Hz"
        + (f"  ← our {' and '.join(e['used_as'])}" if e["used_as"] else "")
    ),
    "clip": lambda e: e["text"],
    "clip_sent": lambda e: (
        f"  ({e['seconds']:g} s of {e['camera']} went to the {e['brain']} brain, {e['bytes'] / 1000:.0f} kB)"
        if e["bytes"]
        else f"  (the {e['brain']} brain fetches {e['camera']} itself)"
    ),
    "gaze": lambda e: (
        f"  (looking through the {e['camera']}: {e['state']}"
        + (f" after {e['seconds']:g} s, {e['pictures']} pictures went to the brain" if e["pictures"] else "")
        + (f"; {e['reason']}" if e["reason"] else "")
        + ")"
    ),
    "camera": lambda e: f"  (camera {e['name']}: {e['state']}{': ' if e['reason'] else ''}{e['reason']})",
    "saw": lambda e: f"  {e['camera']}: {e['text']}",
    "consent": lambda e: f"  ({e['text']})",
    "consent_ended": lambda e: f"  (the question is over: {e['outcome']})",
    "camera_state": lambda e: _camera(e),
    "room": lambda e: _room(e),
    "camera_found": lambda e: _found(e),
    "step": lambda e: f"  {e['text']}",
    "health": lambda e: (
        f"up for {_ago(e['up_s']).removesuffix(' ago')}: {e['doing']}"
        + "".join(f"\n  {part}: {text}" for part, text in e["troubles"].items())
    ),
    "picture": lambda e: (
        f"{e['id']}  {e['width']}x{e['height']:<6}{e['usd']:>8.4f} dollars  {e['prompt'][:60]}"
        + (f"  (of {e['parent']})" if e["parent"] else "")
        + f"\n  {e['file']}"
        + (f"\n  {e['text']}" if "text" in e else "")
    ),
    "token": lambda e: e["token"],
    "screen": lambda e: _screen(e),
    "screen_token": lambda e: (
        f"{e['token']}\n  Open once on the screen: {e['path']} of the dashboard. It is shown only now."
    ),
    "clash": lambda e: f"{' and '.join(e['names'])}: {e['reason']}; {e['suggestion']}",
}
"""What people see of an event; the rest is for scripts."""


ASKED_FOR = ("token", "screen_token")
"""The secrets that are shown, because somebody has just asked for them."""
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
    """Writes events to stdout, and the speech among them to a WAV file.

    What ``must`` be written and cannot, as on a full disk, is an error; a daemon goes on without it.
    """

    def __init__(self, *, as_json: bool, speech_out: Path | None = None, must: bool = True) -> None:
        self.as_json, self._must = as_json, must
        self._speech_out = speech_out
        self._speech = bytearray()
        self._headed = self._floors = False
        self._journal = None if as_json else Journal.behind(sys.stdout)

    def tell(self, item: Item) -> None:
        """Show one event; ``audio`` is kept for the file."""
        if item["event"] == "audio":
            self._speech += base64.b64decode(item["pcm"])
            return
        if item["event"] not in ASKED_FOR:
            item = REDACTION.cleaned(item)
        if self.as_json:
            stamped = {"t": round(time.monotonic() - STARTED, 4), **item}
            self._write(json.dumps(stamped, ensure_ascii=False))
        elif (line := LINES.get(item["event"])) is not None:
            self._floors |= item["event"] == "floor"
            if item["event"] == "device" and not self._headed:
                self._headed = True
                self._write(_row("NAME", self._where("AREA", "FLOOR"), "KIND", "REPORTED", "SOURCE", "STATE"))
            if item["event"] == "device":
                item = {**item, "area": self._where(item["area"], item.get("floor", ""))}
            told = on_a_terminal(line(item))
            if self._journal is None or not self._journal.event(item, told):
                self._write(told)

    def _where(self, area: str, floor: str) -> str:
        """One column, or two in a house with floors."""
        return f"{area:<{WIDTHS[1]}} {floor:<{WIDTHS[1]}}" if self._floors else area

    def note(self, text: str) -> None:
        """Progress for people; scripts do not want it."""
        if not self.as_json:
            self._write(REDACTION.clean(text))

    def close(self) -> None:
        """Write the speech file, whole or not at all; tell the journal nothing more.

        Raises:
            AssistantError: it cannot be written there.
        """
        if self._journal is not None:
            self._journal.close()
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

    def _write(self, line: str) -> None:
        try:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        except BrokenPipeError:
            raise  # nobody reads any more
        except (OSError, ValueError) as error:  # a plugin may have closed it
            if self._must:
                raise AssistantError(
                    f"the output cannot be written: {getattr(error, 'strerror', error)}"
                ) from error


def logging_to_stderr(*, quiet: bool) -> None:
    """Warnings as short lines on stderr.

    websockets and the SDK must never log at DEBUG, whatever the root's level: they would print the key.
    """
    logging.basicConfig(
        level=logging.ERROR if quiet else logging.WARNING, format="assistant: %(message)s", stream=sys.stderr
    )
    for name in KEY_TELLERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    root = logging.getLogger()
    if (journal := Journal.behind(sys.stderr)) is not None:
        root.handlers[:] = [JournalHandler(journal, handler) for handler in root.handlers]
    for handler in root.handlers:
        handler.addFilter(REDACTION)


def _row(*cells: str) -> str:
    return " ".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def _also(names: list[str]) -> str:
    return f" (also {', '.join(names)})" if names else ""


def _forgotten(item: Item) -> str:
    if item["problem"]:
        return f"NOT removed: {item['what']}: {item['problem']}"
    unit = item["unit"].removesuffix("s") if item["count"] == 1 else item["unit"]
    amount = unit if unit == "memory" else f"{item['count']} {unit}"
    told = f"{'would be ' if item['dry'] else ''}removed ({amount})"
    return f"{told if item['count'] else 'nothing there'}: {item['what']}"


def _camera(item: Item) -> str:
    """``front door  live  h264 640x360 + aac  GOP 2.0 s  60 s, 12.1 MB kept  last picture 0 s ago``."""
    state = item["state"] + (f": {item['why']}" if item["why"] else "")
    codec = " ".join(part for part in (item["codec"], item["size"], item["sound"]) if part)
    kept = f"{item['ring_s']:.0f} s, {item['ring_mb']:.1f} MB kept" if item["ring_s"] else ""
    group = f"key picture every {item['gop_s']:g} s" if item["gop_s"] else ""
    parts = [codec, group, kept, f"last picture {_ago(item['last_frame_s'])}", item["warning"]]
    told = ", ".join(part for part in parts if part)
    return f"{item['name']:<20} {state:<10}{';' if item['why'] else ''} {told}"


def _found(item: Item) -> str:
    """A comment on what was found, and behind it the line for config.yaml."""
    about = [item["address"], item["model"], ", ".join(item["streams"]), item["problem"]]
    comment = "# " + ": ".join(part for part in about if part)
    return "\n".join(part for part in (comment, item["line"]) if part)


def _ago(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    for limit, size, unit in ((90, 1, "s"), (5400, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds / 86_400:.0f} d ago"


def _declaration(item: Item) -> str:
    schema = json.dumps(item["parameters"], indent=2, ensure_ascii=False)
    phrases = "".join(f'\n  "{phrase}"' for phrase in item["phrases"])
    slow = f", slow (its answer is spoken: {item['speak']})" if item["slow"] else ""
    return f"{item['name']} (risk: {item['risk']}{slow})\n  {item['description']}\n{schema}{phrases}\n"


def _level(item: Item) -> str:
    missing = f"; to be better it needs: {', '.join(item['missing'])}" if item["missing"] else ""
    told = " if its stories come true (assistant plugin test)" if item["level"] in ("silver", "gold") else ""
    return f"{item['file']}: {item['level']}{told}{missing}"


def _plugin(item: Item) -> str:
    what = item["reason"] or ", ".join([*item["devices"], *item["tools"]]) or "-"
    since = f" (since {item['since']})" if item["state"] == "quarantined" else ""
    return f"{item['name']:<24} {item['state']:<15} {item['source']:<13} {what}{since}"


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


def _screen(item: Item) -> str:
    """``kitchen  kitchen  open, 1280 x 800; a token of its own since 2026-11-30T12:00:00``."""
    seen = {True: "open", False: "not open", None: "no daemon runs"}[item["open"]]
    size = f", {item['size'][0]} x {item['size'][1]}" if item["size"] else ""
    token = f"; a token of its own since {item['token_made']}" if item["token_made"] else ""
    return f"{item['name']:<24} {item['area']:<14} {seen}{size}{token}"


def _room(room: Item) -> str:
    """One room's switches, with its name where there are several."""
    open_, muted = (
        ("" if room["microphone"] else "not ") + "open",
        ("" if room["muted"] else "not ") + "muted",
    )
    return (
        f"{room['room']}{': ' if room['room'] else ''}microphone {open_}, {muted}; "
        f"volume {room['volume']}, sensitivity {room['sensitivity']} percent; {room['phase']}"
    )

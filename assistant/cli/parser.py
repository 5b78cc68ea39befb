"""The words of the command line; what they do is imported only when they are used."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path

from assistant import __version__
from assistant.errors import UsageError


class Parser(argparse.ArgumentParser):
    """argparse, with its complaint as one of our sentences."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """Raise instead of printing the whole usage."""
        raise UsageError(f"{message}; see `{self.prog} --help`")


def parsed(arguments: list[str]) -> argparse.Namespace:
    """The options, with ``command`` as the function that carries them out.

    Raises:
        UsageError: the arguments make no sense.
    """
    common = Parser(add_help=False)
    common.add_argument("--json", action="store_true", help="one JSON object per line on stdout")
    common.add_argument("--config", type=Path, metavar="PATH", help="the configuration file")
    parser = Parser(prog="assistant", description="A voice-first smart home assistant.")
    parser.add_argument("--version", action="version", version=f"assistant {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, what: str, where: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=what, description=what, parents=[common])
        added.set_defaults(command=_later(where))
        return added

    _talking(command)
    _looking(command)
    _caring(command)
    return parser.parse_args(arguments)


Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Name, what it does, module:function → its parser."""


def _talking(command: Command) -> None:
    command("run", "run the house: daemon, and a prompt for typed sentences", "run:run")
    hear = command("hear", "hear a recording as if it came from the microphone", "ask:hear")
    hear.add_argument("file", type=Path, metavar="FILE.wav")
    hear.add_argument("--no-wake", action="store_true", help="open the gate first: no wake word is needed")
    say = command("say", "say a sentence, typed", "ask:say")
    say.add_argument("text", metavar="TEXT", nargs="+", help="the sentence; - reads it from stdin")
    for asking in (hear, say):
        asking.add_argument("--speech-out", type=Path, metavar="OUT.wav", help="keep what is spoken")


def _looking(command: Command) -> None:
    devices = command("devices", "list the devices with area, kind, state and source", "ask:devices")
    devices.add_argument(
        "what", nargs="*", metavar="WHAT", help="set NAME PROPERTY VALUE; accept ID; nothing lists them"
    )
    looking = devices.add_mutually_exclusive_group()
    looking.add_argument("--watch", action="store_true", help="go on with every change; Ctrl-C ends it")
    looking.add_argument("--audio", action="store_true", help="list microphones and speakers instead")
    looking.add_argument("--check", action="store_true", help="look for names that people or ears mix up")
    doctor = command("doctor", "examine what the house depends on", "doctor:doctor")
    doctor.add_argument(
        "--audio",
        action="store_true",
        help="microphone, speaker and the room between them; ten seconds of sound",
    )
    doctor.add_argument(
        "--live", action="store_true", help="the brain: key, model, a spoken turn, resumption"
    )


def _caring(command: Command) -> None:
    token = command("token", "make a key for a browser or a guest that soon expires", "token:token")
    token.add_argument("--minutes", type=int, default=30, help="how long it is good for (default 30)")
    token.add_argument(
        "--connections", type=int, default=1, help="for how many conversations; 0: no limit (default 1)"
    )
    command("usage", "print what was spent today and this month", "usage:usage")
    command("check", "check the configuration and the plugins without starting anything", "check:check")
    command("schema", "print the JSON Schema of the configuration", "check:schema")
    bench = command("bench", "measure this machine; one line per figure", "bench:bench")
    bench.add_argument("parts", nargs="*", metavar="PART", help="which figures; all when none is named")
    bench.add_argument("--rounds", type=int, default=20, help="how often each is measured (default 20)")


def _later(where: str) -> Callable[[argparse.Namespace], int]:
    module, _, function = where.partition(":")

    def call(options: argparse.Namespace) -> int:
        return int(getattr(importlib.import_module(f"assistant.cli.{module}"), function)(options))

    return call

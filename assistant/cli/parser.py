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
    common = Parser(add_help=False, argument_default=argparse.SUPPRESS)  # before the command, or behind it
    common.add_argument("--json", action="store_true", help="one JSON object per line on stdout")
    common.add_argument("--config", type=Path, metavar="PATH", help="the configuration file")
    about = "A voice-first smart home assistant."
    parser = Parser(prog="assistant", description=about, parents=[common])
    parser.add_argument("--version", action="version", version=f"assistant {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, what: str, where: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=what, description=what, parents=[common])
        added.set_defaults(command=_later(where))
        return added

    _talking(command)
    _showing(command)
    _looking(command)
    _seeing(command)
    _caring(command)
    _writing(command)
    return parser.parse_args(arguments, argparse.Namespace(json=False, config=None))


Command = Callable[[str, str, str], argparse.ArgumentParser]
"""Name, what it does, module:function → its parser."""


def _talking(command: Command) -> None:
    run = command("run", "run the house: daemon, and a prompt for typed sentences", "run:run")
    run.add_argument("--quiet", action="store_true", help="show troubles only, nothing of what is said")
    run.add_argument("--reload", action="store_true", help="take plugins anew whenever their files are saved")
    hear = command("hear", "hear a recording as if it came from the microphone", "ask:hear")
    hear.add_argument("file", type=Path, metavar="FILE.wav")
    hear.add_argument("--no-wake", action="store_true", help="open the gate first: no wake word is needed")
    say = command("say", "say a sentence, typed", "ask:say")
    say.add_argument("text", metavar="TEXT", nargs="+", help="the sentence; - reads it from stdin")
    say.add_argument("--room", default="", metavar="NAME", help="as if it was said in that room")
    room = command(
        "room", "press the room's switches: talk without a wake word, stop, mute, volume", "ask:room"
    )
    room.add_argument(
        "words",
        nargs="*",
        metavar="[ROOM] [push|stop|mute|unmute|volume 0-100|sensitivity 0-100]",
        help="which room (all of them, unless named) and what to press; nothing shows them",
    )
    for asking in (hear, say):
        asking.add_argument("--speech-out", type=Path, metavar="OUT.wav", help="keep what is spoken")


def _showing(command: Command) -> None:
    picture = command("picture", "have a picture made or changed, and shown on a screen", "picture:picture")
    picture.add_argument("prompt", metavar="PROMPT", nargs="+", help="what is to be seen, or to change")
    picture.add_argument("--aspect", default="", help="such as 16:9, or square, portrait, landscape, wide")
    picture.add_argument("--size", default="", help="1K, 2K or 4K")
    picture.add_argument("--count", type=int, metavar="N", help="how many, 1 to 4 (usual: pictures.count)")
    picture.add_argument(
        "--ref",
        action="append",
        default=[],
        metavar="FILE",
        help="a picture to go by, or camera:NAME for what that camera sees; may be repeated",
    )
    picture.add_argument(
        "--edit", metavar="WHICH", help="change a picture: last, an id of the gallery, or a file"
    )
    picture.add_argument("--mask", metavar="FILE", help="only what is white in it may change")
    picture.add_argument(
        "--part", default="", help="foreground, background or things may change (Imagen only)"
    )
    picture.add_argument("--mode", default="", help="insert, remove, extend or background (Imagen only)")
    picture.add_argument("--yes", action="store_true", help="whatever it costs, within the limits")
    gallery = command("gallery", "list the pictures; keep, show, remove or add one", "picture:gallery")
    gallery.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="words of the prompt; or keep, show or remove and an ID or last (or show NUMBER); add FILE",
    )
    screens = command(
        "screens", "list the screens; make or revoke a token for one of them", "screens:screens"
    )
    screens.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="token NAME makes one for this screen only; revoke NAME takes it back; nothing lists them",
    )
    for showing in (picture, gallery):
        showing.add_argument("--screen", default="", help="where it is shown")


def _looking(command: Command) -> None:
    devices = command("devices", "list the devices with area, kind, state and source", "ask:devices")
    devices.add_argument(
        "what", nargs="*", metavar="WHAT", help="set NAME PROPERTY VALUE; accept ID; nothing lists them"
    )
    looking = devices.add_mutually_exclusive_group()
    looking.add_argument("--watch", action="store_true", help="go on with every change; Ctrl-C ends it")
    looking.add_argument("--audio", action="store_true", help="list microphones and speakers instead")
    looking.add_argument("--check", action="store_true", help="look for names that people or ears mix up")
    plugins = command("plugins", "list the plugins: what became of each, and why", "plugins:plugins")
    plugins.add_argument(
        "what", nargs="*", metavar="WHAT", help="release NAME lets one out of quarantine; nothing lists them"
    )
    doctor = command("doctor", "examine what the house depends on", "doctor:doctor")
    doctor.add_argument(
        "--audio",
        action="store_true",
        help="microphone, speaker and the room between them; ten seconds of sound",
    )
    doctor.add_argument(
        "--bundle", type=Path, metavar="FILE", help="keep what was found for somebody who helps"
    )
    doctor.add_argument(
        "--live", action="store_true", help="the brain: key, model, a spoken turn, resumption"
    )


def _seeing(command: Command) -> None:
    cameras = command(
        "cameras", "how the cameras are: state, codec, seconds kept, age of the last picture", "clip:cameras"
    )
    cameras.add_argument(
        "--find",
        nargs="?",
        const="",
        metavar="ADDRESS",
        help="ask the network, or one address, for ONVIF cameras; prints lines for config.yaml",
    )
    cameras.add_argument("--user", default="", help="with --find: who the cameras know")
    clip = command("clip", "ask about what a camera has filmed, or about a film", "clip:clip")
    clip.add_argument("of", metavar="CAMERA|FILE|URL")
    clip.add_argument("question", nargs="?", help="what you want to know")
    clip.add_argument("--seconds", type=float, help="how long the clip is (default: clips.seconds)")
    clip.add_argument("--at", metavar="WHEN", help='18:30, "two minutes ago", next; now when not given')
    clip.add_argument("--save", type=Path, metavar="OUT.mp4", help="keep the camera's own clip, too")
    clip.add_argument(
        "--as",
        dest="kind",
        default="answer",
        choices=["answer", "facts", "scenes", "transcript"],
        help="a sentence, JSON for programs, a list of scenes, or what is spoken",
    )
    clip.add_argument("--model", default="", help="another video model")
    clip.add_argument("--fps", type=float, help="pictures a second, up to 24")
    clip.add_argument("--resolution", default="", help="low, medium, high or 'ultra high'")
    clip.add_argument("--from", dest="begin", metavar="MM:SS", help="of a film: where it begins")
    clip.add_argument("--to", dest="end", metavar="MM:SS", help="of a film: where it ends")
    clip.add_argument("--prepare", action="store_true", help="of a file: make it small before it is sent")


def _caring(command: Command) -> None:
    setup = command("setup", "ask what a new house must know, and write its configuration", "setup:setup")
    setup.add_argument("--answers", type=Path, metavar="FILE", help="take the answers from a TOML file")
    command("mcp", "offer the house's tools to another agent (Model Context Protocol, on stdin)", "mcp:mcp")
    token = command("token", "make a key for a browser or a guest that soon expires", "token:token")
    token.add_argument("--minutes", type=int, default=30, help="how long it is good for (default 30)")
    token.add_argument(
        "--connections", type=int, default=1, help="for how many conversations; 0: no limit (default 1)"
    )
    pin = command("pin", "set, type or forget the PIN for locks, gates and alarms", "pin:pin")
    pin.add_argument("what", nargs="?", default="look", choices=["look", "set", "enter", "forget"])
    command("health", "how the daemon is: what it does, and what is wrong", "ask:health")
    forget = command("forget", "remove what is kept about the people of the house", "forget:forget")
    forget.add_argument(
        "--what",
        action="append",
        default=[],
        metavar="KIND",
        help="audio, transcripts, events, clips, gallery, memory, handles, ledger or all; may be repeated "
        "(default: all, but memory only when it is named)",
    )
    forget.add_argument(
        "--since", metavar="WHEN", help='today, yesterday, 18:30, "two hours ago", 2026-11-01'
    )
    forget.add_argument("--dry-run", action="store_true", help="only show what would go")
    forget.add_argument("--yes", action="store_true", help="do not ask")
    command("usage", "print what was spent today and this month", "usage:usage")
    install = command(
        "install", "make it a service that systemd starts, or take that back", "install:install"
    )
    kind = install.add_mutually_exclusive_group()
    kind.add_argument("--user", action="store_true", help="of this user (usual: it finds the user's sound)")
    kind.add_argument("--system", action="store_true", help="of the machine, with a user of its own")
    install.add_argument("--dry-run", action="store_true", help="only show what would be done")
    install.add_argument("--uninstall", action="store_true", help="stop it and remove it; data stays")
    command("check", "check the configuration and the plugins without starting anything", "check:check")
    command("schema", "print the JSON Schema of the configuration", "check:schema")
    bench = command("bench", "measure this machine; one line per figure", "bench:bench")
    bench.add_argument("parts", nargs="*", metavar="PART", help="which figures; all when none is named")
    bench.add_argument("--rounds", type=int, default=20, help="how often each is measured (default 20)")
    bench.add_argument("--seed", type=int, default=1, help="where chance begins (storm; default 1)")


def _writing(command: Command) -> None:
    plugin = command("plugin", "write, check, try, test and pack a plugin", "plugin:plugin")
    words = plugin.add_subparsers(dest="what", metavar="WHAT", required=True)

    def word(name: str, what: str) -> argparse.ArgumentParser:
        added = words.add_parser(name, help=what, description=what)
        added.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        return added

    new = word("new", "write a plugin, its stories and a page about it into this folder")
    new.add_argument("name", metavar="NAME", help="such as garden_pump")
    new.add_argument("--kind", choices=("device", "tool", "reaction"), default="device")
    check = word("check", "print what the brain is told of it, and what could be better")
    say = word("say", "try a sentence in the pretend home; say why it did not reach the plugin")
    say.add_argument("text", metavar="SENTENCE")
    for asking in (check, say):
        asking.add_argument("file", type=Path, metavar="FILE.py")
        asking.add_argument(
            "--set", action="append", default=[], metavar="SETTING=VALUE", help="a setting of it"
        )
    test = word("test", "play its stories; without a file, all in this folder")
    test.add_argument("file", type=Path, nargs="?", metavar="FILE.py")
    pack = word("pack", "make a package of it that pip can install")
    pack.add_argument("file", type=Path, metavar="FILE.py")


def _later(where: str) -> Callable[[argparse.Namespace], int]:
    module, _, function = where.partition(":")

    def call(options: argparse.Namespace) -> int:
        return int(getattr(importlib.import_module(f"assistant.cli.{module}"), function)(options))

    return call

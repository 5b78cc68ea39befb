"""`python -m assistant.brain`: the embedded brain as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import stat
import sys
from pathlib import Path

from assistant.brain.mind import Mind
from assistant.brain.parts import Options, Parts
from assistant.brain.server import serve
from assistant.brain.speaking import ENGINES, Voice
from assistant.errors import AssistantError, BrainError
from assistant.redaction import REDACTION


def main() -> int:
    """Serve until stdin closes or a signal comes; the exit code."""
    arguments = _arguments()
    _log_in_single_lines()
    try:
        asyncio.run(_run(arguments))
    except AssistantError as error:
        _complain(str(error), as_json=arguments.json)
        return error.exit_code
    except (KeyboardInterrupt, BrokenPipeError):
        return 0
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m assistant.brain", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--state", type=Path, help="folder for the certificate and the caches")
    parser.add_argument("--script", type=Path, help="YAML file that says how to behave, for tests")
    names = ["auto", *(engine.name for engine in ENGINES)]
    parser.add_argument("--voice", choices=names, default="auto", help="what to speak with")
    parser.add_argument("--whisper", type=Path, help="folder of a whisper model, for a second opinion")
    parser.add_argument("--json", action="store_true", help="errors, too, as JSON on stdout")
    return parser.parse_args()


def _port(text: str) -> int:
    if text.isdecimal() and 0 <= int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")


def _log_in_single_lines() -> None:
    """Our log goes to stderr as sentences; a traceback helps nobody in a house."""
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine("brain: %(message)s"))
    handler.addFilter(REDACTION)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = " ".join(record.getMessage().split())
        error = record.exc_info[1] if record.exc_info else None
        return f"brain: {text}" + (f": {error!r}" if error else "")


def _complain(text: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"event": "error", "text": text}) + "\n")
    else:
        sys.stderr.write(text + "\n")


async def _run(arguments: argparse.Namespace) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    async with (
        Voice(arguments.voice) as voice,
        serve(
            _parts(arguments, voice), _state(arguments), host=arguments.host, port=arguments.port
        ) as address,
    ):
        ready = {
            "event": "ready",
            "url": address.url,
            "certificate": str(address.certificate),
            "pid": os.getpid(),
        }
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        watched = await _watch_stdin(over)
        await over.wait()
        if watched is not None:
            watched.close()


async def _watch_stdin(over: asyncio.Event) -> asyncio.ReadTransport | None:
    """A parent holds the other end of our stdin; when it dies, so do we."""
    try:
        kind = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):
        return None
    if not (stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind)):
        return None
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: _Orphaned(over), sys.stdin)
    return transport


class _Orphaned(asyncio.Protocol):
    """Waits for the end of a pipe."""

    def __init__(self, over: asyncio.Event) -> None:
        self._over = over

    def eof_received(self) -> None:
        self._over.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._over.set()


def _state(arguments: argparse.Namespace) -> Path:
    if arguments.state is not None:
        return Path(arguments.state).absolute()
    home = os.environ.get("ASSISTANT_STATE_DIR")
    if not home:
        base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
        home = f"{base}/assistant"
    return Path(home).absolute() / "brain"


def _parts(arguments: argparse.Namespace, voice: Voice) -> Parts:
    script = None
    if arguments.script is not None:
        from assistant.brain.script import load

        script = load(arguments.script)
    if arguments.whisper is not None and not arguments.whisper.is_dir():
        raise BrainError(f"There is no folder {arguments.whisper} with a whisper model.")
    keys = os.environ.get("ASSISTANT_BRAIN_KEYS", "").split(",")
    return Parts(
        open_mind=Mind.open,
        voice=voice,
        cache=_state(arguments) / "cache",
        whisper=arguments.whisper,
        script=script,
        options=Options(keys=frozenset(key.strip() for key in keys if key.strip())),
    )


if __name__ == "__main__":
    sys.exit(main())

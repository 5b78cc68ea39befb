"""The audio process.

A process of its own because PortAudio can hang in open and close, and because this is the one door
through which microphone bytes pass.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from assistant.audio.devices import listed
from assistant.audio.ears import Echo
from assistant.audio.messages import Trouble
from assistant.audio.pipe import packed
from assistant.audio.selftest import examined
from assistant.audio.worker import AudioProcess
from assistant.errors import AudioError

LAST_WORDS_SECONDS = 1.0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="assistant.audio")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--fd", type=int, help="socket of the daemon")
    what.add_argument(
        "--examine", action="store_true", help="print what is found of them, a line of JSON each"
    )
    what.add_argument("--list", action="store_true", help="print the sound devices as JSON")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--input", default="default")
    parser.add_argument("--output", default="default")
    parser.add_argument("--wake", action="append", default=[], metavar="WORD", help="may be repeated")
    parser.add_argument("--model", action="append", default=[], metavar="WORD.json", type=Path)
    parser.add_argument("--offset", action="append", default=[], metavar="WORD=POINTS")
    parser.add_argument("--signs", action="store_true")
    parser.add_argument("--always", action="store_true")
    parser.add_argument("--echo", default="auto", choices=["auto", *(each.value for each in Echo)])
    parser.add_argument("--volume", type=int, default=100)
    parser.add_argument("--sensitivity", type=int, default=50)
    parser.add_argument("--muted", action="store_true")
    parser.add_argument("--push", action="store_true")
    parser.add_argument("--end-silence-ms", type=int, default=350)
    parser.add_argument("--follow-up-ms", type=int, default=6000)
    return parser.parse_args(arguments)


async def serve(options: argparse.Namespace) -> None:
    """Run on the inherited socket."""
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=options.fd))
    with suppress(ConnectionError):
        try:
            await AudioProcess(options, writer).run(reader)
        except AudioError as error:
            writer.write(packed(Trouble(str(error), fatal=True, for_good=True)))
    writer.close()
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(LAST_WORDS_SECONDS):
            await writer.wait_closed()


def _served(options: argparse.Namespace) -> NoReturn:
    """Serve and end, whatever hangs: Python would wait for a thread that PortAudio never lets go.

    When the daemon has died nobody is there to kill this process, which holds the microphone.
    """
    status = 1
    try:
        with suppress(KeyboardInterrupt):
            asyncio.new_event_loop().run_until_complete(serve(options))
        status = 0
    finally:
        if (error := sys.exception()) is not None:
            traceback.print_exception(error)
        os._exit(status)


def _looked_at(options: argparse.Namespace) -> Iterator[object]:
    """For people who look at their devices, without a daemon."""
    if options.examine:
        found = examined(options.input, options.output, options.wake, options.sensitivity)
        yield from (vars(step) for step in found)
        return
    try:
        yield [vars(each) for each in listed()]
    except AudioError as error:
        yield {"error": str(error)}


def main() -> int:
    """`python -m assistant.audio`: started by the daemon, never by hand."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no audio in core dumps
    options = _options(sys.argv[1:])
    if options.list or options.examine:
        for line in _looked_at(options):
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
        return 0
    _served(options)


if __name__ == "__main__":
    sys.exit(main())

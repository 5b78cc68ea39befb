"""`python -m assistant.vision.rings`: started by the daemon, never by hand.

A process of its own because C code reads here what a network sends, and what crashes must not take the voice
along.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import socket
import sys
from contextlib import suppress

from assistant.vision.pipe import LARGEST_BUFFER
from assistant.vision.rings.decoding import quiet
from assistant.vision.rings.worker import Worker

LIMIT_BYTES = 6 * 2**30


async def serve(fd: int, tray: int) -> None:
    """Run on the inherited sockets until the daemon closes them."""
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=fd), limit=LARGEST_BUFFER)
    with suppress(ConnectionError), socket.socket(fileno=tray) as ours:
        ours.setblocking(False)
        await Worker(writer, ours).run(reader)
    writer.close()


def main() -> None:
    """Serve; ends at once, for threads that wait in C code cannot be asked to."""
    parser = argparse.ArgumentParser(prog="assistant.vision.rings")
    parser.add_argument("--fds", type=int, nargs=2, required=True, help="socket and tray of the daemon")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no pictures in core dumps
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    quiet()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(*options.fds))
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()

"""`python -m assistant.vision.rings.darkroom`: films are decoded and made here, one after the other.

The ring process starts it when there is something to make and lets it go soon after. Then all the memory that
it took is free, and a film that crashes a decoder costs one answer and no ring.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import sys
from typing import IO

import av
import av.error

from assistant.errors import VisionError
from assistant.vision.pipe import HEADER, Item, packed
from assistant.vision.rings.decoding import quiet
from assistant.vision.rings.films import known
from assistant.vision.rings.preparing import heard, picture, pictures, prepared
from assistant.vision.rings.wishes import Wish

LIMIT_BYTES = 4 * 2**30
NOT_MADE = "That clip could not be made."


def done(head: Item, body: bytes) -> tuple[Item, bytes]:
    """One job: ``film`` made fit to be sent, its ``movement``, its last ``picture`` or some ``pictures``
    as JPEG, what it is (``known``), or as it is with a sound that an MP4 carries (``voiced``). It is the
    body, or the file at ``path``; of a body that holds two films, the second is the first as MP4.

    Raises:
        VisionError: it cannot be done; the text says why.
    """
    split = head.get("split") or len(body)
    film: bytes | str = body[:split] if body else str(head["path"])
    wish = Wish.of(head.get("wish", {}))
    match head["do"]:
        case "known":
            return known(str(head["path"])), b""
        case "picture":
            return {}, picture(film, pixels=int(head.get("pixels", 1280)))
        case "pictures":
            found = pictures(film, most=int(head["most"]), pixels=int(head["pixels"]))
            told = {"seconds": [at for at, _ in found], "lengths": [len(data) for _, data in found]}
            return told, b"".join(data for _, data in found)
        case "voiced":
            return {}, heard(film, body[split:])
        case "movement":
            return prepared(film, wish, copyable=body).told(), b""
    made = prepared(film, wish, copyable=body[split:] or None)
    return made.told(), made.data


def _answered(head: Item, body: bytes) -> bytes:
    try:
        return packed(*done(head, body))
    except VisionError as error:
        return packed({"error": str(error)})
    except (av.error.FFmpegError, OSError, ValueError, KeyError, TypeError, MemoryError) as error:
        print(f"a film could not be made: {error}", file=sys.stderr)  # noqa: T201 -- the ring process's log
        return packed({"error": NOT_MADE})


def serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Do what is asked until nobody asks any more."""
    while len(header := asked.read(HEADER.size)) == HEADER.size:
        head, body = (asked.read(length) for length in HEADER.unpack(header))
        answers.write(_answered(json.loads(head), body))
        answers.flush()


def main() -> None:
    """Serve; ends at once, whatever C code is still doing."""
    parser = argparse.ArgumentParser(prog="assistant.vision.rings.darkroom")
    parser.add_argument("--fd", type=int, required=True, help="socket of the ring process")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no pictures in core dumps
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    quiet()
    with socket.socket(fileno=options.fd) as ours:
        serve(ours.makefile("rb"), ours.makefile("wb"))
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()

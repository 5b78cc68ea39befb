"""`python -m assistant.vision.bench`: one job on pictures, in a process that may die of it."""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

MOST_MEMORY = 1536 * 2**20
"""Of addresses; a 4K picture with everything around it takes a sixth of that in real memory."""
MOST_SECONDS = 25


def main() -> int:
    """Read a job and its bytes from stdin; write what came of it to stdout."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    line = sys.stdin.buffer.readline()
    data = sys.stdin.buffer.read()
    told, made = _done(json.loads(line), data)
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + made)
    return 0


def _done(job: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    from assistant.vision import cards, fitting

    pieces = fitting.split(data, job.get("lengths", []))
    try:
        match job["do"]:
            case "fit":
                made = fitting.fitted(fitting.opened(data), job)
            case "clean":
                made = fitting.cleaned(data, job["longest"])
            case "card":
                made = fitting.fitted(cards.drawn(job["content"], tuple(job["size"])), job)
            case "sheet":
                made = fitting.fitted(cards.sheet(pieces, job["titles"], tuple(job["size"])), job)
            case "paste":
                made = fitting.pasted(*pieces)
            case other:
                raise ValueError(f"no such job: {other}")
    except fitting.Unreadable as error:
        return {"error": str(error)}, b""
    mime, width, height, out = made
    return {"mime": mime, "width": width, "height": height}, out


if __name__ == "__main__":
    sys.exit(main())

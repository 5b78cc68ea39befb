"""`python -m assistant.vision.rings`: started by the daemon, never by hand.

A process of its own because C code reads here what a network sends, and what crashes must not take the voice
along.
"""

from __future__ import annotations

import os
import resource
import sys

LIMIT_BYTES = 6 * 2**30


def main() -> None:
    """Serve on the daemon's socket and tray; ends at once, for threads that wait in C code cannot be asked
    to."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no pictures in core dumps
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    sys.modules["ssl"] = None  # type: ignore[assignment]  # 4 MB; asyncio does without, and FFmpeg has its own
    from assistant.vision.rings.worker import served

    served(*map(int, sys.argv[1:]))
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()

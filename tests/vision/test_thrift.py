"""The ring process keeps films, and little else."""

from __future__ import annotations

import subprocess
import sys

from assistant.vision.rings.thrift import untouched

MAPPED = """\
7f0000000000-7f0000001000 r-xp 00000000 fe:00 7      /usr/lib/a name.so
Rss:                   4 kB
Anonymous:             0 kB
7f0000002000-7f0000003000 r--p 00001000 fe:00 7      /usr/lib/a name.so
Rss:                   4 kB
Anonymous:             4 kB
7f0000004000-7f0000005000 rw-p 00002000 fe:00 7      /usr/lib/a name.so
Anonymous:             0 kB
7f0000006000-7f0000007000 r-xp 00000000 00:00 0      [vdso]
Anonymous:             0 kB
7f0000008000-7f0000009000 r--p 00000000 00:00 0
Anonymous:             0 kB
"""
"""As a kernel tells it: code, what was written before it was closed, what may be written, and no files."""

BEGINNING = """
import av, io
from assistant.vision.rings import thrift
def files():
    told = open("/proc/self/smaps_rollup").read().split()
    return int(told[told.index("Rss:") + 1]) - int(told[told.index("Anonymous:") + 1])
before = files()
thrift.give_back()
after = files()
film = io.BytesIO()
with av.open(film, "w", format="mp4") as container:
    stream = container.add_stream("libx264", rate=10)
    stream.width = stream.height = 64
    for _ in range(3):
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
    container.mux(stream.encode())
print(after < before / 2, len(film.getvalue()) > 500)
"""


def test_only_pages_that_the_machine_can_get_again_are_given_back() -> None:
    assert untouched(MAPPED) == [(0x7F0000000000, 0x7F0000001000)]


def test_what_the_ring_process_needed_to_begin_is_given_back_and_all_still_works() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", BEGINNING], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["True", "True"], done.stderr

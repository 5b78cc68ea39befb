"""The command ``assistant`` as a process of its own that need not import everything first.

A process that has imported the house waits, and forks for each command: with its caller's words, environment, folder,
input and output, its own end and exit code. That spares half a second of computing a hundred times. How the program
starts from nothing is seen wherever a test starts a daemon.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

CALLER = Path(__file__).with_name("warm_caller.py")
IMPORTED = (
    "assistant.__main__", "assistant.cli.parser", "assistant.app", "assistant.errands", "google.genai",
)  # fmt: skip
"""``cli.output`` is left out: events tell the seconds since its import."""
STANDARD = (0, 1, 2)
LENGTH_BYTES = 8


def command(*words: object) -> list[str]:
    """What to start instead of ``python -m assistant WORDS``."""
    return [sys.executable, "-I", "-S", str(CALLER), _waiting(), *map(str, words)]


@cache
def _waiting() -> str:
    """Start the process that waits; the path of its socket. It ends with this process, even if that is killed."""
    folder = tempfile.TemporaryDirectory(prefix="warm-")
    path = f"{folder.name}/socket"
    theirs, ours = os.pipe()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(64)
        numbers = (server.fileno(), theirs)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.parts.warm", *map(str, numbers)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=numbers,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
    os.close(theirs)

    def end() -> None:
        os.close(ours)
        process.wait()
        folder.cleanup()

    atexit.register(end)
    return path


def forked(server: socket.socket, caller_lives: int) -> bool:
    """Serve until the caller's process has ended (False); True in each child that is to become a command."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        readable, _, _ = select.select([server.fileno(), caller_lives], [], [])
        if caller_lives in readable:
            return False
        link, _ = server.accept()
        with link:
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.close(caller_lives)
                server.close()
                return _became(link)


def _became(link: socket.socket) -> bool:
    """Fork once more: the child is the command, this process tells the caller how it ended."""
    told, numbers, _, _ = socket.recv_fds(link, 2**20, len(STANDARD) + 1)
    while len(told) < LENGTH_BYTES or len(told) < LENGTH_BYTES + int.from_bytes(told[:LENGTH_BYTES]):
        told += link.recv(2**20)
    if pid := os.fork():
        for number in (*numbers, *STANDARD):
            os.close(number)
        _watched(pid, link)
    os.fchdir(numbers[len(STANDARD)])
    for number, standard in zip(numbers, STANDARD, strict=False):
        os.dup2(number, standard)
    for number in (*numbers, link.detach()):
        os.close(number)
    count, *texts = told[LENGTH_BYTES:].split(b"\0")
    words, variables = texts[: int(count)], texts[int(count) :]
    sys.argv[1:] = map(os.fsdecode, words)
    os.environ.clear()
    for variable in variables:
        name, _, value = variable.partition(b"=")
        os.environb[name] = value
    return True


def _watched(pid: int, link: socket.socket) -> None:
    """Tell the exit code; a command whose caller has gone is ended."""
    ended = os.pidfd_open(pid)
    if link.fileno() in select.select([ended, link.fileno()], [], [])[0]:
        os.kill(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    link.sendall(str(code).encode())
    os._exit(0)


def main() -> None:
    """Import, wait, and become a command."""
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    from assistant import __main__

    with socket.socket(fileno=int(sys.argv[1])) as server:
        becomes = forked(server, int(sys.argv[2]))
    if becomes:
        sys.argv[0] = __main__.__file__
        __main__.run()


if __name__ == "__main__":
    main()

"""Hands its words, environment, folder, input and output to the process that waits (``warm``), and ends like the command.

It imports next to nothing: starting it is all that a command costs.
"""

import os
import signal
import socket
import sys

NOBODY = 125
"""The exit code when the process that waits, or its child, has gone."""


def main() -> None:
    """The first word is the socket's path."""
    path, *words = sys.argv[1:]
    texts = [
        str(len(words)).encode(), *map(os.fsencode, words),
        *(name + b"=" + value for name, value in os.environb.items()),
    ]  # fmt: skip
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(path)
        body = b"\0".join(texts)
        numbers = (0, 1, 2, os.open(".", os.O_RDONLY))
        told = len(body).to_bytes(8) + body
        link.sendall(told[socket.send_fds(link, [told], numbers) :])
        for number in numbers:
            os.close(number)
        code = int(link.recv(16) or NOBODY)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


main()

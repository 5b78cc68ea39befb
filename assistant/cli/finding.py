"""`assistant cameras --find`: cameras in the network as lines for config.yaml."""

from __future__ import annotations

import asyncio
import ipaddress
import os
from collections.abc import Sequence

from assistant.cli.output import Output, logging_to_stderr
from assistant.config.secrets import secret
from assistant.errors import UsageError
from assistant.vision.finding.entries import entries
from assistant.vision.finding.probing import EVERYBODY, in_the_house, probed
from assistant.vision.finding.streams import Found, Login, asked

SECRET, VARIABLE = "camera-find", "ASSISTANT_CAMERA_FIND_PASSWORD"
NOBODY = (
    "No ONVIF camera has answered. Is ONVIF turned on in the camera, and is it in the same network? One "
    "address can be asked by itself: assistant cameras --find 192.168.1.20"
)


def find(address: str, user: str, output: Output) -> int:
    """Ask everybody, or one address; 0 when somebody answered.

    Raises:
        UsageError: that is no address of the house.
        VisionError: nobody can be asked.
    """
    logging_to_stderr(quiet=True)
    targets = [_target(address)] if address else [EVERYBODY]
    login = Login(user, secret(SECRET, (VARIABLE,), os.environ, "password") if user else "")
    found = asyncio.run(_found(targets, login))
    for entry in entries(found, user):
        output.tell({"event": "camera_found", **entry})
    if not found:
        output.tell({"event": "error", "text": NOBODY})
    output.tell({"event": "done"})
    return 0 if found else 1


async def _found(targets: Sequence[tuple[str, int]], login: Login) -> list[Found]:
    candidates = await probed(targets)
    return await asyncio.gather(*(asked(candidate, login) for candidate in candidates))


def _target(text: str) -> tuple[str, int]:
    """``192.168.1.20`` or ``192.168.1.20:3702``.

    Raises:
        UsageError: that is no address, or none of a local network.
    """
    host, _, port = text.partition(":")
    try:
        ipaddress.IPv4Address(host)
        number = int(port or EVERYBODY[1])
    except ValueError as error:
        raise UsageError(f"{text}: write an address such as 192.168.1.20") from error
    if not in_the_house(host) or not 0 < number < 65_536:
        raise UsageError(f"{text}: only addresses of a local network are asked")
    return host, number

"""`assistant token`: a key for a browser or a guest that soon expires."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime, timedelta

from assistant import config as configuration
from assistant.cli.output import Output, logging_to_stderr
from assistant.errors import AssistantError, UsageError
from assistant.live.endpoint import gemini_endpoint
from assistant.live.options import checked

LONGEST_MINUTES = 19 * 60


def token(options: argparse.Namespace) -> int:
    """Make one and print it.

    Raises:
        UsageError: there is no key to make it with, or it should live too long.
        AssistantError: the service makes none.
    """
    logging_to_stderr(quiet=options.json)
    if not 1 <= options.minutes <= LONGEST_MINUTES:
        raise UsageError(f"--minutes is a number from 1 to {LONGEST_MINUTES}, not {options.minutes}")
    if not 0 <= options.connections <= 1000:
        raise UsageError(f"--connections is a number from 0 (no limit) to 1000, not {options.connections}")
    config = configuration.load(configuration.find(options.config))
    endpoint = gemini_endpoint(checked(config.gemini))
    if endpoint is None:
        raise UsageError("there is no key for Gemini to make another with; the embedded brain takes any key")
    from assistant.live.failures import LinkLost
    from assistant.live.minting import minted

    until = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=options.minutes)
    making = minted(
        endpoint, until=until, connections=options.connections, seconds=config.gemini.connect_seconds
    )
    try:
        name = asyncio.run(making)
    except LinkLost as lost:
        raise AssistantError(lost.failure.sentence) from lost
    output = Output(as_json=options.json)
    output.tell({"event": "token", "token": name, "until": until.isoformat(), "model": endpoint.model})
    output.tell({"event": "done"})
    return 0

"""`assistant bench`: what this machine does, as figures beside what we aim at."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import tempfile

from assistant import config as configuration
from assistant.cli.bench.figures import Figures
from assistant.cli.output import Output, logging_to_stderr
from assistant.errors import UsageError

PARTS = {
    "home": ("home", "home"),
    "ears": ("voice", "ears"),
    "echo": ("echo", "echo"),
    "sound": ("sound", "sound"),
    "wake": ("wake", "wake"),
    "hearing": ("hearing", "hearing"),
    "start": ("voice", "start"),
    "session": ("links", "session"),
    "reload": ("reload", "reload"),
    "faults": ("faults", "faults"),
    "house-faults": ("trials.house", "house"),
    "soak": ("soak", "soak"),
    "storm": ("trials.storm", "storm"),
    "pictures": ("pictures", "pictures"),
    "cameras": ("cameras", "cameras"),
    "privacy": ("privacy", "privacy"),
}
"""Part → module and function; imported when it is measured, for some run in processes of their own."""
USUAL = ("home", "ears", "echo", "start", "session")
"""The others take minutes."""


def bench(options: argparse.Namespace) -> int:
    """Measure the parts asked for, or all."""
    logging_to_stderr(quiet=True)
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        raise UsageError(f"there is no part {sorted(unknown)[0]!r} to measure; there are: {', '.join(PARTS)}")
    if options.rounds < 1:
        raise UsageError("--rounds must be at least 1")
    figures = Figures(Output(as_json=options.json), seed=options.seed)
    figures.head()
    for part in options.parts or USUAL:
        with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder:
            environment = {"ASSISTANT_STATE_DIR": folder, "ASSISTANT_BRAIN": "embedded"}
            config = configuration.load(configuration.shipped(), environment)
            module, function = PARTS[part]
            measure = getattr(importlib.import_module(f"assistant.cli.bench.{module}"), function)
            asyncio.run(measure(config, figures, options.rounds))
    figures.output.tell({"event": "done"})
    return 0

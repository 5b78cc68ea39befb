"""`assistant check` and `schema`: nothing is started, nothing heavy is imported."""

from __future__ import annotations

import argparse
import json
import sys

from assistant import config as configuration
from assistant.cli.output import Output
from assistant.loader import Loader, LoadState


def check(options: argparse.Namespace) -> int:
    """Read the configuration and load every plugin; says what is wrong with each."""
    path = configuration.find(options.config)
    config = configuration.load(path)
    output = Output(as_json=options.json)
    loader = Loader(config.plugin_paths)
    worst = 0
    for entry in config.plugins:
        loaded = loader.load(entry.name, entry.settings)
        if loaded.state is not LoadState.ENABLED:
            worst = 1
            text = f"plugin {entry.name}: {loaded.state.value}: {loaded.reason}"
            output.tell({"event": "error", "text": text})
    if not worst:
        output.note(f"{path}: the configuration is right, and its {len(config.plugins)} plugin entries load")
    output.tell({"event": "done"})
    return worst


def schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of config.yaml."""
    text = json.dumps(configuration.Config.model_json_schema(), indent=None if options.json else 2)
    sys.stdout.write(f"{text}\n")
    return 0

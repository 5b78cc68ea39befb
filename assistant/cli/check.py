"""`assistant check` and `schema`: nothing is started, nothing heavy is imported."""

from __future__ import annotations

import argparse
import json
import sys

from assistant import config as configuration
from assistant.cli.output import Output
from assistant.errors import ConfigError, LinkError
from assistant.home.address import Address
from assistant.home.furniture import Furniture
from assistant.live.options import checked
from assistant.loader import Loader, LoadState

KINDS = ("auto", "embedded", "mosquitto")
"""Brokers without an address."""


def check(options: argparse.Namespace) -> int:
    """Read the configuration and load every plugin; says what is wrong with each."""
    path = configuration.find(options.config)
    config = configuration.load(path)
    output = Output(as_json=options.json)
    checked(config.gemini)
    _broker(config.mqtt)
    furniture, loader = Furniture(), Loader(config.plugin_paths)
    worst = 0
    for entry in config.plugins:
        problem, code = _problem(furniture, loader, entry)
        if problem:
            output.tell({"event": "error", "text": problem})
        worst = max(worst, code)
    if not worst:
        output.note(f"{path}: the configuration is right, and its {len(config.plugins)} plugin entries load")
    output.tell({"event": "done"})
    return worst


def _broker(mqtt: configuration.MqttConfig) -> None:
    """What can be known of the broker without calling it.

    Raises:
        ConfigError: its address, password or certificates do not fit.
    """
    if mqtt.broker in KINDS:
        return
    try:
        Address.configured(mqtt).certificates.context()
    except LinkError as error:
        raise ConfigError(str(error)) from error


def _problem(furniture: Furniture, loader: Loader, entry: configuration.PluginEntry) -> tuple[str, int]:
    """What is wrong with an entry, and the exit code for that."""
    try:
        loaded = furniture.add(loader, entry)
    except ConfigError as error:
        return str(error), error.exit_code
    if loaded.state is LoadState.ENABLED:
        return "", 0
    return f"plugin {entry.name}: {loaded.state.value}: {loaded.reason}", 1


def schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of config.yaml."""
    text = json.dumps(configuration.Config.model_json_schema(), indent=None if options.json else 2)
    sys.stdout.write(f"{text}\n")
    return 0

"""Libraries of others that not every home has installed."""

from __future__ import annotations

import importlib
from typing import Any

from assistant.errors import PluginError


def needed(module: str, package: str) -> Any:
    """A library that a plugin cannot do without, for its ``__init__``; ``package`` is what pip installs.

    Raises:
        PluginError: it is not there; the text says how it is installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise PluginError(f"{module} is missing: pip install '{package}'") from error

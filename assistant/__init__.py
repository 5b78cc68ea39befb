"""A voice-first smart home assistant."""

__version__ = "0.1.0"

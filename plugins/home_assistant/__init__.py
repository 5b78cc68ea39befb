"""Home Assistant over its WebSocket API: its areas, names, aliases and who may be spoken of."""

from .source import HomeAssistant

__all__ = ["HomeAssistant"]

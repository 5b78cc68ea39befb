"""Devices that announce themselves to Home Assistant over MQTT, in both forms of its discovery.

home:
  sources: [home_assistant_discovery]
"""

from .source import HomeAssistantDiscovery

__all__ = ["HomeAssistantDiscovery"]

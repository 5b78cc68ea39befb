"""Any MQTT device from a few lines of YAML: JSON reports on one topic, JSON commands on another.

    plugins:
      - mqtt_dimmable_light:
          name: desk lamp
          area: study
          topic: zigbee2mqtt/desk lamp      # reports; commands go to `<topic>/set`

The defaults are Zigbee2MQTT's; other firmware needs `command_topic`, `key` or `scale`.
"""

from .devices import (
    MqttBlinds,
    MqttFan,
    MqttLock,
    MqttMediaPlayer,
    MqttSwitch,
    MqttThermostat,
    MqttVacuum,
)
from .light import MqttColourLight, MqttDimmableLight, MqttLight
from .sensor import MqttDoorSensor, MqttMotionSensor, MqttTemperatureSensor

__all__ = [
    "MqttBlinds",
    "MqttColourLight",
    "MqttDimmableLight",
    "MqttDoorSensor",
    "MqttFan",
    "MqttLight",
    "MqttLock",
    "MqttMediaPlayer",
    "MqttMotionSensor",
    "MqttSwitch",
    "MqttTemperatureSensor",
    "MqttThermostat",
    "MqttVacuum",
]

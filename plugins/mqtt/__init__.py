"""Any MQTT device from a few lines of YAML: JSON reports on one topic, JSON commands on another.

    plugins:
      - mqtt_dimmable_light:
          name: desk lamp
          area: study
          topic: zigbee2mqtt/desk lamp      # reports; commands go to `<topic>/set`

The defaults are Zigbee2MQTT's; other firmware needs `command_topic`, `key` or `scale`.
"""

from .climate import MqttThermostat
from .cover import MqttBlinds
from .fan import MqttFan
from .light import MqttColourLight, MqttDimmableLight, MqttLight
from .lock import MqttLock
from .media import MqttMediaPlayer
from .sensor import MqttDoorSensor, MqttMotionSensor, MqttTemperatureSensor
from .switch import MqttSwitch
from .vacuum import MqttVacuum

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

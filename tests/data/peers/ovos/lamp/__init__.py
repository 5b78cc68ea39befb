"""A lamp with unusual topics."""

import json

from ovos_workshop.decorators import intent_handler
from ovos_workshop.skills import OVOSSkill
from paho.mqtt import client as mqtt


class OddLampSkill(OVOSSkill):
    def initialize(self):
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self.client.connect(self.settings.get("broker", "localhost"))
        self.client.loop_start()

    def shutdown(self):
        self.client.loop_stop()

    def set_level(self, level):
        self.client.publish("home/4711/do", json.dumps({"lvl": level}))

    @intent_handler("dim.lamp.intent")
    def handle_dim(self, message):
        percent = int(message.data.get("percent", 100))
        self.set_level(round(percent * 2.55))
        self.speak_dialog("lamp.set", {"percent": percent})

    @intent_handler("lamp.off.intent")
    def handle_off(self, message):
        self.set_level(0)
        self.speak_dialog("lamp.off")

"""Says when the back door stands open at night."""

import json
from datetime import datetime, timedelta

from ovos_workshop.skills import OVOSSkill
from paho.mqtt import client as mqtt


class LeftOpenSkill(OVOSSkill):
    def initialize(self):
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self.client.on_message = self.heard
        self.client.connect(self.settings.get("broker", "localhost"))
        self.client.subscribe("zigbee2mqtt/back door")
        self.client.loop_start()

    def shutdown(self):
        self.client.loop_stop()

    def heard(self, client, userdata, message):
        self.cancel_scheduled_event("left_open")
        if not json.loads(message.payload)["contact"]:
            when = datetime.now() + timedelta(minutes=10)
            self.schedule_event(self.left_open, when, name="left_open")

    def left_open(self, message):
        hour = datetime.now().hour
        if hour >= 22 or hour < 6:
            self.speak("The back door has been open for ten minutes")

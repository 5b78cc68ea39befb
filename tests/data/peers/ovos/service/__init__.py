"""Asks a slow web service about the pollen."""

import time

import requests
from ovos_workshop.decorators import intent_handler, killable_intent
from ovos_workshop.skills import OVOSSkill


class PollenSkill(OVOSSkill):
    @intent_handler("pollen.intent")
    @killable_intent()
    def handle_pollen(self, message):
        town = message.data["town"]
        self.speak_dialog("asking", {"town": town})
        time.sleep(20)
        answer = requests.get(f"{self.settings['url']}/{town}", timeout=10)
        if answer.status_code != 200:
            self.speak_dialog("nobody.measures", {"town": town})
            return
        self.speak_dialog("pollen", {"town": town, "level": answer.json()["level"]})

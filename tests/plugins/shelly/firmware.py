"""What Shelly devices of both generations make of commands, after the vendor's documentation."""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.parts.overheard import OverheardHouse, messages

FILES = ("2pm_gen3.json", "2pm_gen3_cover.json", "pro_3em.json", "duo_bulb_gen3.json")
COVERS = {"Cover.Open": ("open", 100), "Cover.Close": ("closed", 0), "Cover.Stop": ("stopped", 50)}


def second() -> dict[str, dict[str, Any]]:
    """All devices of generation 2 and newer, by topic prefix."""
    captured = [messages("shelly", name) for name in FILES]
    for number, one in enumerate(captured):  # two of the captures are the same device in two profiles
        one["shelly"]["id"] = f"{one['shelly']['id'][:-2]}{number:02}"
    return {
        **{f"{one['mqtt']['topic_prefix']}{number}": one for number, one in enumerate(captured)},
        **messages("shelly", "more_gen2.json"),
    }


class Second:
    """Answers RPC and notifies, as far as a device's own settings let it."""

    def __init__(self, house: OverheardHouse, devices: dict[str, dict[str, Any]]) -> None:
        self.house, self.devices = house, copy.deepcopy(devices)
        self.refuses = ""
        house.on_publish = self.obey

    def obey(self, topic: str, payload: str) -> None:
        if topic.removesuffix("/rpc") not in self.devices:
            return
        prefix = topic.removesuffix("/rpc")
        device, frame = self.devices[prefix], json.loads(payload)
        method, params = frame["method"], frame.get("params", {})
        answer = {"id": frame["id"], "src": device["shelly"]["id"], "dst": frame["src"]}
        if self.refuses:
            error = {"code": -103, "message": self.refuses}
            self.house.say(f"{frame['src']}/rpc", {**answer, "error": error})
            return
        questions = {
            "Shelly.GetDeviceInfo": "shelly",
            "Shelly.GetConfig": "config",
            "Shelly.GetStatus": "status",
        }
        if method in questions:
            self.house.say(f"{frame['src']}/rpc", {**answer, "result": device.get(questions[method], {})})
            return
        key, report = self._done(device["status"], method, params)
        device["status"][key].update(report)
        self.house.say(f"{frame['src']}/rpc", {**answer, "result": {"was_on": False}})
        mqtt = device.get("config", {}).get("mqtt", {})
        if mqtt.get("rpc_ntf", True):
            changed = {"ts": 1.0, key: {"id": 0, **report}}
            notice = {"src": device["shelly"]["id"], "dst": f"{prefix}/events", "method": "NotifyStatus"}
            self.house.say(f"{prefix}/events/rpc", {**notice, "params": changed})

    def _done(
        self, status: dict[str, Any], method: str, params: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        component = method.partition(".")[0].lower()
        key = f"{component}:{params['id']}"
        assert key in status, (method, params)
        given = {name: value for name, value in params.items() if name != "id"}
        if method in COVERS:
            state, position = COVERS[method]
            known = status[key]["pos_control"]
            return key, {"state": state, "current_pos": position} if known else {"state": state}
        if method == "Cover.GoToPosition":
            places = {"pos": "current_pos", "slat_pos": "slat_pos"}
            return key, {"state": "stopped", **{places[name]: value for name, value in given.items()}}
        if method == "Thermostat.SetConfig":
            return key, dict(params["config"])
        if method == "BluTRV.Call":
            assert params["method"] == "TRV.SetTarget"
            return key, {"target_C": params["params"]["target_C"]}
        if "on" in given:
            given["output"] = given.pop("on")
        if component == "rgbcct" and "mode" in given:
            return key, given
        return key, given


class First:
    """Relays, lamps, rollers and radiator valves of generation 1."""

    def __init__(self, house: OverheardHouse, devices: list[dict[str, Any]]) -> None:
        self.house = house
        self.status = {
            f"shellies/{one['announce']['id']}/{ending}": value
            for one in devices
            for ending, value in copy.deepcopy(one["topics"]).items()
        }
        house.on_publish = self.obey

    def obey(self, topic: str, payload: str) -> None:
        if topic.endswith("/set"):
            where = topic.removesuffix("/set")
            report = self.status[f"{where}/status"]
            order = json.loads(payload)
            assert set(order) - {"turn", "mode"} <= set(report), order
            report.update({key: value for key, value in order.items() if key != "turn"})
            if "turn" in order:
                report["ison"] = order["turn"] == "on"
            self.house.say(f"{where}/status", report)
        elif topic.endswith("/command/pos"):
            where = topic.removesuffix("/command/pos")
            self.house.say(f"{where}/pos", payload)
            self.house.say(where, "stop")
        elif topic.endswith("/command/target_t"):
            where = topic.removesuffix("/thermostat/0/command/target_t")
            info = self.status[f"{where}/info"]
            info["thermostats"][0]["target_t"]["value"] = float(payload)
            self.house.say(f"{where}/info", info)
        elif "/roller/" in topic:
            where = topic.removesuffix("/command")
            self.house.say(where, payload)
            if payload != "stop":
                self.house.say(f"{where}/pos", {"open": "100", "close": "0"}[payload])
        elif "/relay/" in topic:
            self.house.say(topic.removesuffix("/command"), payload)

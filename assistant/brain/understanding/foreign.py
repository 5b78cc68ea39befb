"""The grammar of Home Assistant behind our own parser: breadth of odd wordings, fenced in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.brain.home import Home, Thing
from assistant.brain.understanding.kinds import family
from assistant.brain.understanding.meaning import Call
from assistant.brain.understanding.tables import bag
from assistant.brain.understanding.words import words

# What an intent becomes, and words of which one must literally stand in the sentence.
INTENTS: dict[str, tuple[str, frozenset[str], str]] = {
    "HassTurnOn": ("turn_on", frozenset({"on"}), ""),
    "HassTurnOff": ("turn_off", frozenset({"off"}), ""),
    "HassLightSet": ("turn_on", frozenset({"to", "at", "percent", "brightness"}), "brightness"),
    "HassClimateSetTemperature": (
        "set_temperature",
        frozenset({"degrees", "to", "temperature"}),
        "temperature",
    ),
    "HassSetVolume": ("set_volume", frozenset({"volume"}), "volume_level"),
    "HassMediaPause": ("pause", frozenset({"pause"}), ""),
    "HassMediaUnpause": ("play", frozenset({"resume", "play", "unpause", "continue"}), ""),
    "HassMediaNext": ("next_track", frozenset({"next", "skip"}), ""),
    "HassMediaPrevious": ("previous_track", frozenset({"previous", "back", "last"}), ""),
    "HassVacuumStart": ("start_cleaning", frozenset({"start", "vacuum", "clean"}), ""),
    "HassVacuumReturnToBase": ("return_to_dock", frozenset({"dock", "base", "return", "back"}), ""),
}
PARAMETERS = {"brightness": "brightness", "temperature": "temperature", "volume_level": "volume"}
DOMAINS = {
    "light": "light",
    "fan": "fan",
    "media player": "media_player",
    "thermostat": "climate",
    "vacuum": "vacuum",
    "lock": "lock",
    "blinds": "cover",
}
QUESTION_WORDS = bag(
    """
    is are what which how did was were who why when not never if
    """
)


class ForeignGrammar:
    """Loaded at the first sentence that our own parser cannot explain."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._by_name: dict[str, Thing] = {}
        for thing in home.things:
            for name in (thing.name, *thing.aliases):
                self._by_name.setdefault(" ".join(words(name)), thing)
        self._grammar: tuple[Any, dict[str, Any]] | None = None

    def call(self, sentence: Sequence[str]) -> Call | None:
        """One call on one named thing, or nothing: groups and areas are our own parser's business."""
        text = " ".join(word for word in sentence if word != ",")
        names = [name for name in self._by_name if f" {name} " in f" {text} "]
        if QUESTION_WORDS & set(sentence) or not names:
            return None
        from hassil.recognize import recognize_best

        intents, lists = self._load()
        found = recognize_best(
            text, intents, slot_lists=lists, best_slot_name="name", intent_context={"area": "somewhere"}
        )
        if found is None or found.intent.name not in INTENTS:
            return None
        return self._translated(found, set(sentence))

    def _load(self) -> tuple[Any, dict[str, Any]]:
        if self._grammar is None:
            from hassil.intents import Intents, TextSlotList
            from home_assistant_intents import get_intents

            entries = [
                (name, thing.name, {"domain": DOMAINS.get(family(thing.kind).name, "switch")})
                for name, thing in self._by_name.items()
            ]
            areas = [(" ".join(words(area)), area) for area in self._home.areas]
            lists = {
                "name": TextSlotList.from_tuples(entries, name="name"),
                "area": TextSlotList.from_tuples(areas, name="area"),
                "floor": TextSlotList.from_tuples([], name="floor"),
            }
            grammar = get_intents("en") or {}
            # The others cost twice the memory, and we could do nothing with them.
            grammar["intents"] = {name: grammar["intents"][name] for name in INTENTS}
            self._grammar = (Intents.from_dict(grammar), lists)
        return self._grammar

    def _translated(self, found: Any, spoken: set[str]) -> Call | None:
        verb, literal, slot = INTENTS[found.intent.name]
        entities = {name: entity.value for name, entity in found.entities.items()}
        thing = next((t for t in self._home.things if t.name == entities.get("name")), None)
        declared = self._home.tool(verb)
        if (
            thing is None
            or declared is None
            or not literal & spoken
            or verb not in family(thing.kind).verbs.values()
        ):
            return None
        if not slot:
            return Call(verb, {"device": thing.name})
        value = entities.get(slot)
        if (
            not isinstance(value, int | float)
            or not 0 <= value <= 100
            or PARAMETERS[slot] not in declared.properties
        ):
            return None
        return Call(verb, {"device": thing.name, PARAMETERS[slot]: int(value)})

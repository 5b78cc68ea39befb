"""What the brain is told about a tool: its name, description and parameters, as JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.tools.sentences import listed
from assistant.tools.vocabulary import WRITTEN_MOMENT, Risk, Speak

MOST_OPTIONS_TOLD = 20


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a tool.

    ``items`` describes a list's elements, ``fields`` the parts of an object. ``make`` turns what JSON can
    carry into what the function was promised: a member of an enum, a dataclass. ``default`` stands for an
    argument that is left out; some brains send it nevertheless.
    """

    name: str
    type: str
    description: str = ""
    required: bool = True
    options: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    items: Parameter | None = None
    fields: tuple[Parameter, ...] = ()
    default: object = field(default=None, compare=False, repr=False)
    make: Callable[[Any], Any] | None = field(default=None, compare=False, repr=False)

    def brief(self) -> Parameter:
        """With examples instead of a long list of options, for a device that refuses says its own; a list's
        elements without a description."""
        if self.items is not None:
            return replace(self, items=replace(self.items.brief(), description=""))
        if self.fields:
            return replace(self, fields=tuple(each.brief() for each in self.fields))
        if len(self.options) <= MOST_OPTIONS_TOLD:
            return self
        return replace(self, options=(), description=f"such as {listed([*self.options[:3]])}")

    def schema(self) -> dict[str, Any]:
        """As JSON Schema (draft 2020-12 subset that Gemini understands)."""
        schema: dict[str, Any] = {"type": self.type}
        if self.description:
            schema["description"] = self.description
        if self.items is not None:
            schema["items"] = self.items.schema()
        if self.type == "object":
            schema |= members(self.fields)
        if self.options:
            schema["enum"] = list(self.options)
        if self.low is not None:
            schema["minimum"] = self.low
        if self.high is not None:
            schema["maximum"] = self.high
        return schema


def members(parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """The parts of an object, and which of them cannot be left out."""
    return {
        "properties": {p.name: p.schema() for p in parameters},
        "required": [p.name for p in parameters if p.required],
    }


@dataclass(frozen=True, slots=True)
class Declaration:
    """A tool as the brain sees it. ``phrases`` are example sentences that call it.

    The conversation goes on while a ``slow`` one works; ``speak`` says when its answer is spoken. What it
    tells is made of the house's ``own_words``, or to be distrusted.
    """

    name: str
    description: str
    parameters: tuple[Parameter, ...] = ()
    risk: Risk = Risk.COMFORT
    phrases: tuple[str, ...] = ()
    slow: bool = False
    speak: Speak = "when idle"
    own_words: bool = False

    def schema(self) -> dict[str, Any]:
        """The parameters as one JSON Schema object."""
        return {"type": "object", **members(self.parameters)}

    def brief(self) -> Declaration:
        """For a brain that bills every word, and understands sentences without being given examples."""
        parameters = tuple(parameter.brief() for parameter in self.parameters)
        return replace(self, parameters=parameters, phrases=())

    def text(self) -> str:
        """The description with the example phrases as its last paragraph."""
        if not self.phrases:
            return self.description
        quoted = ", ".join(f'"{phrase}"' for phrase in self.phrases)
        return f"{self.description}\n\nFor example: {quoted}."


def told_once(declarations: Sequence[Declaration]) -> list[Declaration]:
    """The same, briefly: what a parameter's description has said is not said again of one that is called the
    same, and how times are written only once."""
    known = set[tuple[str, str]]()
    return [replace(each, parameters=tuple(_new(p, known) for p in each.parameters)) for each in declarations]


def _new(parameter: Parameter, known: set[tuple[str, str]]) -> Parameter:
    text = parameter.description
    if (parameter.name, text) in known:
        return replace(parameter, description="")
    known.add((parameter.name, text))
    if WRITTEN_MOMENT not in text:
        return parameter
    if ("", WRITTEN_MOMENT) in known:
        return replace(parameter, description=text.replace(WRITTEN_MOMENT, "a time"))
    known.add(("", WRITTEN_MOMENT))
    return replace(parameter, description=text.replace(WRITTEN_MOMENT, f"a time: {WRITTEN_MOMENT}"))

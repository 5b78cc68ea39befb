"""What the brain will be told of a plugin, and what of it no sentence can reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_origin, get_type_hints

from assistant.author.lint import Remark
from assistant.brain.understanding.kinds import HOUSE_VERBS
from assistant.config import PluginEntry
from assistant.home.furniture import Furniture
from assistant.loader import Loaded, Loader
from assistant.plugin import REQUIRED, Plugin
from assistant.tools.declaring import SLOT
from assistant.tools.docstrings import described
from assistant.tools.table import Tool, ToolTable


def loaded(path: Path, settings: dict[str, object] | None = None) -> Loaded:
    """Load a plugin file as the house would; settings that are missing get a value to look at it with.

    Raises:
        ConfigError: a setting is wrong.
    """
    name = path.parent.name if path.name == "__init__.py" else path.stem
    loader = Loader([path.parent.parent if path.name == "__init__.py" else path.parent])
    first = loader.load(PluginEntry(name=name, settings=dict(settings or {})))
    table = ToolTable()
    if first.plugins:
        return _placed(first, table)
    found = [
        loader.load(PluginEntry(name=each, settings={**invented(cls, each), **(settings or {})}))
        for each, cls in loader.classes_in(path).items()
    ]
    found = [_placed(each, table) for each in found]
    for each in found:
        if not each.plugins:
            return each
    if not found:
        return first
    return replace(
        found[0],
        plugins=tuple(plugin for each in found for plugin in each.plugins),
        tools=tuple(tool for each in found for tool in each.tools),
    )


def _placed(found: Loaded, table: ToolTable) -> Loaded:
    """As the house would take it, in a home with nothing but the other plugins of its file."""
    return Furniture(table=table).place(found, found.entry) if found.entry else found


def invented(cls: type[Plugin], name: str) -> dict[str, object]:
    """A value of the right type for every setting that needs one."""
    hints = get_type_hints(cls)
    needed = [setting for setting, default in cls.settings_declared.items() if default is REQUIRED]
    return {setting: _some(hints[setting], setting, name) for setting in needed}


def _some(hint: object, setting: str, name: str) -> object:
    kind = get_origin(hint) or hint
    if kind is dict:
        return {name: name}
    if kind is list:
        return [name]
    if kind in (int, float, bool):
        return 1 if kind is not bool else False
    return name.replace("_", " ") if setting == "name" else name


def unreachable(tools: list[Tool]) -> Iterator[Remark]:
    """What the embedded brain, which reads only phrases, can never call, and texts for nobody."""
    for tool in tools:
        declaration, line = tool.declaration, tool.function.__code__.co_firstlineno
        house = tool.name in HOUSE_VERBS and tool.device is not None
        if not declaration.phrases and not house:
            slot = " the {device}" if tool.device is not None else ""
            words = tool.name.replace("_", " ")
            yield Remark(
                line,
                f"{tool.name} has no phrases: the embedded brain finds it by nothing else",
                f'write @tool(phrases=("{words}{slot}",))',
                False,
            )
        needed = [p for p in declaration.parameters if p.required]
        names = [p.name for p in needed] + (["device"] if tool.device is not None else [])
        texts = {p.name for p in needed if p.type == "string" and not p.options}
        for phrase in declaration.phrases:
            if phrase == "…":  # no sentence: what is said next may go on about this
                continue
            missing = [name for name in names if name not in SLOT.findall(phrase)]
            if phrase.startswith("…") and len(missing) == 1 and missing[0] in texts:
                continue  # it is all that was said
            default = "" if missing[:1] == ["device"] else ", or give the parameter a default"
            if missing and not house:
                yield Remark(
                    line,
                    f"the phrase {phrase!r} says nothing of {', '.join(missing)}, which {tool.name} needs",
                    f"put {{{missing[0]}}} into it{default}",
                )
        known = {p.name for p in declaration.parameters}
        for name in described(tool.function).parameters.keys() - known:
            yield Remark(line, f"Args: describes {name!r}, which is no parameter of {tool.name}", "rename it")

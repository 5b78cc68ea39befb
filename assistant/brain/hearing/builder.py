"""The files one home's decoder needs: language model and dictionary, kept on disk by a hash of the names.

Building takes a second or two and a hundred megabytes, so it runs in a process of its own:
`python -m assistant.brain.hearing.builder FOLDER` with the home as JSON on stdin.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import pocketsphinx

from assistant.brain.hearing import language_model, pronunciation, templates
from assistant.brain.home import Floor, Home, Thing, Tool
from assistant.brain.understanding.special_verbs import declared
from assistant.errors import BrainError

VERSION = 3
"""Raise when templates or mixture change, so that old files are not used."""
SENTENCES = 24_000
MOST_SENTENCES = 60_000
TEMPLATES, GENERAL = 0.8, 0.2


@dataclass(frozen=True, slots=True)
class Model:
    """Where the files are, and the words that nothing could pronounce."""

    language: Path
    dictionary: Path
    unheard: tuple[str, ...] = ()


def acoustic() -> Path:
    """Folder of the bundled English acoustic model."""
    return Path(pocketsphinx.get_model_path("en-us"))


async def prepared(home: Home, cache: Path) -> Model:
    """The home's model from the cache, built first when it is missing or damaged."""
    digest = _digest(home)
    found = await asyncio.to_thread(_cached, cache, digest)
    if found:
        return found
    await _built(home, cache)
    found = await asyncio.to_thread(_cached, cache, digest)
    if found is None:
        raise BrainError(
            f"The hearing of the embedded brain could not be built in {cache}; is the disk full?"
        )
    return found


def forget(model: Model) -> None:
    """Throw away files that turned out to be unusable."""
    for path in (model.language, model.dictionary, model.language.with_suffix(".json")):
        path.unlink(missing_ok=True)


def build(home: Home, cache: Path) -> None:
    """Write the three files; the last one, with the sums, makes them valid."""
    cache.mkdir(parents=True, exist_ok=True)
    base = cache / _digest(home)
    sampler = templates.Sampler(home)
    count = min(SENTENCES + 200 * len(home.things), MOST_SENTENCES)
    spoken = language_model.counted([*sampler.names(), *sampler.sentences(count)])
    model = language_model.mixed([(TEMPLATES, spoken), (GENERAL, language_model.general_english())])
    words = language_model.vocabulary(model)
    sounds, unheard = pronunciation.dictionary(words, acoustic() / "cmudict-en-us.dict")

    def entries(out: TextIO) -> None:
        for word, variants in sorted(sounds.items()):
            for number, phones in enumerate(variants, 1):
                out.write(f"{word if number == 1 else f'{word}({number})'} {phones}\n")

    _write(base.with_suffix(".lm"), lambda out: language_model.write_arpa(model, out))
    _write(base.with_suffix(".dict"), entries)
    sums = {suffix: _sum(base.with_suffix(suffix)) for suffix in (".lm", ".dict")}
    _write(base.with_suffix(".json"), lambda out: json.dump({"sums": sums, "unheard": unheard}, out))


def _digest(home: Home) -> str:
    text = json.dumps([VERSION, _plain(home)], sort_keys=True)
    return f"home-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def _plain(home: Home) -> dict[str, Any]:
    special = {tool.name for _, tool in declared(home)}
    tools = [
        {"name": t.name, "phrases": t.phrases, "parameters": dict(t.parameters)}
        for t in home.tools
        if t.phrases or t.name in special
    ]
    told = {"areas": home.areas, "things": [asdict(thing) for thing in home.things], "tools": tools}
    if home.also:
        told["also"] = home.also
    above = [{"names": floor.names, "areas": sorted(floor.areas)} for floor in home.floors]
    return {**told, "floors": above, "relative": home.relative} if above else told


def _home(plain: dict[str, Any]) -> Home:
    return Home(
        things=tuple(Thing(t["name"], t["area"], t["kind"], tuple(t["aliases"])) for t in plain["things"]),
        areas=tuple(plain["areas"]),
        tools=tuple(Tool(t["name"], "", t["parameters"], tuple(t["phrases"])) for t in plain["tools"]),
        floors=tuple(Floor(tuple(f["names"]), frozenset(f["areas"])) for f in plain.get("floors", ())),
        relative=tuple(plain.get("relative", ())),
        also=tuple((name, area) for name, area in plain.get("also", ())),
    )


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _cached(cache: Path, digest: str) -> Model | None:
    base = cache / digest
    try:
        told = json.loads(base.with_suffix(".json").read_text())
        whole = all(_sum(base.with_suffix(suffix)) == told["sums"][suffix] for suffix in (".lm", ".dict"))
        unheard = tuple(str(word) for word in told["unheard"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Model(base.with_suffix(".lm"), base.with_suffix(".dict"), unheard) if whole else None


def _write(path: Path, write: Callable[[TextIO], object]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            write(out)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


async def _built(home: Home, cache: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        __spec__.name if __name__ != "__main__" else "assistant.brain.hearing.builder",
        str(cache),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, errors = await child.communicate(json.dumps(_plain(home)).encode())
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        reason = errors.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
        raise BrainError(f"The hearing of the embedded brain could not be built: {reason[0]}")


if __name__ == "__main__":
    build(_home(json.load(sys.stdin)), Path(sys.argv[1]))

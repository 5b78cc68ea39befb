"""`assistant doctor`: is the brain fit to be talked to, are the ears fit to hear?"""

from __future__ import annotations

import argparse
import asyncio
import time
from dataclasses import asdict
from pathlib import Path

from assistant import config as configuration
from assistant import store
from assistant.audio.recording import frames
from assistant.cli.checkup import bundle, checkup
from assistant.cli.output import Output, logging_to_stderr
from assistant.cli.sound import examined
from assistant.errors import UsageError
from assistant.live.endpoint import Endpoint, gemini_endpoint
from assistant.live.options import Options, checked
from assistant.prompts import Entry, instruction
from assistant.tools.schema import Declaration, Parameter

RECORDING = Path(__file__).parent / "data" / "turn_on_the_kitchen_light.wav"
HOME = {"kitchen": [Entry("kitchen light", "light")]}
TURN_ON = Declaration("turn_on", "Switch a device on.", (Parameter("device", "string"),))


def doctor(options: argparse.Namespace) -> int:
    """Examine everything at a glance; or the brain (key, model, a spoken turn, resumption), or the ears."""
    logging_to_stderr(quiet=options.json)
    path = configuration.find(options.config)
    config = configuration.load(path)
    output = Output(as_json=options.json)
    ok = True
    if not (options.live or options.audio):
        ok = _looked(path, config, output, options.bundle)
    ok = (examined(config, output) and ok) if options.audio else ok
    ok = (asyncio.run(_live(config, output)) and ok) if options.live else ok
    output.tell({"event": "done"})
    return 0 if ok else 1


def _looked(path: Path, config: configuration.Config, output: Output, kept: Path | None) -> bool:
    findings, began = [], time.monotonic()
    for found in checkup(path, config):
        output.tell({"event": "finding", **asdict(found), "seconds": round(time.monotonic() - began, 3)})
        began = time.monotonic()
        findings.append(found)
    if kept is not None:
        try:
            store.write_atomically(kept, bundle(findings, config).encode())
        except OSError as error:
            raise UsageError(f"{kept}: cannot be written: {error.strerror}") from error
        output.note(f"{kept} holds all of it, without secrets; read it before you give it away.")
    return all(found.ok for found in findings)


async def _live(config: configuration.Config, output: Output) -> bool:
    gemini = gemini_endpoint(checked(config.gemini)) if config.brain.use != "embedded" else None
    if gemini is not None:
        output.note(f"Gemini with {gemini.model}:")
        return await _examined(gemini, config, output)
    why = "brain.use is embedded" if config.brain.use == "embedded" else "there is no key for Gemini"
    output.note(f"The embedded brain ({why}):")
    from assistant.live.embedded import EmbeddedBrain

    brain = EmbeddedBrain(config.brain, store.folder(config.state_dir))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(brain.run())
        try:
            return await _examined(await brain.endpoint(), config, output)
        finally:
            running.cancel()


async def _examined(endpoint: Endpoint, config: configuration.Config, output: Output) -> bool:
    from assistant.live.examination import examined
    from assistant.live.session import Briefing, Setup

    setup = Setup(
        Briefing(instruction(HOME), (TURN_ON,)),
        voice=config.gemini.voice,
        options=Options.of(config.gemini),
        connect_seconds=config.gemini.connect_seconds,
    )
    ok = True
    async for finding in examined(endpoint, setup, list(frames(RECORDING))):
        ok = ok and finding.ok
        output.tell({"event": "finding", **asdict(finding), "seconds": round(finding.seconds, 3)})
    return ok

"""The audio process and the daemon's side of it: neither waits for the other for ever."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import sys
from pathlib import Path

from assistant.audio.messages import Ready, Trouble
from assistant.audio.process import BYTES_PER_SECOND, Audio, started
from assistant.audio.proof import SAMPLES
from assistant.config import AudioConfig

HEARD = str(SAMPLES / "hey_jarvis.wav")


def config(folder: Path, output: str) -> AudioConfig:
    return AudioConfig.model_validate({"input": HEARD, "output": output, "wake_folder": str(folder / "wake")})


async def test_a_process_whose_device_hangs_ends_when_the_daemon_is_gone(tmp_path: Path) -> None:
    """Nobody is left to kill it, and it would hold the microphone."""
    os.mkfifo(tmp_path / "hangs.wav")  # whoever opens it waits for a reader, as PortAudio for a sound server
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wanted = ("--fd", str(theirs.fileno()), "--input", HEARD, "--output", str(tmp_path / "hangs.wav"))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "assistant.audio", *wanted), pass_fds=[theirs.fileno()]
        )
        theirs.close()
        await asyncio.get_running_loop().run_in_executor(
            None, ours.recv, 1
        )  # its first pulse: it is in there
        ours.close()
    try:
        async with asyncio.timeout(20):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_process_that_stands_still_with_much_to_say_holds_nobody_up(tmp_path: Path) -> None:
    async with asyncio.timeout(20):
        async with started(config(tmp_path, "none")) as audio:
            await ready(audio)
            os.kill(audio.pid, signal.SIGSTOP)
            for _ in range(50):
                audio.play(bytes(BYTES_PER_SECOND))


async def test_a_speaker_that_takes_nothing_any_more_is_told_and_opened_anew(tmp_path: Path) -> None:
    spoken = tmp_path / "spoken.wav"
    async with asyncio.timeout(20), started(config(tmp_path, str(spoken))) as audio:
        told = audio.messages()
        assert isinstance(await anext(told), Ready)
        resource.prlimit(audio.pid, resource.RLIMIT_FSIZE, (1000, 1000))  # the file can no longer be written
        [last] = [message async for message in told if isinstance(message, Trouble)]
        assert last == Trouble("the speaker takes nothing any more", fatal=True)


async def ready(audio: Audio) -> None:
    assert isinstance(await anext(aiter(audio.messages())), Ready)

"""The audio process and the daemon's side of it: neither waits for the other for ever."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import sys
from pathlib import Path

import pytest

from assistant.audio.__main__ import _options as options_of
from assistant.audio.messages import Frame, GateOpened, OpenGate, Ready, Trouble
from assistant.audio.pipe import HEADER, unpacked
from assistant.audio.process import BYTES_PER_SECOND, Audio, started
from assistant.audio.proof import SAMPLES
from assistant.audio.recording import frames
from assistant.audio.worker import AudioProcess
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


async def test_what_a_sound_library_prints_is_not_among_the_events(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with asyncio.timeout(20), started(config(tmp_path, "none")) as audio:
        await ready(audio)
        Path(f"/proc/{audio.pid}/fd/1").write_text("Expression failed")
    assert capfd.readouterr().out == ""


async def test_a_speaker_that_takes_nothing_any_more_is_told_and_opened_anew(tmp_path: Path) -> None:
    spoken = tmp_path / "spoken.wav"
    async with asyncio.timeout(20), started(config(tmp_path, str(spoken))) as audio:
        told = audio.messages()
        assert isinstance(await anext(told), Ready)
        resource.prlimit(audio.pid, resource.RLIMIT_FSIZE, (1000, 1000))  # the file can no longer be written
        [last] = [message async for message in told if isinstance(message, Trouble)]
        assert last == Trouble("the speaker takes nothing any more", fatal=True)


async def test_hearing_whether_it_is_speech_takes_no_threads() -> None:
    """Four of them waited for each other in circles, for five times the work."""
    count = (
        "import os; from assistant.audio.listening import VoiceDetector; it = VoiceDetector();"
        "before = len(os.listdir('/proc/self/task')); [it(bytes(640)) for _ in range(10)];"
        "print(before, len(os.listdir('/proc/self/task')))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", count, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    before, after = map(int, out.split())
    assert after == before


def test_what_the_microphones_thread_had_heard_before_a_push_does_not_leave_because_of_it() -> None:
    """In a calm room a few frames wait for each other; a push must not make them part of what is said."""
    told = Told()
    process = AudioProcess(options_of(["--fd", "0", "--echo", "device", "--wake", "hey_jarvis"]), told)  # type: ignore[arg-type]
    before, after = bytes([7, 7]) * 320, [frame for frame in frames(Path(HEARD)) if any(frame)]
    process._handover._waiting.extend([before, before])
    process._obey(OpenGate("push"))
    process._handover._waiting.extend(after)
    process._handover.listen()
    left = [each.pcm for each in told.messages if isinstance(each, Frame)]
    assert GateOpened("push") in told.messages
    assert left
    assert before not in left


class Told:
    """The daemon's end of the socket."""

    def __init__(self) -> None:
        self.messages: list[object] = []

    def write(self, data: bytes) -> None:
        while data:
            code, length = HEADER.unpack(data[: HEADER.size])
            self.messages.append(unpacked(code, data[HEADER.size : HEADER.size + length]))
            data = data[HEADER.size + length :]


async def ready(audio: Audio) -> None:
    assert isinstance(await anext(aiter(audio.messages())), Ready)

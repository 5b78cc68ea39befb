"""A room's ears whose process talks nonsense, dies without a word, or is given broken wake words."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import struct
import sys
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pymicro_wakeword
import pytest

from assistant.audio.messages import FromAudio, GateOpened, Trouble
from assistant.audio.proof import SAMPLES
from assistant.bus import Bus
from assistant.config import AudioConfig
from assistant.floor import Shut
from assistant.household import vigil
from assistant.household.changes import LOOK_SECONDS, Change, models
from assistant.household.room import Room
from assistant.household.vigil import ENDED, GONE, MUTED, NONSENSE, Vigil
from assistant.mouths import HouseMouths
from assistant.rooms import Place
from tests.parts.home import until

NOWHERE = Path("/dev/null")
MODELS = Path(pymicro_wakeword.__file__).parent / "models"


class Listener:
    """A conversation that only notes."""

    def __init__(self) -> None:
        self.mouths = HouseMouths()
        self.heard: list[FromAudio] = []

    async def listen(self, ears: AsyncIterator[FromAudio], _room: str, _shut: Shut) -> bool:
        async for message in ears:
            self.heard.append(message)
        return False


class Here:
    """A vigil over a recorded room; ``told`` is what people at a terminal read."""

    def __init__(self, folder: Path, recording: Path, output: str) -> None:
        self.talk, self.told = Listener(), list[str]()
        audio = {
            "input": str(recording),
            "output": output,
            "wake_folder": str(folder / "wake"),
        }
        self.room = Room(folder / "room.json", Place("here"), AudioConfig.model_validate(audio))
        self.vigil = Vigil(self.room, self.talk, Bus())
        self.vigil.told = self.told.append

    async def until(self, so: Callable[[], bool], seconds: float = 20) -> None:
        try:
            await until(so, seconds)
        except TimeoutError:
            raise AssertionError((self.told, self.talk.heard)) from None


@contextlib.asynccontextmanager
async def watched(
    folder: Path, recording: Path = SAMPLES / "hey_jarvis.wav", output: str = "none"
) -> AsyncIterator[Here]:
    here = Here(folder, recording, output)
    task = asyncio.get_running_loop().create_task(here.vigil.run())
    try:
        yield here
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.wait([task])


def message(code: int, body: bytes) -> bytes:
    return struct.pack(">BI", code, len(body)) + body


NO_WORD = "Listening after a push only: no wake word is set (audio.wake)."
READY = message(0, b'{"source": "x"}')
OPEN = message(1, b'{"by": "push"}')
VOICE = message(4, bytes(640))
AWAY = message(7, b'{"text": "it is away", "fatal": true}')
STAYS_AWAY = "It is away. Typed sentences work."


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Another program in the place of Python, which writes these bytes to its socket and ends."""

    def put(told: bytes, after: float = 0.0, for_seconds: float = 0.0, born: Path = NOWHERE) -> None:
        program = tmp_path / "python"
        program.write_text(
            f"#!{python}\nimport os, sys, time\nopen({str(born)!r}, 'a').write('.')\ntime.sleep({after})\n"
            f"os.write(int(sys.argv[sys.argv.index('--fd') + 1]), {told!r})\ntime.sleep({for_seconds})\n"
        )
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))

    python = sys.executable
    return put


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\xff\xff\xff\xff\xffno message at all",
        struct.pack(">BI", 4, 2**31),
        message(17, b'{"frames": "many", "peak": null}'),
        message(17, b"[" * 100_000),
        message(7, b'{"text": 5}'),
        OPEN + message(4, b"x"),
        VOICE,
    ],
    ids=["garbage", "2 GB", "wrong types", "bottomless", "no text", "half a sample", "gate closed"],
)
async def test_a_process_that_talks_nonsense_is_replaced_and_the_house_lives(
    tmp_path: Path, says: Callable[[bytes], None], nonsense: bytes
) -> None:
    says(READY + nonsense)
    async with watched(tmp_path) as here:
        await here.until(lambda: here.told.count(NONSENSE) > 0)
        assert not [message for message in here.talk.heard if not isinstance(message, GateOpened)]


async def test_a_process_that_ends_without_a_word_is_told_once(
    tmp_path: Path, says: Callable[[bytes], None]
) -> None:
    says(b"")
    async with watched(tmp_path) as here:
        await here.until(lambda: bool(here.told))
        await asyncio.sleep(0.2)
        assert here.told == [ENDED]


async def test_a_device_that_takes_long_to_open_is_not_told_to_be_gone(
    tmp_path: Path, says: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vigil, "GONE_SECONDS", 0.4)
    says(READY, 0.5, 0.5)
    async with watched(tmp_path) as here:
        await here.until(lambda: len(here.told) > 0)
        await asyncio.sleep(0.25)
        assert here.told == [NO_WORD]


async def test_a_device_that_stays_away_is_told_once_however_often_it_is_tried(
    tmp_path: Path, says: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vigil, "GONE_SECONDS", 0.3)
    monkeypatch.setattr(vigil, "RESTART_SECONDS", (0.0,))
    says(READY, 0, 0.5)
    async with watched(tmp_path) as here:
        await here.until(lambda: len(here.told) > 0)
        born = tmp_path / "born"
        says(AWAY, 0.4, 0.0, born)
        await here.until(lambda: born.exists() and len(born.read_text()) > 3)
        assert here.told in ([NO_WORD, STAYS_AWAY], [NO_WORD, GONE, STAYS_AWAY])


async def test_what_left_is_counted_when_the_process_dies_in_the_middle_of_a_frame(
    tmp_path: Path, says: Callable[[bytes], None]
) -> None:
    says(READY + OPEN + message(3, b"{}") + VOICE * 3 + VOICE[:99])
    async with watched(tmp_path) as here:
        await here.until(lambda: bool(here.room.left.today()))
        assert here.room.left.today()["push"] >= 0.06


def model(folder: Path, name: str, **micro: object) -> None:
    folder.mkdir(exist_ok=True)
    told = json.loads((MODELS / "alexa.json").read_text())
    told["model"], told["micro"] = f"{name}.tflite", {**told["micro"], **micro}
    shutil.copy(MODELS / "alexa.tflite", folder / f"{name}.tflite")
    (folder / f"{name}.json").write_text(json.dumps(told))


@pytest.mark.speech
async def test_a_room_that_was_muted_before_does_not_say_that_it_listens(tmp_path: Path) -> None:
    Room(tmp_path / "room.json").change(muted=True)
    async with watched(tmp_path) as here:
        await here.until(lambda: bool(here.told))
        assert here.told == [MUTED]


async def test_broken_wake_words_are_left_out_and_the_others_wake(tmp_path: Path) -> None:
    folder = tmp_path / "wake"
    model(folder, "computer = on")
    for name in ("torn", "gone", "text"):
        model(folder, name)
    model(folder, "deaf", probability_cutoff="very")
    model(folder, "still", sliding_window_size=0)
    (folder / "torn.tflite").write_bytes((folder / "torn.tflite").read_bytes()[:20_000])
    (folder / "gone.tflite").unlink()
    (folder / "text.json").write_text("hello")
    async with watched(tmp_path) as here:
        await here.until(lambda: GateOpened("hey_jarvis") in here.talk.heard)
        assert here.told[0] == "Listening for 'hey jarvis' or 'computer = on'."
        sorry = [message.text for message in here.talk.heard if isinstance(message, Trouble)]
        assert [text.split("/")[-1].split(": a")[0] for text in sorry[:5]] == [
            "deaf.json is no wake word model (its probability_cutoff is 'very', not between 0 and 1)",
            "gone.json is no wake word model (there is no gone.tflite)",
            "still.json is no wake word model (its sliding_window_size is 0, not 1 to 1000)",
            "text.json is no wake word model (Expecting value: line 1 column 1 (char 0))",
            "torn.json is no wake word model (torn.tflite is damaged, or no TensorFlow Lite file)",
        ]


def quiet(folder: Path) -> Path:
    with wave.open(str(folder / "quiet.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(b"\3\0\0\0" * 8000 * 60)
    return folder / "quiet.wav"


async def test_devices_that_come_late_are_taken_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    late = tmp_path / "late" / "out.wav"
    async with watched(tmp_path, quiet(tmp_path), str(late)) as here:
        await here.until(lambda: bool(here.told))
        assert [mouth.speaks for mouth in here.talk.mouths.rooms.values()] == [False]
        late.parent.mkdir()
        (tmp_path / "pipewire-0").touch()  # a sound server has started
        await here.until(lambda: [mouth.speaks for mouth in here.talk.mouths.rooms.values()] == [True])


async def test_a_wake_word_that_is_dropped_into_the_folder_is_listened_for(tmp_path: Path) -> None:
    async with watched(tmp_path, quiet(tmp_path)) as here:
        await here.until(lambda: "Listening for 'hey jarvis'." in here.told)
        model(tmp_path / "wake", "computer")
        await here.until(lambda: "Listening for 'hey jarvis' or 'computer'." in here.told)


def test_a_model_that_is_still_being_copied_is_waited_for(tmp_path: Path) -> None:
    now = [0.0]
    it = Change(lambda: models(tmp_path / "wake"), lambda: now[0])

    def later() -> bool:
        now[0] += LOOK_SECONDS
        return it.seen()

    assert not it.seen()
    assert not later()
    model(tmp_path / "wake", "mine")
    assert not it.seen(), "it does not look at every frame"
    assert not later()
    (tmp_path / "wake" / "mine.tflite").write_bytes(b"more")
    assert not later()
    assert later()
    shutil.rmtree(tmp_path / "wake")
    assert [later(), later()] == [False, False], "all is as it was"

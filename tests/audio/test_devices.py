"""Sound cards that are held by somebody, or take no rate but their own: heard nevertheless, or told by name."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.audio.holders import holder
from assistant.audio.naming import meant, unmeant
from tests.household.test_vigil import watched

STUBBORN = Path(__file__).parents[1] / "parts" / "stubborn.c"


def card(kernel: Path, number: int, name: str, owner: int = 0) -> None:
    """A sound card as the kernel shows it."""
    with (kernel / "cards").open("a") as cards:
        cards.write(f" {number} [Short          ]: USB-Audio - {name}\n{' ' * 22}{name} at usb-1.{number}\n")
    for pcm, held in (("pcm0p", 0), ("pcm0c", owner)):
        (kernel / f"card{number}" / pcm / "sub0").mkdir(parents=True)
        status = f"state: RUNNING\nowner_pid   : {held}\ntrigger_time: 1.2\n" if held else "closed\n"
        (kernel / f"card{number}" / pcm / "sub0" / "status").write_text(status)


@pytest.mark.parametrize(
    ("device", "kind", "held"),
    [
        ("Blue Mic: USB Audio (hw:1,0)", "input", True),
        ("blue", "input", True),
        ("plughw:1,0", "input", True),
        ("Blue Mic", "output", False),
        ("Onboard", "input", False),
        ("Green Mic", "input", False),
        ("default", "output", False),
    ],
)
def test_who_holds_a_card_is_known_by_any_of_its_names(
    tmp_path: Path, device: str, kind: str, held: bool
) -> None:
    card(tmp_path, 0, "Onboard Sound")
    card(tmp_path, 1, "Blue Mic", os.getpid())
    name = Path("/proc/self/comm").read_text().strip()
    assert holder(device, kind, tmp_path) == (f"{name} (process {os.getpid()})" if held else "")


def test_where_there_is_no_card_nobody_holds_one(tmp_path: Path) -> None:
    assert holder("Blue Mic", "input", tmp_path) == ""


NAMES = ["default", "USB Audio: Mic (hw:1,0)", "USB Audio: Mic (hw:2,0)", "vmic", "vmic2"]
NAMES += ["Jabra: Audio (hw:3,0)"]


@pytest.mark.parametrize(
    ("name", "found", "words"),
    [
        ("VMIC", ["vmic"], ""),
        ("usb hw:2", ["USB Audio: Mic (hw:2,0)"], ""),
        ("usb mic", NAMES[1:3], "'usb mic' names more than one microphone"),
        ("mic usb", [], "there is no microphone 'mic usb'"),
        ("vmik", [], "the nearest is 'vmic'"),
        ("Jabra: Audio (hw:7,0)", ["Jabra: Audio (hw:3,0)"], ""),
        ("Jabra: Audio (hw:7,1)", [], "there is no microphone"),
        ("USB Audio: Mic (hw:7,0)", NAMES[1:3], "names more than one"),
        ("hw:7,0", [], "there is no microphone"),
        ("(hw:7,0)", [], "there is no microphone"),
        ("", NAMES, "names more than one"),
        ("\u202evmic\n", [], r"there is no microphone '\u202evmic\n'"),
    ],
)
def test_which_device_is_meant_by_a_name(name: str, found: list[str], words: str) -> None:
    assert meant(name, NAMES) == found
    assert words in unmeant(name, "microphone", NAMES)


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("alsa") / "stubborn.so"
    libraries = ("-lasound", "-lm")
    subprocess.run(["gcc", "-shared", "-fPIC", "-DPIC", "-o", made, STUBBORN, *libraries], check=True)
    return made


@pytest.fixture
def cards(plugin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two of them, and nothing else; each has a lock."""
    # Without a default PortAudio ends the process.
    lines = ["pcm.default { type null hint { show on description none } }", "ctl.default { type hw card 0 }"]
    lines += [f'pcm_type.stubborn {{ lib "{plugin}" }}']
    for name, rate, channels in (("usbmic", 48_000, 2), ("array", 44_100, 6)):
        shape = f'lock "{tmp_path / name}" rate {rate} channels {channels}'
        lines.append(f"pcm.{name} {{ type stubborn {shape} hint {{ show on description {name} }} }}")
    (tmp_path / "asound.conf").write_text("\n".join(lines))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    return tmp_path


@contextlib.contextmanager
def held(cards: Path, name: str) -> Iterator[None]:
    with (cards / f"{name}.c").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.mark.system("alsa/pcm_external.h")
@pytest.mark.parametrize("name", ["usbmic", "array"])
async def test_a_card_that_refuses_our_rate_is_heard_at_its_own(cards: Path, name: str) -> None:
    async with watched(cards, Path(name)) as here:
        await here.until(lambda: here.vigil._pulse.frames > 10)
        assert here.told[0] == "Listening for 'hey jarvis'."
        assert 7000 < here.vigil._pulse.peak < 8100, "a tone of 8000, not of two rates"


@pytest.mark.system("alsa/pcm_external.h")
async def test_a_microphone_that_knows_no_time_is_told_to_be_none(cards: Path) -> None:
    async with watched(cards, Path("default")) as here:
        await here.until(lambda: bool(here.told))
        assert here.told[0].startswith("The microphone 'default' is none, it only pretends")


@pytest.mark.system("pipewire")  # with it comes PortAudio
async def test_a_broken_configuration_of_alsa_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asound.conf").write_text("pcm.default {{{")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    async with watched(tmp_path, Path("usbmic")) as here:
        await here.until(lambda: bool(here.told))
        assert here.told[0].startswith("The sound system cannot be started: look into ~/.asoundrc")


@pytest.mark.system("alsa/pcm_external.h")
async def test_a_card_that_is_held_is_told_once_and_heard_when_it_is_free(cards: Path) -> None:
    busy = "The microphone 'usbmic' is in use by another program. Typed sentences work."
    with contextlib.ExitStack() as somebody:
        somebody.enter_context(held(cards, "usbmic"))
        async with watched(cards, Path("usbmic")) as here:
            await here.until(lambda: bool(here.told))
            somebody.close()
            await here.until(lambda: here.told[:2] == [busy, "Listening for 'hey jarvis'."])

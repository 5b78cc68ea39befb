"""`assistant setup`: as a person at a real terminal meets it, and from a file of answers."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant import config as configuration
from assistant.__main__ import main
from assistant.cli.setup import TO_GOOGLE
from assistant.home.broker import serve
from assistant.home.broker.passwords import hashed
from tests.cli.test_bad_input import assistant

KEY = "AIzaSy-not-a-key-0123456789"
REAL = f"""
consent = true
key = "{KEY}"
broker = "mqtt://127.0.0.1:1"
user = "anna"
password = "s3cret-word"
wake = "alexa"
name = "Jeeves: ours"
area = "living room"
language = "de-DE"
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a user's configuration, not made yet."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".config" / "assistant"


def answered(text: str, *more: str) -> int:
    file = Path("answers.toml")
    file.write_text(text)
    return main(["setup", "--answers", str(file), *more])


def files(house: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in house.iterdir()} if house.is_dir() else {}


def test_answers_become_a_commented_configuration_and_private_secrets(house: Path) -> None:
    assert answered(REAL) == 0
    made = files(house)
    assert set(made) == {"config.yaml", "gemini-api-key", "mqtt-password"}
    assert (made["gemini-api-key"], made["mqtt-password"]) == (KEY, "s3cret-word")
    assert all((house / name).stat().st_mode & 0o777 == 0o600 for name in ("gemini-api-key", "mqtt-password"))
    assert KEY not in made["config.yaml"]
    comments = [
        line.strip() for line in configuration.template().splitlines() if line.strip().startswith("#")
    ]
    assert [
        line.strip() for line in made["config.yaml"].splitlines() if line.strip().startswith("#")
    ] == comments

    config = configuration.load(house / "config.yaml", {})
    assert (config.brain.use, config.home.pretend, config.mqtt.broker) == (
        "auto",
        False,
        "mqtt://127.0.0.1:1",
    )
    assert (config.mqtt.user, config.audio.wake, config.gemini.language) == ("anna", ["alexa"], "de-DE")
    assert (config.home.announce.name, config.home.announce.area) == ("Jeeves: ours", "living room")
    assert "timers" in [entry.name for entry in config.plugins]
    assert not [entry for entry in config.plugins if entry.name.startswith("mqtt_")]

    before = {path: path.stat().st_mtime_ns for path in house.iterdir()}
    assert answered(REAL) == 0
    assert {path: path.stat().st_mtime_ns for path in house.iterdir()} == before, (
        "the second time changes nothing"
    )
    assert configuration.find(None, {}) == house / "config.yaml"


def test_a_secret_that_others_can_read_is_told(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answered(REAL)
    assert "others can read answers.toml, in which a secret stands" in capsys.readouterr().out
    Path("answers.toml").chmod(0o600)
    assert main(["setup", "--answers", "answers.toml"]) == 0
    assert "others can read" not in capsys.readouterr().out


def test_without_consent_there_is_no_key_and_nothing_leaves(house: Path) -> None:
    assert answered(f'key = "{KEY}"\nbroker = "pretend"\n') == 0
    assert set(files(house)) == {"config.yaml"}
    config = configuration.load(house / "config.yaml", {})
    assert (config.brain.use, config.home.pretend) == ("embedded", True)
    assert len(config.plugins) > 20


OWN = """\
# my own words
home: {pretend: false}
plugins:   # what I have
  - clock
  # the pump
  - mqtt_switch: {name: pump, topic: pump}   # old
# the end
"""


def test_what_somebody_has_written_stays_and_is_not_changed_unasked(house: Path) -> None:
    house.mkdir(parents=True)
    file = house / "config.yaml"
    file.write_text(OWN)
    file.chmod(0o640)
    assert answered(REAL) == 2
    assert files(house) == {"config.yaml": OWN}, "not even a secret is written"
    assert answered(REAL + "replace = true\n") == 0
    made = files(house)
    assert made["config.yaml.before"] == OWN
    assert [line for line in OWN.splitlines() if line not in made["config.yaml"].splitlines()] == [
        "home: {pretend: false}"
    ]
    config = configuration.load(file, {})
    assert [entry.name for entry in config.plugins] == ["clock", "mqtt_switch"]
    assert (config.home.announce.name, config.mqtt.user) == ("Jeeves: ours", "anna")
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('wak = "alexa"', "nobody asks for 'wak'; did you mean 'wake'?"),
        ('wake = "computer"', "wake: the choices are hey_jarvis"),
        ('broker = "mqtt://me:hunter2@host"', "broker: user and password do not belong here"),
        ('broker = "http://host"', "broker: The MQTT address cannot be read"),
        ('consent = true\nkey = "short"', "key: a key is 20 letters or more"),
        ('consent = "perhaps"', "consent: write true or false"),
        ('consent = true\nlanguage = "german!"', "language: it is written like en-US"),
        ('name = ""', "name: there must be something"),
        ('area = "a\\u001b[31mb"', "area: there are characters in it that cannot be printed"),
        ("key = [1]", "key: write a text"),
        ("key =", "is not TOML"),
        ("a = 1\n" * 30_000, "is too large"),
    ],
)
def test_answers_that_will_not_do_are_one_sentence(
    house: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answered(text) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert told.err.count("\n") == 1
    assert "hunter2" not in told.err + told.out
    assert files(house) == {}


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three microphones and speakers, which hear and say nothing."""
    pcms = [
        f'pcm.{name} {{ type null hint {{ show on description "{name}" }} }}'
        for name in ("default", "jabra_speak", "jabra_link", "onboard")
    ]
    (tmp_path / "asound.conf").write_text("\n".join(pcms))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))


@pytest.mark.system("pipewire")  # with it comes PortAudio
@pytest.mark.usefixtures("card")
@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("onbord", "there is no microphone 'onbord'; the nearest is 'onboard'"),
        ("webcam of mine", "there is no microphone 'webcam of mine'; there are: "),
        ("jabra_", "'jabra_' names more than one microphone; there are: 'jabra_"),
        ("Jabra Speak", ""),
        ("none", ""),
    ],
)
def test_a_microphone_that_does_not_exist_is_asked_about_again(
    house: Path, said: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answered(f'microphone = "{said}"') == (2 if words else 0)
    assert words in capsys.readouterr().err
    if not words:
        assert configuration.load(house / "config.yaml", {}).audio.input == said
        assert answered('microphone = "onbord"') == 2
        Path("asound.conf").write_text('pcm.default { type null hint { show on description "default" } }')
        assert answered(f'microphone = "{said}"') == 0, "what is configured may be unplugged now"


async def test_a_password_that_the_broker_refuses_is_asked_about_again(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passwords = Path("passwords")
    passwords.write_text(hashed("anna", "s3cret-word") + "\n")
    async with serve(passwords=passwords) as address:
        told = f'broker = "{address.url}"\nuser = "anna"\npassword = '
        assert await asyncio.to_thread(answered, told + '"wrong"') == 2
        words = f"password: the broker at {address.shown} refuses anna with this password"
        assert words in capsys.readouterr().err
        assert not house.exists()
        assert await asyncio.to_thread(answered, told + '"s3cret-word"') == 0


def test_a_configuration_that_is_wrong_is_not_touched(house: Path) -> None:
    house.mkdir(parents=True)
    (house / "config.yaml").write_text("brain: {prot: 1}\n")
    assert answered(REAL + "replace = true\n") == 78
    assert files(house) == {"config.yaml": "brain: {prot: 1}\n"}


def test_nobody_there_to_answer_is_told(tmp_path: Path) -> None:
    done = assistant(tmp_path, "setup", HOME=str(tmp_path))
    assert (done.returncode, b"give the answers with --answers FILE" in done.stderr) == (2, True)


class Person:
    """Types at a terminal of `assistant setup`."""

    def __init__(self, home: Path) -> None:
        self._end, other = pty.openpty()
        environment = {
            **os.environ,
            "HOME": str(home),
            "GEMINI_API_KEY": "",
            "ASSISTANT_STATE_DIR": str(home / "s"),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "assistant", "setup"],
            stdin=other, stdout=other, stderr=other, env=environment, start_new_session=True,
            preexec_fn=lambda: os.set_inheritable(0, True),
        )  # fmt: skip
        os.close(other)
        self.seen = ""

    def until(self, words: str) -> None:
        until = time.monotonic() + 30
        while words not in self.seen:
            ready, _, _ = select.select([self._end], [], [], max(0, until - time.monotonic()))
            assert ready, f"{words!r} never came: {self.seen}"
            try:
                self.seen += os.read(self._end, 4096).decode(errors="replace")
            except OSError:
                break
        assert words in self.seen, self.seen

    def answer(self, question: str, text: str) -> None:
        self.types(question, text.encode() + b"\n")

    def types(self, question: str, data: bytes) -> None:
        self.until(question)
        self.seen = self.seen.partition(question)[2]
        self.until("> ")
        os.write(self._end, data)

    def leaves(self) -> int:
        self.process.send_signal(2)
        return self.process.wait(20)

    def ends(self) -> int:
        try:
            while select.select([self._end], [], [], 20)[0]:
                self.seen += os.read(self._end, 4096).decode(errors="replace")
        except OSError:
            pass
        os.close(self._end)
        return self.process.wait(20)


def test_a_person_answers_at_a_terminal_and_may_leave_at_any_time(house: Path, tmp_path: Path) -> None:
    person = Person(tmp_path)
    person.until(TO_GOOGLE.splitlines()[0])
    person.answer("May it be so?", "y")
    person.answer("Your Gemini key", KEY)
    person.answer("Which microphone?", "")
    assert KEY not in person.seen, "a key is not shown"
    assert person.leaves() == 130
    assert files(house) == {}

    person = Person(tmp_path)
    person.answer("May it be so?", "y")
    person.types("Your Gemini key", b"\x04")
    assert person.ends() == 2
    assert "nothing was written" in person.seen
    assert "Traceback" not in person.seen

    person = Person(tmp_path)
    person.answer("May it be so?", "perhaps")
    person.answer("Please write y or n.", "n")
    person.answer("Which microphone?", "999")
    person.answer("That will not do", "")
    person.answer("Which speaker?", "")
    person.answer("The wake word?", "6")
    person.answer("That will not do", "2")
    person.answer("Where do your devices speak MQTT?", "pretend")
    person.answer("What is it called in the home?", "")
    person.types("In which room is it?", b"\xff\xfe\n")
    person.answer("That will not do", "kitchen")
    assert person.ends() == 0, person.seen
    config = configuration.load(house / "config.yaml", {})
    assert (config.brain.use, config.audio.wake, config.home.announce.area) == (
        "embedded",
        ["alexa"],
        "kitchen",
    )

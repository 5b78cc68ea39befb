"""The configuration: every mistake is one sentence with its place and the nearest valid name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import config as configuration
from assistant.cli.check import proven
from assistant.config import Config, MqttConfig
from assistant.config.home import FloorConfig
from assistant.config.model import AudioConfig
from assistant.errors import ConfigError


def load(path: Path, text: str, **environment: str) -> Config:
    file = path / "config.yaml"
    file.write_text(text)
    return configuration.load(file, environment)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("brain:\n  prot: 1\n", "2:3", "no key 'brain.prot'; did you mean 'port'?"),
        ("brian:\n  port: 1\n", "1:1", "no key 'brian'; did you mean 'brain'?"),
        ("brain:\n  port: x\n", "2:9", "brain.port: expected a whole number, found 'x'"),
        ("brain:\n  port: 70000\n", "2:9", "less than or equal to 65535, found 70000"),
        ("brain:\n  use: cloud\n", "2:8", "'auto', 'gemini' or 'embedded', found 'cloud'"),
        (
            "brain:\n  use: gemni\n",
            "2:8",
            "brain.use: expected 'auto', 'gemini' or 'embedded', found 'gemni'; did you mean 'gemini'?",
        ),
        (
            "home:\n  floors:\n    up: {aria: [x]}\n",
            "3:10",
            "no key 'home.floors.up.aria'; did you mean 'areas'?",
        ),
        (
            "home:\n  floors: [a]\n",
            "2:11",
            "home.floors: expected a mapping (key: value lines), found a list",
        ),
        ("home:\n  floors: {up: 3}\n", "2:16", "home.floors.up: expected"),
        ("plugins:\n  - clock: [a]\n", "2:5", "plugins[0]: expected `- plugin`"),
        ("home:\n  pretend: 'yes'\n", "2:12", "home.pretend: expected true or false, found 'yes'"),
        ("brain:\n\tuse: auto\n", "2:1", "there is a tab; YAML is indented with spaces"),
        ("brain:\n  port: 1\nbrain:\n  port: 2\n", "3:1", "the key 'brain' is there twice"),
        (
            "plugins:\n  - mqtt_light: {name: a, name: b}\n",
            "2:27",
            "the key 'plugins[0].mqtt_light.name' is there",
        ),
        ("plugins:\n  - 5\n", "2:5", "plugins[0]: expected `- plugin`"),
        ("brain: [1, 2]\n", "1:8", "brain: expected a mapping (key: value lines), found a list"),
        ("- a\n", "1:1", "expected `key: value` lines, found a list"),
        ("brain: {port: 1\n", "2:1", "expected ',' or '}'"),
        ("a: !!python/object:os.system x\n", "1:4", "cannot be read as a value"),
        ("home: {}\n---\nhome: {}\n", "2:1", "a second document begins here; one file holds one"),
        ("home:\n  devices:\n    - {aria: b}\n", "3:8", "did you mean 'area'?"),
        (
            "gemini:\n  api_key: x\n",
            "2:3",
            "secrets never stand here, but in files that nobody else may read",
        ),
        ("mqtt:\n  password: x\n", "2:3", "secrets never stand here"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(tmp_path: Path, text: str, place: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path}/config.yaml:{place}: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 78


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("mqtt:\n  broker: htp://x\n", "2:11", "The MQTT address cannot be read"),
        ("mqtt:\n  broker: mqtt://x\n  ca: /ca\n", "2:11", "mqtt://x:1883 is not encrypted"),
        ("mqtt:\n  broker: mqtts://x\n  ca: /none\n", "2:3", "mqtt.ca: /none cannot be read"),
        ("web:\n  host: 0.0.0.0\n", "2:9", "web.host '0.0.0.0' can be reached from other machines"),
        ("gemini:\n  voice: Pack\n", "2:10", "gemini.voice: there is no voice 'Pack'"),
        ("gemini:\n  thinking_level: high\n", "2:19", "gemini.thinking_level: gemini-3.8-live does not"),
        ("cameras:\n  - {name: a, url: 'gopher://x'}\n", "2:20", "camera a: gopher: is no kind of camera"),
        (
            "cameras:\n  - {name: a, url: 'rtsp://x'}\n  - {name: A, url: 'rtsp://y'}\n",
            "3:5",
            "two cameras are called 'A'",
        ),
        ("policy: {security: screen}\nweb: {enabled: false}\n", "1:9", "policy: what is to be confirmed"),
    ],
)
def test_a_mistake_that_shows_only_to_its_part_has_its_place_too(
    tmp_path: Path, text: str, place: str, words: str
) -> None:
    config = load(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        proven(config)
    assert str(caught.value).startswith(f"{tmp_path}/config.yaml:{place}: ")
    assert words in str(caught.value)


def test_a_mistake_of_the_environment_names_its_variable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^ASSISTANT_HOM__PRETEND: there is no key 'hom'"):
        load(tmp_path, "home: {pretend: false}\n", ASSISTANT_HOM__PRETEND="x")
    with pytest.raises(ConfigError, match=r"^ASSISTANT_MQTT_URL: The MQTT address cannot be read"):
        proven(load(tmp_path, "", ASSISTANT_MQTT_URL="mqtt://ada:secret@x:99999"))


@pytest.mark.parametrize(
    "name", ["LOCK_CODES", "APPRISE_URLS", "CAMERA_FIND_PASSWORD", "CAMERA_FRONT_DOOR_PASSWORD"]
)
def test_secrets_that_the_guide_puts_in_the_environment_are_no_keys(tmp_path: Path, name: str) -> None:
    assert load(tmp_path, "", **{f"ASSISTANT_{name}": "s3cret"}) == load(tmp_path, "")


def test_sections_that_say_the_same_are_equal_wherever_they_stand(tmp_path: Path) -> None:
    here = load(tmp_path, "mqtt:\n  broker: mqtt://x\ncameras:\n  - {name: a, url: 'rtsp://x'}\n")
    there = load(tmp_path, "cameras:\n\n  - {name: a, url: 'rtsp://x'}\nmqtt: {broker: mqtt://x}\n")
    assert here == there
    assert here.mqtt == MqttConfig(broker="mqtt://x")


def test_the_machines_configuration_is_found_after_ones_own_and_brings_the_services_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    machine = tmp_path / "etc" / "config.yaml"
    assert configuration.find(None, {}, machine) == configuration.shipped()
    machine.parent.mkdir()
    for text in (
        "home: {pretend: false}\n",
        configuration.template(),
    ):  # by hand, and as the package brings it
        machine.write_text(text)
        assert configuration.find(None, {}, machine) == machine
        assert configuration.load(machine, {}, machine).state_dir == Path("/var/lib/assistant")
    elsewhere = {"ASSISTANT_STATE_DIR": "/srv/assistant"}
    assert configuration.load(machine, elsewhere, machine).state_dir == Path("/srv/assistant")
    own = tmp_path / "home/.config/assistant/config.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("")
    assert configuration.find(None, {}, machine) == own


def test_what_is_no_file_is_told_and_a_place_that_is_locked_is_passed_by(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder; name the file in it"):
        configuration.find(tmp_path, {})
    locked = tmp_path / ("x" * 300)  # not to be looked at by anybody, root included
    with pytest.raises(ConfigError, match="cannot be looked at: File name too long"):
        configuration.find(locked, {})
    assert configuration.find(None, {}, locked).is_file()


def test_a_bomb_of_aliases_is_refused_before_it_grows(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(ConfigError, match="nested or repeated too often"):
        load(tmp_path, "\n".join(lines))


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_bytes_whatever_make_a_traceback(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("c") / "config.yaml"
    file.write_bytes(data)
    try:
        configuration.load(file, {})
    except ConfigError as error:
        assert "\n" not in str(error)


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    assert load(tmp_path, "") == Config()


def test_a_bare_off_is_the_word_and_not_false(tmp_path: Path) -> None:
    assert load(tmp_path, "pictures: {safety: OFF}\n").pictures.safety == "OFF"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "brain:\n  use: gemini\n  port: 1\n",
        ASSISTANT_BRAIN="embedded",
        ASSISTANT_BRAIN__PORT="5",
        ASSISTANT_MQTT_URL="mqtt://user:p%40ss@host",
        ASSISTANT_STATE_DIR="/tmp/x",
        ASSISTANT_AUDIO__WAKE="alexa",
    )
    assert (config.brain.use, config.brain.port) == ("embedded", 5)
    assert config.mqtt.broker == "mqtt://user:p%40ss@host"
    assert config.state_dir == Path("/tmp/x")
    assert config.audio.wake_words == ["alexa"]


def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match="^ASSISTANT_BRAIN__PORT: brain.port: expected a whole number, found 'x'"
    ):
        load(tmp_path, "", ASSISTANT_BRAIN__PORT="x")
    with pytest.raises(ConfigError, match="^ASSISTANT_BRAIN__PROT: there is no key 'brain.prot'"):
        load(tmp_path, "", ASSISTANT_BRAIN__PROT="5")
    with pytest.raises(ConfigError, match="^ASSISTANT_BRAIN: brain.use: .*; did you mean 'gemini'?"):
        load(tmp_path, "", ASSISTANT_BRAIN="gemni")
    with pytest.raises(ConfigError, match=r"^ASSISTANT_PLUGINS: plugins\[1\]: expected `- plugin`"):
        load(tmp_path, "", ASSISTANT_PLUGINS="[clock, 5]")
    (entry,) = load(tmp_path, "plugins: [clock]", ASSISTANT_PLUGINS="[clok: {a: 1}]").plugins
    assert str(entry.mistake("no", "a")) == "ASSISTANT_PLUGINS: plugins[0].clok.a: no"
    assert str(entry.mistake("no")) == "ASSISTANT_PLUGINS: plugins[0].clok: no"


def test_the_shipped_file_states_the_defaults_and_explains_every_key() -> None:
    path = configuration.shipped()
    shipped = configuration.load(path, {})
    assert shipped.model_copy(update={"plugins": []}) == Config()
    lines = path.read_text().splitlines()
    tree = yaml.safe_load(path.read_text())
    for section, model in Config.model_fields.items():
        fields = getattr(model.annotation, "model_fields", {})
        assert section in tree, f"{section} is not in config.yaml"
        for key in fields:
            assert key in tree[section], f"{section}.{key} is not in config.yaml"
            (number,) = [
                n
                for n, line in enumerate(lines)
                if line.startswith(f"  {key}:") and _section(lines, n) == section
            ]
            assert "#" in lines[number] or lines[number - 1].strip().startswith("#"), (
                f"{section}.{key}: no comment"
            )


def _section(lines: list[str], number: int) -> str:
    return next(line for line in reversed(lines[:number]) if line[:1].isalpha()).split(":")[0]


def test_wake_words_that_cannot_be_are_told_in_a_sentence(tmp_path: Path) -> None:
    for wrong, problem in (
        (
            "computer",
            "expected 'hey_jarvis', 'alexa', 'hey_mycroft', 'okay_nabu', 'push' or 'none', found 'computer'",
        ),
        ("[]", "expected one wake word or several, or push or none alone, found a list"),
    ):
        with pytest.raises(ConfigError, match=re.escape(problem)):
            load(tmp_path, f"audio:\n  wake: {wrong}\n")


def test_wake_words_are_one_or_several() -> None:
    assert AudioConfig().wake_words == ["hey_jarvis"]
    assert AudioConfig.model_validate({"wake": "none"}).wake_words == []
    assert AudioConfig(wake=["alexa", "hey_jarvis", "alexa"]).wake_words == ["alexa", "hey_jarvis"]
    for wrong in ([], ["none", "alexa"], "computer", ["computer"], 7):
        with pytest.raises(ValueError, match="wake"):
            AudioConfig.model_validate({"wake": wrong})


def test_servers_of_tools_are_reached_in_one_way_and_have_names_of_their_own(tmp_path: Path) -> None:
    for wrong, problem in (
        ("[{name: x}]", "mcp[0]: expected either a command or a url"),
        ('[{name: x, command: [a], url: "http://b"}]', "mcp[0]: expected either a command or a url"),
        (
            "[{name: x, command: [a]}, {name: x, command: [b]}]",
            "mcp: expected servers with names of their own",
        ),
        (
            "[{name: x, command: [a], tools: {t: {risk: security}}}]",
            "mcp[0].tools.t.risk: expected '', 'read', 'comfort' or 'costly', found 'security'",
        ),
    ):
        with pytest.raises(ConfigError, match=re.escape(problem)):
            load(tmp_path, f"mcp: {wrong}\n")


def test_floors_are_lists_of_areas_or_more(tmp_path: Path) -> None:
    text = (
        "home:\n  floors:\n    ground floor: [kitchen]\n    roof: {areas: [loft], level: 3, aliases: [top]}\n"
    )
    floors = load(tmp_path, text).home.floors
    assert floors == {
        "ground floor": FloorConfig(areas=["kitchen"]),
        "roof": FloorConfig(areas=["loft"], level=3, aliases=["top"]),
    }

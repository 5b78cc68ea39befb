"""A secret of each kind in each of its places, and none of them anywhere else.

A whole daemon is given them all, with every library at DEBUG; then everything that it writes, answers, publishes,
sends and keeps is searched, as are the support bundle and the environments of the processes that it has started.
"""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.redaction import REDACTION, without_secrets
from tests.cli.test_bad_input import assistant
from tests.cli.test_broker import own_broker
from tests.cli.test_daemon import children, daemon, wait_until
from tests.parts.mosquitto import free_port
from tests.parts.onlookers import LOUD, Collector, Eavesdropper, collecting, eavesdropping, found, kept_in

PIN = "4815162342"
KINDS = (
    "gemini key", "gateway", "mqtt", "web token", "home assistant", "camera file", "camera url", "camera at",
    "camera query", "mcp token", "mcp url", "apprise one", "apprise two", "lock code", "traces",
)  # fmt: skip
CONFIG = """\
brain: {{use: auto}}
gemini: {{base_url: "https://gate:{gateway}@127.0.0.1:1"}}
policy: {{security: pin}}
plugin_paths: [{folder}/plugins]
web: {{port: {port}}}
keep: {{transcripts_days: 3}}
home: {{announce: {{transcripts: true}}}}
traces: {{url: "http://otel:{traces}@{collector}", words: true}}
mcp:
  - {{name: wiki, url: "http://wiki:{mcp_url}@127.0.0.1:1/mcp"}}
cameras:
  - {{name: yard, url: "rtsp://127.0.0.1:1/stream", user: viewer}}
  - {{name: gate, url: "rtsp://viewer:{camera_url}@127.0.0.1:1/stream"}}
  - {{name: roof, url: "rtsp://viewer:x@y/{camera_at}@127.0.0.1:1/stream"}}
  - {{name: shed, url: "http://127.0.0.1:1/now.mjpg?user=viewer&pwd={camera_query}"}}
plugins:
  - loud
  - clock
  - notifications
  - home_assistant: {{url: "http://127.0.0.1:1"}}
  - mqtt_dimmable_light: {{name: kitchen light, area: kitchen, topic: zigbee2mqtt/kitchen light}}
"""


def planted() -> dict[str, str]:
    """A secret of each kind that stands nowhere else."""
    secrets = {kind: f"Planted-{kind.title().replace(' ', '')}-7x9Q" for kind in KINDS}
    return {**secrets, "gemini key": f"AIzaSy{secrets['gemini key']}"}


class Place:
    """A home folder with secret files, a folder of credentials, and a configuration that holds what must not."""

    def __init__(self, folder: Path, secrets: dict[str, str], collector: str) -> None:
        self.folder, self.state, self.port = folder, folder / "state", free_port()
        self.config = folder / "config.yaml"
        keys = folder / "home/.config/assistant"
        for path in (keys, folder / "plugins", folder / "credentials"):
            path.mkdir(parents=True)
        for name, text in {
            "gemini-api-key": secrets["gemini key"],
            "camera-yard": f"p@ss/w%rd:{secrets['camera file']}",
            "mcp-wiki-token": secrets["mcp token"],
            "web-token": secrets["web token"],
            "lock-codes": f"0x01 {secrets['lock code']}",
            "apprise-urls": (
                f"json://ada:{secrets['apprise one']}@127.0.0.1:1/\njson://bob:{secrets['apprise two']}@127.0.0.1:1/"
            ),
        }.items():
            (keys / name).write_text(f"{text}\n")
            (keys / name).chmod(0o600)
        (folder / "plugins/loud.py").write_text(LOUD)
        named = {kind.replace(" ", "_"): secret for kind, secret in secrets.items()}
        self.config.write_text(CONFIG.format(**named, folder=folder, port=self.port, collector=collector))
        self.environment = {
            "HOME": str(folder / "home"),
            "CREDENTIALS_DIRECTORY": str(folder / "credentials"),
            "HOME_ASSISTANT_TOKEN": secrets["home assistant"],
            "ASSISTANT_BRAIN": "auto",
        }

    def run(self, *words: str, stdin: bytes = b"") -> bytes:
        """What a command writes, on both ways."""
        done = assistant(self.state, *words, "--config", self.config, stdin=stdin, **self.environment)
        return done.stdout + done.stderr

    def page(self, path: str, token: str) -> bytes:
        """What the dashboard answers to who has the token."""
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(asking):
            asking.request("GET", path, headers={"authorization": f"Bearer {token}"})
            answer = asking.getresponse()
            return str(answer.headers).encode() + answer.read()

    def open(self) -> bool:
        with contextlib.suppress(OSError):
            return b"default-src" in self.page("/metrics", "nobody")
        return False


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as there:
        yield there


@pytest.mark.system("mosquitto")
@pytest.mark.parametrize("where", ["in the address", "as a credential"])
def test_no_secret_of_any_kind_stands_where_it_does_not_belong(
    tmp_path: Path, where: str, collector: Collector
) -> None:
    secrets = planted()
    place = Place(tmp_path, secrets, collector.address)
    with own_broker(tmp_path, "") as port, eavesdropping(port) as broker:
        if where == "in the address":
            place.environment["ASSISTANT_MQTT_URL"] = f"mqtt://ada:{secrets['mqtt']}@127.0.0.1:{port}"
        else:
            place.environment |= {
                "ASSISTANT_MQTT_URL": f"mqtt://127.0.0.1:{port}",
                "ASSISTANT_MQTT_USER": "ada",
            }
            (tmp_path / "credentials/mqtt-password").write_text(secrets["mqtt"])
        seen = {"pin set": place.run("pin", "set", stdin=f"{PIN}\n".encode())}
        seen |= lived(place, broker, secrets["web token"])
        seen["traces"] = b"\n".join(collector.bodies)
        seen["the broker"] = broker.everything
    for name in ("daemon.out", "daemon.err"):
        seen[name] = (tmp_path / name).read_bytes()
    seen |= kept_in(place.state)
    assert b"x-goog-api-key" in seen["daemon.err"], "the libraries were loud, else this proves nothing"
    for name in ("daemon.out", "the broker", "traces"):
        assert b"kitchen light" in seen[name], f"{name} was looked at"
    assert found({**secrets, "PIN": PIN, "half of a password": "p@ss/w%rd"}, seen) == []


def lived(place: Place, broker: Eavesdropper, token: str) -> dict[str, bytes]:
    """A little of a day: what every command, page and child of a daemon shows meanwhile."""
    seen: dict[str, bytes] = {}
    with daemon(place.state, "--json", "--config", str(place.config), **place.environment) as process:
        wait_until(place.open, 60)
        wait_until(
            lambda: b"\xe2\x80\xa6" in (place.folder / "daemon.err").read_bytes(), 60
        )  # hidden: the key
        wait_until(lambda: broker.on("zigbee2mqtt/kitchen light"), 60)
        for words in (
            ("say", "turn on the kitchen light"), ("devices",), ("devices", "--json"), ("plugins", "--json"),
            ("cameras",), ("cameras", "--json"), ("check",), ("room", "--json"), ("usage",), ("forget", "--dry-run"),
            ("doctor", "--json", "--bundle", str(place.folder / "bundle.json")), ("doctor",),
            ("clip", "roof", "what happens"), ("health", "--json"),
        ):  # fmt: skip
            seen[" ".join(words)] = place.run(*words)
        seen["bundle"] = (place.folder / "bundle.json").read_bytes()
        for path in ("/metrics", "/health", "/home"):
            seen[path] = place.page(path, token)
        for pid in children(process.pid):
            with contextlib.suppress(OSError):
                told = Path(f"/proc/{pid}")
                name = f"process {(told / 'comm').read_text().strip()} {pid}"
                seen[name] = (told / "cmdline").read_bytes() + (told / "environ").read_bytes()
    assert sum(name.startswith("process ") for name in seen) >= 2, "brain and cameras"
    assert b"findings" in seen["bundle"]
    return seen


def test_what_a_child_process_is_told_holds_no_secret_of_ours_and_all_of_the_owners() -> None:
    ours = {
        "GEMINI_API_KEY", "GOOGLE_API_KEY", "HOME_ASSISTANT_TOKEN", "MCP_WIKI_TOKEN", "ASSISTANT_WEB_TOKEN",
        "ASSISTANT_MQTT_PASSWORD", "ASSISTANT_MQTT_URL", "ASSISTANT_MQTT__BROKER", "ASSISTANT_LOCK_CODES",
        "ASSISTANT_APPRISE_URLS", "ASSISTANT_CAMERA_FRONT_DOOR_PASSWORD", "CREDENTIALS_DIRECTORY",
    }  # fmt: skip
    owners = {"PATH": "/bin", "RESTIC_PASSWORD": "of a command", "ASSISTANT_STATE_DIR": "/s"}
    assert without_secrets({**dict.fromkeys(ours, "x"), **owners}) == owners


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("rtsp://viewer:p@ss/w@rd@cam/1", "rtsp://…@cam/1"),
        ("http://cam/now?user=a&pwd=s3cret&x=1", "http://cam/now?user=a&pwd=…&x=1"),
        ("http://cam/now?loginuse=a&loginpas=s3cret", "http://cam/now?loginuse=a&loginpas=…"),
        ("https://host/?api_key=abc#x", "https://host/?api_key=…#x"),
        ("('authorization', 'Basic YTpi')", "('authorization', '…')"),
        ("http://127.0.0.1:8377/screen/kitchen", "http://127.0.0.1:8377/screen/kitchen"),
        ("see https://example.org:443/a and write to ada@example.org", None),
    ],
)
def test_what_may_hold_a_secret_is_hidden_by_its_shape(text: str, left: str | None) -> None:
    assert REDACTION.clean(text) == (text if left is None else left)

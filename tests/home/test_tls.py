"""TLS towards a real mosquitto: it works with our own authority, and every way to fail is one clear sentence."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from assistant.config import MqttConfig
from assistant.errors import ConfigError, LinkError
from assistant.home.address import PASSWORD_NAME, Address
from assistant.home.link import Link
from assistant.home.tls import Certificates
from tests.parts.certificates import Authority, Pair
from tests.parts.home import running, until
from tests.parts.mosquitto import mosquitto

pytestmark = [
    pytest.mark.system("mosquitto"),
    # paho drops the socket of a handshake that failed
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def secured(pair: Pair, *more: str) -> str:
    """mosquitto's lines for a listener with TLS."""
    lines = (
        "allow_anonymous true",
        f"certfile {pair.certificate}",
        f"keyfile {pair.key}",
        "user root",
        *more,
    )
    return "\n".join(lines) + "\n"


def to(port: int, certificates: Certificates) -> Link:
    return Link(Address("127.0.0.1", port, tls=True, certificates=certificates))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "certificates")


async def test_our_own_authority_and_a_certificate_of_ours(tmp_path: Path, authority: Authority) -> None:
    ours, heard = authority.sign("assistant"), list[bytes]()
    extra = secured(authority.sign("broker"), f"cafile {authority.certificate}", "require_certificate true")
    async with mosquitto(tmp_path, extra=extra) as port:
        link = to(port, Certificates(authority.certificate, ours.certificate, ours.key))
        link.subscribe("a", lambda _, payload: heard.append(payload))
        async with running(link):
            for number in range(100):
                await link.publish("a", b"%d" % number + b"x" * 10_000)
            await until(lambda: len(heard) == 100)


Spoilt = Callable[[Authority, Path], tuple[Pair, Certificates]]
"""The broker's pair, and our files."""


def _unknown(authority: Authority, folder: Path) -> tuple[Pair, Certificates]:
    return authority.sign("broker"), Certificates()


def _other_authority(authority: Authority, folder: Path) -> tuple[Pair, Certificates]:
    return authority.sign("broker"), Certificates(Authority(folder / "other", "other").certificate)


def _self_signed(authority: Authority, folder: Path) -> tuple[Pair, Certificates]:
    return authority.sign("broker", self_signed=True), Certificates()


def _expired(authority: Authority, folder: Path) -> tuple[Pair, Certificates]:
    return authority.sign("broker", hours=(-2, -1)), Certificates(authority.certificate)


def _too_new(authority: Authority, folder: Path) -> tuple[Pair, Certificates]:
    return authority.sign("broker", hours=(1, 2)), Certificates(authority.certificate)


def _other_name(authority: Authority, folder: Path) -> tuple[Pair, Certificates]:
    return authority.sign("broker", host="broker.lan"), Certificates(authority.certificate)


def _no_file(authority: Authority, folder: Path) -> tuple[Pair, Certificates]:
    return authority.sign("broker"), Certificates(folder / "nothing.pem")


def _no_pem(authority: Authority, folder: Path) -> tuple[Pair, Certificates]:
    (folder / "text.pem").write_text("hello")
    return authority.sign("broker"), Certificates(folder / "text.pem")


def _own(spoil: Callable[[Pair, Authority], Pair]) -> Spoilt:
    def spoilt(authority: Authority, folder: Path) -> tuple[Pair, Certificates]:
        ours = spoil(authority.sign("assistant"), authority)
        return authority.sign("broker"), Certificates(authority.certificate, ours.certificate, ours.key)

    return spoilt


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (_unknown, "signed by an authority that we do not know: put the certificate of its authority into mqtt.ca"),
        (_other_authority, "signed by an authority that we do not know: .*ca.pem .mqtt.ca. does not hold that"),
        (_self_signed, "signed by itself: put the certificate of its authority into mqtt.ca"),
        (_expired, "shows a certificate that has expired: renew it there"),
        (_too_new, "that is not valid yet: set the clock"),
        (_other_name, "for another name than 127.0.0.1: connect by the name in it"),
        (_no_file, "mqtt.ca: .*nothing.pem cannot be read .No such file or directory."),
        (_no_pem, "mqtt.ca: .*text.pem holds no certificate in PEM form"),
        (_own(lambda p, _: Pair(p.key.parent / "gone.pem", p.key)), "mqtt.certificate: .*gone.pem cannot be read"),
        (_own(lambda p, _: Pair(p.certificate, p.key.parent / "gone")), "mqtt.key: .*gone cannot be read"),
        (_own(lambda p, _: Pair(p.key, p.key)), "mqtt.certificate: .*assistant.key holds no certificate in PEM"),
        (_own(lambda p, _: Pair(p.certificate, p.certificate)), "mqtt.key: .*assistant.pem holds no private key"),
        (
            _own(lambda p, a: Pair(p.certificate, a.sign("other").key)),
            "other.key is not the key of the certificate .*assistant.pem",
        ),
        (
            _own(lambda p, a: a.sign("sealed", passphrase=b"secret")),
            "sealed.key is protected by a passphrase; give a key without one",
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_certificates_is_one_sentence_each(
    tmp_path: Path, authority: Authority, spoilt: Spoilt, words: str
) -> None:
    pair, files = spoilt(authority, tmp_path)
    async with mosquitto(tmp_path, extra=secured(pair)) as port:
        link = to(port, files)
        async with running(link, ready=False):
            with pytest.raises(LinkError, match=words) as caught:
                await link.ready(0.5)
    assert str(caught.value).count("\n") == 0
    assert str(caught.value).count(". ") == 0


@pytest.mark.parametrize(
    ("ours", "words"),
    [
        (
            lambda authority, folder: None,
            "wants a certificate from us(:|,) set mqtt.certificate and mqtt.key",
        ),
        (
            lambda authority, folder: Authority(folder / "other", "other").sign("stranger"),
            "stranger.pem.: have it signed by the authority that the broker trusts|stranger.pem may be none that",
        ),
        (
            lambda authority, folder: authority.sign("old", hours=(-2, -1)),
            "our certificate has expired: renew .*old.pem|old.pem may .* have expired",
        ),
    ],
)
async def test_a_broker_that_wants_another_certificate_of_us_says_which(
    tmp_path: Path, authority: Authority, ours: Callable[[Authority, Path], Pair | None], words: str
) -> None:
    extra = secured(authority.sign("broker"), f"cafile {authority.certificate}", "require_certificate true")
    pair = ours(authority, tmp_path)
    files = Certificates(authority.certificate, *([pair.certificate, pair.key] if pair else []))
    async with mosquitto(tmp_path, extra=extra) as port:
        link = to(port, files)
        async with running(link, ready=False):
            with pytest.raises(LinkError, match=words):
                await link.ready(0.5)


async def test_tls_and_no_tls_that_meet_are_told(tmp_path: Path, authority: Authority) -> None:
    async with mosquitto(tmp_path) as port:
        link = to(port, Certificates(authority.certificate))
        async with running(link, ready=False):
            with pytest.raises(LinkError, match="hangs up instead of speaking TLS|does not speak TLS"):
                await link.ready(0.5)
    async with mosquitto(tmp_path, extra=secured(authority.sign("broker"))) as port:
        plain = Link(f"mqtt://127.0.0.1:{port}")
        async with running(plain, ready=False):
            with pytest.raises(LinkError, match="if it wants TLS, write mqtts://"):
                await plain.ready(0.5)


async def test_certificates_are_read_again_for_each_connection(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.home.link.FIRST_PAUSE_SECONDS", 0.1)
    ca = tmp_path / "renewed.pem"
    shutil.copy(Authority(tmp_path / "old", "old").certificate, ca)
    async with mosquitto(tmp_path, extra=secured(authority.sign("broker"))) as port:
        link = to(port, Certificates(ca))
        async with running(link, ready=False):
            with pytest.raises(LinkError, match="does not hold that authority"):
                await link.ready(0.5)
            shutil.copy(authority.certificate, ca)
            await link.ready(3)


def configured(environment: Mapping[str, str] = MappingProxyType({}), **keys: object) -> Address:
    return Address.configured(MqttConfig.model_validate(keys), environment)


def test_user_and_password_come_from_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    broker: Any = {"broker": "mqtt://broker.lan"}
    assert configured(**broker).user is None
    assert configured(**broker, user="me").password is None
    from_environment = configured({"ASSISTANT_MQTT_PASSWORD": "s3cret"}, **broker, user="me")
    assert (from_environment.user, from_environment.password) == ("me", "s3cret")
    assert "s3cret" not in repr(from_environment) + from_environment.url + from_environment.shown
    in_url: Any = {"broker": "mqtt://you:other@broker.lan"}
    assert configured({"ASSISTANT_MQTT_PASSWORD": "s3cret"}, **in_url, user="me").password == "other"
    (tmp_path / PASSWORD_NAME).write_text("credential\n")
    credentials = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert configured(credentials, **broker, user="me").password == "credential"
    file = tmp_path / ".config" / "assistant" / PASSWORD_NAME
    file.parent.mkdir(parents=True)
    file.write_text("from a file\n")
    with pytest.raises(ConfigError, match="others can read this password; run `chmod 600"):
        configured(**broker, user="me")
    file.chmod(0o600)
    assert configured(**broker, user="me").password == "from a file"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"broker": "mqtt://h", "ca": "/ca.pem"}, "mqtt://h:1883 is not encrypted, but .*: write mqtts://"),
        (
            {"broker": "mqtts://h", "key": "/key.pem"},
            "there is a key, but no certificate: set mqtt.certificate",
        ),
        ({"broker": "mqtts://h"}, "there is a password for the MQTT broker, but no user: set mqtt.user"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(keys: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        configured({"ASSISTANT_MQTT_PASSWORD": "s3cret"}, **keys)
    assert "s3cret" not in str(caught.value)


async def test_a_password_is_in_no_line_of_the_log(
    tmp_path: Path, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with mosquitto(tmp_path, extra="allow_anonymous false\n") as port:
        keys: Any = {"broker": f"mqtt://127.0.0.1:{port}", "user": "me"}
        link = Link(configured({"ASSISTANT_MQTT_PASSWORD": "s3cret"}, **keys))
        async with running(link, ready=False):
            with pytest.raises(LinkError, match="refuses our user name or password .*: set mqtt.user and"):
                await link.ready(0.5)
            await asyncio.sleep(0)
    assert "s3cret" not in caplog.text + link.problem + repr(link)

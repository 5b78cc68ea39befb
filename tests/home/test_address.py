"""Broker addresses, and the passwords in them."""

from __future__ import annotations

import pytest

from assistant.errors import ConfigError
from assistant.home.address import Address


def test_user_and_password_are_decoded_and_never_shown() -> None:
    address = Address.parse("mqtts://me%40home:p%40ss%2Fword@broker.lan:9999")
    assert (address.host, address.port, address.tls) == ("broker.lan", 9999, True)
    assert (address.user, address.password) == ("me@home", "p@ss/word")
    assert "p@ss" not in repr(address) + address.shown + address.url


@pytest.mark.parametrize(
    ("url", "shown"),
    [("mqtt://h", "h:1883"), ("mqtts://h/", "h:8883"), ("mqtt://[::1]:5", "[::1]:5"), ("mqtt://h:0", "h:0")],
)
def test_ports_follow_from_the_scheme(url: str, shown: str) -> None:
    assert Address.parse(url).shown == shown


@pytest.mark.parametrize(
    "url", ["", "h:1883", "http://h", "mqtt://", "mqtt://u:secret@h:x", "mqtt://h/path", "mqtt://[h"]
)
def test_nonsense_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Address.parse(url)
    assert "secret" not in str(caught.value)
    assert "mqtt://host:1883" in str(caught.value)

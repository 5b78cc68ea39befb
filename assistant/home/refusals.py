"""Why a broker does not take us, as one sentence each."""

from __future__ import annotations

from assistant.errors import LinkError
from assistant.home.address import Address

LOST = "lost"
SUCCESS = "Success"
WRONG_PROTOCOL = {"Unsupported protocol version", LOST}
"""Old brokers do not answer a CONNECT of MQTT 5, they hang up."""
NOT_ALLOWED = {"Bad user name or password", "Not authorized"}
HOW_TO_NAME = "set mqtt.user and the password (ASSISTANT_MQTT_PASSWORD, or see docs/guide.md)"


class NotAllowed(LinkError):
    """The broker does not know us; knocking faster will not help."""


class WrongProtocol(LinkError):
    """The broker does not understand this version of MQTT."""


class Lost(LinkError):
    """The link was up and is no more. ``taken_over``: somebody else came under our name."""

    def __init__(self, text: str, *, taken_over: bool = False) -> None:
        super().__init__(text)
        self.taken_over = taken_over


def unreachable(error: OSError | ValueError, address: Address) -> LinkError:
    """What it means that no connection could be made."""
    words = address.certificates.problem(error, address.host) if address.tls else ""
    why = getattr(error, "strerror", None) or error  # without its number
    return LinkError(f"The MQTT broker at {address.shown} {words or f'does not answer: {why}'}.")


def refused(answer: str, address: Address, alert: str) -> LinkError | None:
    """What an answer to our CONNECT means; None when it is a welcome.

    ``alert`` is what TLS said when the connection broke.
    """
    broker = f"The MQTT broker at {address.shown}"
    if answer == SUCCESS:
        return None
    if answer in NOT_ALLOWED:
        if address.user is None:
            return NotAllowed(f"{broker} wants a user name and a password: {HOW_TO_NAME}.")
        return NotAllowed(f"{broker} refuses our user name or password ({answer.lower()}): {HOW_TO_NAME}.")
    if answer == LOST and (words := address.certificates.problem(alert, address.host)):
        return LinkError(f"{broker} {words}.")
    if answer in WRONG_PROTOCOL:
        hint = "if it wants TLS, write mqtts://"
        if address.tls:
            hint = f"if it wants a certificate from us, {address.certificates.advice}"
        return WrongProtocol(f"{broker} speaks neither MQTT 5 nor MQTT 3.1.1; {hint}.")
    return LinkError(f"{broker} refuses the link: {answer.lower()}.")

"""TLS towards the broker: whom we trust, who we are, and what is wrong with either, in one sentence."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import LinkError

NOT_YET_VALID, EXPIRED, SELF_SIGNED = 9, 10, 18
OTHER_NAME = (62, 64)
UNKNOWN_ISSUER = (SELF_SIGNED, 2, 19, 20, 21)
"""OpenSSL's X509_V_ERR numbers."""

HUNG_UP = "hangs up instead of speaking TLS: is this its port for TLS (often 8883)?"
REASON = re.compile(r"\[SSL: ([A-Z0-9_]+)\]")
MISSING, EXPIRED_OURS, UNKNOWN_OURS = (
    "wants a certificate from us: set mqtt.certificate and mqtt.key",
    "says that our certificate has expired: renew {own}",
    "does not accept our certificate{own_named}: have it signed by the authority that the broker trusts",
)
ALERTS = {
    "CERTIFICATE_REQUIRED": MISSING,
    "CERTIFICATE_EXPIRED": EXPIRED_OURS,
    "UNKNOWN_CA": UNKNOWN_OURS,
    "BAD_CERTIFICATE": UNKNOWN_OURS,
    "CERTIFICATE_UNKNOWN": UNKNOWN_OURS,
    "CERTIFICATE_REVOKED": UNKNOWN_OURS,
    "DECRYPT_ERROR": UNKNOWN_OURS,
    "WRONG_VERSION_NUMBER": "does not speak TLS on this port: write mqtt:// or the port for TLS (often 8883)",
    "PROTOCOL_VERSION": "speaks only outdated TLS; we ask for TLS 1.2 at least",
}
"""What the other side's refusals mean; OpenSSL puts a version before some (TLSV13_ALERT_...)."""


@dataclass(frozen=True)
class Certificates:
    """PEM files: ``ca`` says whom we trust (None: the system's authorities), ``own`` and ``key`` who we are.

    They are read anew for each connection: certificates are renewed while we run.
    """

    ca: Path | None = None
    own: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """What a TLS connection needs. There is no way to trust just anybody.

        Raises:
            LinkError: a file is missing, is not what it should be, or key and certificate do not match.
        """
        context = self._trusting()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.own is not None:
            key = self.key or self.own
            _readable("mqtt.certificate", self.own)
            _readable("mqtt.key", key)
            try:
                context.load_cert_chain(self.own, key, password=_no_passphrase)
            except (ssl.SSLError, ValueError) as error:
                raise LinkError(_wrong_pair(self.own, key, error)) from error
        return context

    def _trusting(self) -> ssl.SSLContext:
        if self.ca is None:
            return ssl.create_default_context()
        _readable("mqtt.ca", self.ca)
        try:
            context = ssl.create_default_context(cafile=str(self.ca))
        except (ssl.SSLError, ValueError) as error:
            raise LinkError(f"mqtt.ca: {self.ca} holds no certificate in PEM form.") from error
        # Python 3.13 asks more of a certificate than the guides for authorities at home tell to put in.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return context

    @property
    def advice(self) -> str:
        """What to do when a broker hangs up without a reason; some that want a certificate do."""
        if self.own is None:
            return "set mqtt.certificate and mqtt.key"
        return f"{self.own} may be none that it accepts, or may have expired"

    def problem(self, error: Exception | str, host: str) -> str:
        """What a failed handshake means and what to do, to be put after "The MQTT broker at ..."; "" for what
        is no matter of certificates.
        """
        if isinstance(error, ssl.SSLCertVerificationError):
            return self._distrusted(error, host)
        if isinstance(error, ConnectionResetError | ssl.SSLEOFError):
            return HUNG_UP
        found = REASON.search(str(error))
        reason = "" if found is None else found[1]
        words = next((ALERTS[end] for end in ALERTS if reason.endswith(end)), "")
        if words == UNKNOWN_OURS and self.own is None:
            words = MISSING
        own = str(self.own)
        return words.format(own=own, own_named=f" ({own})") or (f"refuses TLS ({reason})" if reason else "")

    def _distrusted(self, error: ssl.SSLCertVerificationError, host: str) -> str:
        code = error.verify_code
        if code == EXPIRED:
            return "shows a certificate that has expired: renew it there"
        if code == NOT_YET_VALID:
            return "shows a certificate that is not valid yet: set the clock of this machine, or the broker's"
        if code in OTHER_NAME:
            return (
                f"shows a certificate for another name than {host}: connect by the name in it, "
                "or have it made for this one"
            )
        if code in UNKNOWN_ISSUER:
            signer = "itself" if code == SELF_SIGNED else "an authority that we do not know"
            remedy = (
                "put the certificate of its authority into mqtt.ca"
                if self.ca is None
                else f"{self.ca} (mqtt.ca) does not hold that authority"
            )
            return f"shows a certificate signed by {signer}: {remedy}"
        return f"shows a certificate that cannot be trusted ({error.verify_message})"


def _no_passphrase() -> str:
    """Without it OpenSSL would ask on the terminal, and a daemon would hang there."""
    raise ValueError("a passphrase is needed")


def _readable(setting: str, path: Path) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        raise LinkError(f"{setting}: {path} cannot be read ({error.strerror}).") from error


def _wrong_pair(own: Path, key: Path, error: Exception) -> str:
    if "passphrase" in str(error):
        return f"mqtt.key: {key} is protected by a passphrase; give a key without one that only you can read."
    if "KEY_VALUES_MISMATCH" in str(error):
        return f"mqtt.key: {key} is not the key of the certificate {own} (mqtt.certificate)."
    if b"BEGIN CERTIFICATE" not in own.read_bytes():
        return f"mqtt.certificate: {own} holds no certificate in PEM form."
    return f"mqtt.key: {key} holds no private key in PEM form."

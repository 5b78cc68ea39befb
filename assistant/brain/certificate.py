"""The brain's own TLS certificate: made on first run, its own trust anchor, renewed before it expires."""

from __future__ import annotations

import datetime
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from assistant.errors import BrainError

NAME = "brain.pem"
KEY_NAME = "brain.key"
LOOPBACK = ("127.0.0.1", "::1")
DAYS = 825
"""The longest life that common TLS stacks accept of a certificate."""


def certificate(
    state: Path, now: Callable[[], datetime.datetime], host: str = "127.0.0.1"
) -> tuple[Path, ssl.SSLContext]:
    """Path of the certificate (what clients trust) and the server's context; made anew when unusable, or when
    it does not name the address ``host``."""
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BrainError(f"The state folder {state} cannot be made: {error.strerror}.") from error
    pem, key = state / NAME, state / KEY_NAME
    _must_be_readable(pem)
    _must_be_readable(key)
    addresses = _addresses(host)
    context = _load(pem, key, now(), addresses)
    if context is None:
        _make(pem, key, now(), addresses)
        context = _load(pem, key, now(), addresses)
    if context is None:
        raise BrainError(f"The new certificate {pem} cannot be used; remove it and {key} and start again.")
    return pem, context


def _addresses(host: str) -> list[str]:
    """By which a server that listens there is called."""
    try:
        own = ipaddress.ip_address(host)
    except ValueError:
        return list(LOOPBACK)
    return list(dict.fromkeys((*LOOPBACK, *([] if own.is_unspecified else [str(own)]))))


def _must_be_readable(path: Path) -> None:
    """What exists and cannot be read is somebody's decision: say so instead of replacing it."""
    try:
        path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise BrainError(
            f"{path} exists but cannot be read ({error.strerror}); make it readable, or remove it."
        ) from error


def _load(pem: Path, key: Path, now: datetime.datetime, addresses: list[str]) -> ssl.SSLContext | None:
    """The server's context; None when the pair is absent, broken, about to expire, or of other addresses."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    reader = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_cert_chain(pem, key)
        reader.load_verify_locations(pem)
        (found,) = reader.get_ca_certs()
    except (OSError, ValueError):
        return None
    expires = ssl.cert_time_to_seconds(str(found["notAfter"]))
    starts = ssl.cert_time_to_seconds(str(found["notBefore"]))
    tomorrow = now + datetime.timedelta(days=1)
    named = {str(ipaddress.ip_address(value)) for kind, value in _names(found) if kind == "IP Address"}
    good = starts <= now.timestamp() and tomorrow.timestamp() < expires and named >= set(addresses)
    return context if good else None


def _names(found: Any) -> Iterable[tuple[str, str]]:
    """Kinds and values, as ssl tells them."""
    return ((kind, value.strip()) for kind, value in found.get("subjectAltName", ()))


def _make(pem: Path, key: Path, now: datetime.datetime, addresses: list[str]) -> None:
    # cryptography costs 8 MB of memory and is needed once in two years
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "assistant embedded brain")])
    hosts: list[x509.GeneralName] = [x509.DNSName("localhost")]
    hosts += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        # a machine without a battery clock may go back some hours at the next start
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .sign(private, hashes.SHA256())
    )
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(key, secret, 0o600)
    _write(pem, made.public_bytes(serialization.Encoding.PEM), 0o644)


def _write(path: Path, data: bytes, mode: int) -> None:
    """All or nothing, with the right mode from the first byte."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise BrainError(
            f"The certificate cannot be written to {path.parent}: {error.strerror}. "
            "Make the folder writable or choose another with --state."
        ) from error

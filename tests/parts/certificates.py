"""An authority that signs certificates for tests, good ones and every kind of bad one."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, both files of PEM."""

    certificate: Path
    key: Path


SIGNS = x509.KeyUsage(False, False, False, False, False, True, True, False, False)


class Authority:
    """Signs what it is asked to, and keeps all files in one folder."""

    def __init__(self, folder: Path, name: str = "house authority", *, strict: bool = False) -> None:
        """``strict``: certificates say all that Python 3.13 asks of those of public authorities; what guides
        for authorities at home tell to make says less."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._name = _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._strict = strict
        made = _certificate(self._name, self._name, self._key, (-1, 24)).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        if strict:
            made = made.add_extension(SIGNS, critical=True).add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False
            )
        self.certificate = folder / "ca.pem"
        self.certificate.write_bytes(_pem(made.sign(self._key, SHA256())))

    def sign(
        self,
        name: str,
        *,
        host: str = "127.0.0.1",
        hours: tuple[float, float] = (-1, 24),
        self_signed: bool = False,
        passphrase: bytes = b"",
    ) -> Pair:
        """A certificate for this host, valid from and until so many hours from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            alternative = x509.DNSName(host)
        issuer = _named(name) if self_signed else self._name
        builder = _certificate(_named(name), issuer, key, hours)
        builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        if self._strict:
            ours = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
            builder = builder.add_extension(ours, critical=False)
        pair = Pair(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        pair.certificate.write_bytes(_pem(builder.sign(key if self_signed else self._key, SHA256())))
        sealed = serialization.BestAvailableEncryption(passphrase) if passphrase else None
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                sealed or serialization.NoEncryption(),
            )
        )
        return pair


def _certificate(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, hours: tuple[float, float]
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + hours[0] * HOUR)
        .not_valid_after(now + hours[1] * HOUR)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)

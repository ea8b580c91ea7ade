"""What a secure cluster adds: a certificate authority, the listeners' settings, and how clients log in."""

from __future__ import annotations

import datetime
import ipaddress
import secrets
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .node import HOST

Mechanism = Literal["SCRAM-SHA-512", "PLAIN"]

SASL = "CLIENT"
"""Listener for users with a password: SASL_SSL."""

MTLS = "MTLS"
"""Listener for clients with a certificate: SSL. The common name is the principal: CN=bob is User:bob."""

ADMIN = "admin"
"""Super user on every listener, by SCRAM and by PLAIN."""

PLAIN_USER = "plain"
"""A user without any right, by PLAIN only: that mechanism's users are fixed when the broker starts."""

_LIFETIME = datetime.timedelta(days=2)
_SKEW = datetime.timedelta(hours=1)  # tests shift clocks


class Security:
    """Certificates and passwords of one cluster, all made anew and kept in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.passwords = {ADMIN: secrets.token_urlsafe(18), PLAIN_USER: secrets.token_urlsafe(18)}
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "router test authority")])
        authority = x509.BasicConstraints(ca=True, path_length=0)
        certificate = self._sign(self._name, self._key.public_key(), authority)
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(_pem(certificate))

    def issue(self, common_name: str) -> tuple[Path, Path]:
        """A certificate for a server on 127.0.0.1 or for a client, as PEM files: (certificate, key)."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        leaf = x509.BasicConstraints(ca=False, path_length=None)
        certificate = self._sign(name, key.public_key(), leaf)
        certificate_file = self.folder / f"{common_name}.crt.pem"
        key_file = self.folder / f"{common_name}.key.pem"
        certificate_file.write_bytes(_pem(certificate))
        key_file.touch(mode=0o600)
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate_file, key_file

    def _sign(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey, basic: x509.BasicConstraints
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        names = x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(HOST))]
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _SKEW)
            .not_valid_after(now + _LIFETIME)
            .add_extension(basic, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )
        if not basic.ca:
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def properties(self) -> dict[str, str]:
        """Server settings: TLS, both ways to log in, and an authorizer that refuses what no ACL allows."""
        certificate, key = self.issue("kafka")
        keystore = self.folder / "server.pem"
        keystore.touch(mode=0o600)
        keystore.write_bytes(key.read_bytes() + certificate.read_bytes())
        users = " ".join(f'user_{name}="{password}"' for name, password in self.passwords.items())
        login = "org.apache.kafka.common.security"
        listener = f"listener.name.{SASL.lower()}"
        return {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(keystore),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.ca_file),
            "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/",
            f"listener.name.{MTLS.lower()}.ssl.client.auth": "required",
            f"{listener}.sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
            f"{listener}.scram-sha-512.sasl.jaas.config": f"{login}.scram.ScramLoginModule required;",
            f"{listener}.plain.sasl.jaas.config": f"{login}.plain.PlainLoginModule required {users};",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            # The nodes talk to each other without TLS, hence as ANONYMOUS. Only loopback reaches them, and
            # the other listeners know no anonymous user.
            "super.users": f"User:ANONYMOUS;User:{ADMIN}",
        }

    def password_login(self, user: str, password: str, mechanism: Mechanism) -> dict[str, str]:
        """Settings of a confluent-kafka client that logs in with a password. Add `bootstrap.servers`."""
        return {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": mechanism,
            "sasl.username": user,
            "sasl.password": password,
            "ssl.ca.location": str(self.ca_file),
        }

    def certificate_login(self, common_name: str) -> dict[str, str]:
        """Settings of a confluent-kafka client that logs in with a new certificate."""
        certificate, key = self.issue(common_name)
        return {
            "security.protocol": "SSL",
            "ssl.certificate.location": str(certificate),
            "ssl.key.location": str(key),
            "ssl.ca.location": str(self.ca_file),
        }


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)

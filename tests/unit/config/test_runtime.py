"""Settings of an installation: what the environment may say, and that no secret ever shows."""

import datetime
import os
import ssl
from collections.abc import Callable
from pathlib import Path

import faust
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth
from pydantic import SecretStr, ValidationError

from router.config.runtime import ROLES, KafkaSettings, MetricsSettings, RuntimeSettings, SlackSettings
from router.kafka.clients import producer

CANARY = "canary-7f3a-secret"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of this machine reaches a test."""
    for name in list(os.environ):
        if name.startswith("ROUTER_"):
            monkeypatch.delenv(name)


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[[str], tuple[Path, Path]]:
    """Makes a self-signed certificate and its key, encrypted with the password where one is given."""

    def make(password: str) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "router")])
        now = datetime.datetime.now(datetime.UTC)
        signed = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        lock = (
            serialization.BestAvailableEncryption(password.encode())
            if password
            else serialization.NoEncryption()
        )
        pem = serialization.Encoding.PEM
        (tmp_path / "c.pem").write_bytes(signed.public_bytes(pem))
        (tmp_path / "k.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, lock))
        return tmp_path / "c.pem", tmp_path / "k.pem"

    return make


def test_defaults_reach_a_broker_on_this_machine_and_nothing_else() -> None:
    """An empty environment is a working development set-up that listens on loopback only."""
    runtime = RuntimeSettings()
    assert runtime.kafka.confluent() == {
        "bootstrap.servers": "localhost:9092",
        "security.protocol": "PLAINTEXT",
    }
    assert runtime.kafka.faust() == {"broker": ["kafka://localhost:9092"]}
    assert {runtime.web.host, runtime.metrics.host} == {"127.0.0.1"}
    assert runtime.slack.token is None


def test_every_section_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`ROUTER_<SECTION>__<FIELD>` sets a field and leaves the section's other fields alone."""
    monkeypatch.setenv("ROUTER_KAFKA__BOOTSTRAP", "a:1,b:2")
    monkeypatch.setenv("ROUTER_KAFKA__GROUP", "acme")
    monkeypatch.setenv("ROUTER_WEB__PORT", "9000")
    monkeypatch.setenv("ROUTER_LOG_FORMAT", "console")
    runtime = RuntimeSettings()
    assert runtime.kafka.faust()["broker"] == ["kafka://a:1", "kafka://b:2"]
    assert runtime.kafka.name("intake") == "acme-intake"
    assert (runtime.web.host, runtime.web.port, runtime.log_format) == ("127.0.0.1", 9000, "console")


def test_a_misspelt_field_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that does not exist is a mistake to be told, not to be passed over."""
    monkeypatch.setenv("ROUTER_KAFKA__BOOTSTRP", "a:1")
    with pytest.raises(ValidationError, match="bootstrp"):
        RuntimeSettings()


def test_secrets_come_from_files_without_their_line_break(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`<secret>_file` is read once, at the start; an editor's last line break is no part of the secret."""
    (tmp_path / "s").write_text(CANARY + "\n")
    monkeypatch.setenv("ROUTER_SLACK__TOKEN_FILE", str(tmp_path / "s"))
    monkeypatch.setenv("ROUTER_SLACK__SIGNING_SECRET_FILE", str(tmp_path / "s"))
    runtime = RuntimeSettings()
    assert runtime.slack.token is not None
    assert [runtime.slack.token.get_secret_value(), *runtime.slack.signing_secrets] == [CANARY] * 2


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe" + CANARY.encode(), b"x" * 70_000])
def test_a_secret_file_that_is_no_secret_is_refused_without_being_quoted(
    tmp_path: Path, content: bytes | None
) -> None:
    """Missing, empty, binary and huge files are refused; the message names the setting and the path only."""
    if content is not None:
        (tmp_path / "s").write_bytes(content)
    with pytest.raises(ValidationError) as refusal:
        SlackSettings(token_file=tmp_path / "s")
    assert "token_file" in str(refusal.value)
    assert CANARY not in str(refusal.value)


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    """The value and the file at once contradict each other; neither is shown."""
    (tmp_path / "s").write_text("other")
    with pytest.raises(ValidationError, match="keep one of them") as refusal:
        SlackSettings(token=SecretStr(CANARY), token_file=tmp_path / "s")
    assert CANARY not in str(refusal.value)


def test_no_secret_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither repr, nor str, nor JSON, nor an error message of a setting holds a secret."""
    for name in (
        "SLACK__TOKEN",
        "SLACK__SIGNING_SECRET",
        "SLACK__PREVIOUS_SIGNING_SECRET",
        "KAFKA__SASL_PASSWORD",
        "KAFKA__KEY_PASSWORD",
    ):
        monkeypatch.setenv(f"ROUTER_{name}", CANARY)
    monkeypatch.setenv("ROUTER_KAFKA__SECURITY_PROTOCOL", "SASL_SSL")
    with pytest.raises(ValidationError) as refusal:
        RuntimeSettings()
    monkeypatch.setenv("ROUTER_KAFKA__SASL_USERNAME", "router")
    runtime = RuntimeSettings()
    shown = [repr(runtime), str(runtime), runtime.model_dump_json(), str(refusal.value)]
    shown.append(repr(runtime.kafka.faust()))
    assert not [text for text in shown if CANARY in text]
    assert runtime.slack.signing_secrets == (CANARY, CANARY)


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({"ca_file": "/ca"}, "set security_protocol"),
        ({"sasl_username": "u", "sasl_password": "p"}, "set security_protocol"),
        ({"sasl_username": "u", "sasl_password": "p", "security_protocol": "SSL"}, "set security_protocol"),
        ({"security_protocol": "SASL_SSL", "sasl_username": "u"}, "needs sasl_username and sasl_password"),
        ({"security_protocol": "SSL", "cert_file": "/c"}, "belong together"),
        ({"security_protocol": "SSL", "key_file": "/k"}, "belong together"),
        ({"bootstrap": "user:password@broker:9092"}, "bootstrap"),
        ({"group": "no spaces"}, "group"),
    ],
)
def test_half_given_security_is_refused(given: dict[str, str], advice: str) -> None:
    """What would silently mean less security than the operator asked for is an error that says what to do."""
    with pytest.raises(ValidationError, match=advice):
        KafkaSettings.model_validate(given)


@pytest.mark.parametrize("password", ["", "key-password"])
def test_a_certificate_serves_both_kafka_libraries(
    certificate: Callable[[str], tuple[Path, Path]], password: str
) -> None:
    """mTLS: librdkafka gets the files, aiokafka a context that verifies the broker and its name."""
    cert, key = certificate(password)
    kafka = KafkaSettings.model_validate(
        {"security_protocol": "SSL", "ca_file": cert, "cert_file": cert, "key_file": key}
        | ({"key_password": password} if password else {})
    )
    producer(kafka)  # librdkafka loads the files here
    auth = credentials_to_aiokafka_auth(faust.App("a", **kafka.faust()).conf.broker_credentials)
    context = auth["ssl_context"]
    assert auth["security_protocol"] == "SSL"
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.get_ca_certs()
    assert kafka.confluent()["ssl.endpoint.identification.algorithm"] == "https"


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_login_over_tls_serves_both_kafka_libraries(
    certificate: Callable[[str], tuple[Path, Path]], mechanism: str
) -> None:
    """SASL_SSL: both libraries log in by the same mechanism, and both over TLS."""
    authority, _ = certificate("")
    kafka = KafkaSettings.model_validate(
        {
            "security_protocol": "SASL_SSL",
            "ca_file": authority,
            "sasl_mechanism": mechanism,
            "sasl_username": "router",
            "sasl_password": CANARY,
        }
    )
    producer(kafka)
    auth = dict(credentials_to_aiokafka_auth(faust.App("a", **kafka.faust()).conf.broker_credentials))
    assert isinstance(auth.pop("ssl_context"), ssl.SSLContext)
    assert auth == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": mechanism,
        "sasl_plain_username": "router",
        "sasl_plain_password": CANARY,
    }
    assert kafka.confluent()["sasl.mechanisms"] == mechanism


def test_each_role_has_its_own_metrics_port() -> None:
    """Ports follow the roles' places; 0 turns all of them off."""
    assert [MetricsSettings(port=9464).port_of(role) for role in ROLES] == [9464, 9465, 9466, 9467]
    assert MetricsSettings().port_of("web") == 0
    with pytest.raises(ValueError, match="cron"):
        MetricsSettings(port=1).port_of("cron")

"""How this installation runs: brokers, Slack, ports, logs. From the environment, never from the rules folder.

Every field is an environment variable: `ROUTER_`, then the section, `__`, and the field, as
`ROUTER_KAFKA__BOOTSTRAP`. A secret may be given by file instead: `ROUTER_SLACK__TOKEN_FILE=/run/secrets/slack`.
Secrets are `SecretStr`: they show as stars wherever a setting is printed or logged.
"""

import ssl
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_FILE_BYTES = 65_536
"""A secret file longer than this is some other file."""


def _read_secret(name: str, path: str | Path) -> str:
    """The secret in a file, without its trailing line break. Raises ValueError, which never quotes the content."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(
            f"{name}: cannot read {path}: {error.strerror}; correct the path or its rights"
        ) from None
    if not content.strip() or len(content) > SECRET_FILE_BYTES:
        raise ValueError(
            f"{name}: {path} is empty or too long to be a secret; check that it is the right file"
        )
    try:
        return content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError(f"{name}: {path} is not UTF-8 text; check that it is the right file") from None


def _fill_secrets(data: Any, fields: set[str]) -> Any:
    """Read every `<secret>_file` that is given into `<secret>`; both at once is a contradiction."""
    if not isinstance(data, dict):
        return data
    filled = dict(data)
    for name in sorted(fields):
        path = filled.get(f"{name}_file")
        if not path:
            continue
        if filled.get(name):
            raise ValueError(f"{name} and {name}_file are both given; keep one of them")
        filled[name] = _read_secret(f"{name}_file", path)
    return filled


class _Section(BaseModel):
    """A group of settings: frozen, closed, and a mistake never quotes what was given."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, data: Any) -> Any:
        return _fill_secrets(data, {name for name in cls.model_fields if f"{name}_file" in cls.model_fields})


class SecurityProtocol(StrEnum):
    """How clients talk to the brokers."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"


class SaslMechanism(StrEnum):
    """How clients log in."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


class KafkaSettings(_Section):
    """The brokers and how to log in to them.

    bootstrap: `host:port,...`. ca_file: PEM of the authorities to trust (the system's, where not given). cert_file and
    key_file: PEM of our certificate (mTLS); key_password decrypts the key. group: prefix of all our consumer
    groups and transactional ids, so that one prefixed ACL covers them. embedded: the in-memory broker of
    `router.kafka.embedded`, which creates a topic when it is first asked for.
    """

    bootstrap: str = Field(default="localhost:9092", pattern=r"^[^\s@/]+$")
    security_protocol: SecurityProtocol = SecurityProtocol.PLAINTEXT
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    key_password: SecretStr | None = None
    key_password_file: Path | None = None
    sasl_mechanism: SaslMechanism = SaslMechanism.SCRAM_SHA_512
    sasl_username: str = ""
    sasl_password: SecretStr | None = None
    sasl_password_file: Path | None = None
    group: str = Field(default="router", min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._-]+$")
    embedded: bool = False

    @property
    def encrypted(self) -> bool:
        """Whether the connection is TLS."""
        return self.security_protocol in (SecurityProtocol.SSL, SecurityProtocol.SASL_SSL)

    @property
    def login(self) -> bool:
        """Whether clients log in by SASL."""
        return self.security_protocol in (SecurityProtocol.SASL_PLAINTEXT, SecurityProtocol.SASL_SSL)

    def name(self, role: str) -> str:
        """The consumer group (or transactional id) of a role: `<group>-<role>`."""
        return f"{self.group}-{role}"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """A half-given security setting is refused: silently ignoring it would mean no security."""
        wants_tls = self.ca_file or self.cert_file or self.key_file
        wants_login = self.sasl_username or self.sasl_password
        if wants_tls and not self.encrypted:
            raise ValueError(
                "ca_file, cert_file or key_file is given; set security_protocol to SSL or SASL_SSL"
            )
        if wants_login and not self.login:
            raise ValueError("a SASL login is given; set security_protocol to SASL_SSL (or SASL_PLAINTEXT)")
        if self.login and not (self.sasl_username and self.sasl_password):
            raise ValueError(f"{self.security_protocol} needs sasl_username and sasl_password (or its _file)")
        if bool(self.cert_file) is not bool(self.key_file):
            raise ValueError("cert_file and key_file belong together; give both or none")
        return self

    def confluent(self) -> dict[str, Any]:
        """Settings of a confluent-kafka client: address, TLS and login. Holds secrets: never log it."""
        settings: dict[str, Any] = {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": self.security_protocol.value,
        }
        if self.encrypted:
            settings["ssl.endpoint.identification.algorithm"] = "https"
            settings |= {
                name: str(path)
                for name, path in (
                    ("ssl.ca.location", self.ca_file),
                    ("ssl.certificate.location", self.cert_file),
                    ("ssl.key.location", self.key_file),
                )
                if path
            }
            if self.key_password:
                settings["ssl.key.password"] = self.key_password.get_secret_value()
        if self.login and self.sasl_password:
            settings["sasl.mechanisms"] = self.sasl_mechanism.value
            settings["sasl.username"] = self.sasl_username
            settings["sasl.password"] = self.sasl_password.get_secret_value()
        return settings

    def faust(self) -> dict[str, Any]:
        """Keyword arguments of `faust.App`: `broker`, and `broker_credentials` unless the protocol is PLAINTEXT.

        Raises OSError or ssl.SSLError when a certificate cannot be read.
        """
        import faust  # takes a second to import, and only the engine needs it

        settings: dict[str, Any] = {
            "broker": [f"kafka://{address.strip()}" for address in self.bootstrap.split(",")]
        }
        context = self._ssl_context() if self.encrypted else None
        if self.login and self.sasl_password:
            settings["broker_credentials"] = faust.SASLCredentials(
                username=self.sasl_username,
                password=self.sasl_password.get_secret_value(),
                mechanism=self.sasl_mechanism.value,
                ssl_context=context,
            )
        elif context:
            settings["broker_credentials"] = faust.SSLCredentials(context)
        return settings

    def _ssl_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.cert_file:
            password = self.key_password.get_secret_value() if self.key_password else None
            context.load_cert_chain(self.cert_file, self.key_file, password)
        return context


class SlackSettings(_Section):
    """The Slack app. Without a token nothing is posted.

    token: the bot token (xoxb-). signing_secret verifies what Slack sends us; previous_signing_secret is accepted too
    while it is rotated. team_id: the
    workspace whose people may click; clicks from any other are refused.
    """

    token: SecretStr | None = None
    token_file: Path | None = None
    signing_secret: SecretStr | None = None
    signing_secret_file: Path | None = None
    previous_signing_secret: SecretStr | None = None
    previous_signing_secret_file: Path | None = None
    base_url: str = Field(default="https://slack.com/api/", pattern=r"^https?://[^\s]+/$")
    team_id: str = ""

    @property
    def signing_secrets(self) -> tuple[str, ...]:
        """The secrets to try, the current one first; for `router.slack.signature.verify`."""
        secrets = (self.signing_secret, self.previous_signing_secret)
        return tuple(secret.get_secret_value() for secret in secrets if secret)


class WebSettings(_Section):
    """Where the console and the API listen. token: lets its bearer give commands; without it nobody may by HTTP."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    token: SecretStr | None = None
    token_file: Path | None = None


ROLES = ("intake", "engine", "notifier", "web")
"""The roles that `router run` starts; a role's place is the offset of its metrics port."""


class MetricsSettings(_Section):
    """Where the roles serve /healthz, /readyz and /metrics: `port` plus the role's place. Port 0 turns it off."""

    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65_500)

    def port_of(self, role: str) -> int:
        """The port of a role, or 0 when off. Raises ValueError for a role we do not have."""
        if role not in ROLES:
            raise ValueError(f"no role {role!r}; the roles are {', '.join(ROLES)}")
        return self.port + ROLES.index(role) if self.port else 0


class RuntimeSettings(BaseSettings):
    """Everything about one installation; `RuntimeSettings()` reads the environment.

    canary_interval_seconds: how often a test event is sent through the whole product (0: never). data_dir: where
    local files live; losing it loses nothing that Kafka does not hold. clock_file: for `router demo` only: pairs of
    Unix seconds, real and played, between which time is stretched.
    """

    model_config = SettingsConfigDict(
        env_prefix="ROUTER_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        nested_model_default_partial_update=True,
    )

    kafka: KafkaSettings = KafkaSettings()
    slack: SlackSettings = SlackSettings()
    web: WebSettings = WebSettings()
    metrics: MetricsSettings = MetricsSettings()
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    canary_interval_seconds: int = Field(default=0, ge=0, le=86_400)
    clock_file: Path | None = None
    data_dir: Path = Path("data")

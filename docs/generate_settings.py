"""docs/settings.md: every environment variable."""

from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from generate_table import table
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from router.config.runtime import RuntimeSettings

SETTINGS_MEAN = {
    "kafka": "## Kafka\n\nHow all roles and commands reach the brokers. A half-given security setting is refused.",
    "kafka.bootstrap": "The brokers, `host:port,host:port`.",
    "kafka.security_protocol": "How clients talk to them.",
    "kafka.ca_file": "PEM file of the authorities to trust; the system's, if not given.",
    "kafka.cert_file": "PEM file of this client's certificate (mTLS).",
    "kafka.key_file": "PEM file of its key.",
    "kafka.key_password": "Password of that key.",
    "kafka.sasl_mechanism": "How clients log in with `SASL_SSL` and `SASL_PLAINTEXT`.",
    "kafka.sasl_username": "The login's name.",
    "kafka.sasl_password": "The login's password.",
    "kafka.group": "Prefix of all consumer groups and transactional ids: two routers on one cluster need two.",
    "kafka.embedded": "The brokers are the in-memory ones of `router demo`; never set it elsewhere.",
    "slack": "## Slack\n\nThe Slack app, see [slack.md](slack.md).",
    "slack.token": "Bot token (`xoxb-…`), for `notifier` and `web`. Without one the notifier prints to its terminal.",
    "slack.signing_secret": "Verifies that a press comes from Slack, for `web`. Without one all presses are refused.",
    "slack.previous_signing_secret": "Accepted as well, while the secret is being changed.",
    "slack.base_url": "Where Slack's Web API is; a stand-in for Slack, when you try things.",
    "slack.team_id": "The workspace (`T…`) or enterprise (`E…`) whose people may press buttons; empty: any.",
    "web": "## Web\n\nConsole and API.",
    "web.host": "Address to listen on.",
    "web.port": "Port of console, API and Slack's requests; 0 takes any free one.",
    "web.token": "Bearer token of `POST /api/commands`. Without one nobody may give commands by HTTP.",
    "metrics": "## Health and metrics\n\n`/healthz`, `/readyz` and `/metrics` of every role. They have no login.",
    "metrics.host": "Address to listen on.",
    "metrics.port": "Port of `intake`; `engine` has the next one, then `notifier`, then `web`. 0 turns all off.",
    "": "## General",
    "log_format": "One JSON object a line, or lines for people.",
    "log_level": "The least level that is logged, to stderr.",
    "canary_interval_seconds": "So often intake sends a test event through the product; the notifier shows its age.",
    "data_dir": "Folder for local files. Losing it loses nothing.",
    "clock_file": "Of `router demo`: pairs of real and played seconds. Never set it elsewhere.",
}
"""What each setting is for; one that is missing here ends the generation."""


def settings() -> str:
    """Every environment variable."""
    lines = [
        "# Settings",
        "",
        "What depends on the installation is in environment variables; what the company decides is in the",
        "[rules folder](rules.md). A name that a section does not know is refused, so a slip of the pen does not pass.",
        "Where a row names a `_FILE`, the secret may stand in that file instead, which is better: an environment is",
        "shown by many tools. Both at once is refused. Generated from `router/config/runtime.py`.",
    ]
    general: list[str] = []
    for name, field in RuntimeSettings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            lines += ["", SETTINGS_MEAN[name], ""]
            lines += _variables(section.model_fields, f"{name}.")
        else:
            general.append(name)
    lines += ["", SETTINGS_MEAN[""], ""]
    lines += _variables({name: RuntimeSettings.model_fields[name] for name in general}, "")
    return "\n".join(lines) + "\n"


def _variables(given: dict[str, FieldInfo], prefix: str) -> list[str]:
    """One row a variable; a secret's file is told in the secret's row."""
    rows = []
    for name, field in given.items():
        if name.removesuffix("_file") in given and name.endswith("_file"):
            continue
        variable = f"ROUTER_{prefix.replace('.', '__')}{name}".upper()
        told = f"`{variable}`" + (f" or `{variable}_FILE`" if f"{name}_file" in given else "")
        rows.append((told, _default(field), _accepted(field), SETTINGS_MEAN[f"{prefix}{name}"]))
    return table(("variable", "default", "accepted", "meaning"), rows)


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        value = str(value).lower()
    return "" if value in (None, "", PydanticUndefined) else f"`{value}`"


def _accepted(field: FieldInfo) -> str:
    """Which values a setting takes, in words."""
    kind = field.annotation
    if get_origin(kind) in (Union, UnionType):
        kind = next(one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{member.value}`" for member in kind)
    if kind is bool:
        return "`true`, `false`"
    if kind is int:
        least = next(limit.ge for limit in field.metadata if isinstance(limit, Ge))
        most = next(limit.le for limit in field.metadata if isinstance(limit, Le))
        return f"{least} to {most}"
    return {SecretStr: "secret", Path: "path"}.get(kind, "text") if isinstance(kind, type) else "text"

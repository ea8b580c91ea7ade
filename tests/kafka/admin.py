"""The names of `confluent_kafka.admin` that the harness uses.

The package exports them without saying so, which mypy in strict mode refuses; this file says it once.
"""

# mypy: disable-error-code="attr-defined"
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ClusterMetadata,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

__all__ = [
    "AclBinding",
    "AclOperation",
    "AclPermissionType",
    "AdminClient",
    "ClusterMetadata",
    "NewTopic",
    "ResourcePatternType",
    "ResourceType",
    "ScramCredentialInfo",
    "ScramMechanism",
    "UserScramCredentialUpsertion",
]

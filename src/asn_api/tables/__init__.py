"""The database: importing this package declares every table."""

from asn_api.core import idempotency, journal
from asn_api.core.mapping import Table
from asn_api.tables import (
    activities,
    contribution,
    employees,
    evaluations,
    files,
    identity,
    notifications,
    organization,
    performance,
    policies,
    sync,
)

__all__ = [
    "Table",
    "activities",
    "contribution",
    "employees",
    "evaluations",
    "files",
    "idempotency",
    "identity",
    "journal",
    "notifications",
    "organization",
    "performance",
    "policies",
    "sync",
]

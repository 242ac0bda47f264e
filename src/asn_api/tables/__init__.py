"""The database: importing this package declares every table."""

from asn_api.core import idempotency, journal
from asn_api.core.mapping import Table
from asn_api.tables import (
    activities,
    assessments,
    contribution,
    credits,
    employees,
    evaluations,
    files,
    identity,
    monitoring,
    notifications,
    organization,
    performance,
    policies,
    sync,
)

__all__ = [
    "Table",
    "activities",
    "assessments",
    "contribution",
    "credits",
    "employees",
    "evaluations",
    "files",
    "idempotency",
    "identity",
    "journal",
    "monitoring",
    "notifications",
    "organization",
    "performance",
    "policies",
    "sync",
]

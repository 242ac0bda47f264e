"""The database. Tables that nearly everything points to are declared at once, the others when they are needed."""

from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import MetaData

from asn_api.core import idempotency, journal
from asn_api.core.mapping import Table
from asn_api.tables import activities, employees, identity, organization, performance, policies, sync

__all__ = [
    "activities",
    "employees",
    "every_table",
    "idempotency",
    "identity",
    "journal",
    "organization",
    "performance",
    "policies",
    "sync",
]


def every_table() -> MetaData:
    """For whatever looks at the database as a whole."""
    for module in iter_modules(__path__, f"{__name__}."):
        import_module(module.name)
    return Table.metadata

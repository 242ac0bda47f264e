"""Ready answers with a few placeholders, which are filled once and then edited by whoever answers."""

import re
from collections.abc import Mapping

from asn_api.errors import Fault, Problem

PLACEHOLDERS = ("code", "subject", "agency")
_BRACES = re.compile(r"\{(\w*)\}|[{}]")


def check_template(content: str) -> None:
    """Braces stand around one of the placeholders, and nowhere else."""
    for found in _BRACES.finditer(content):
        if found[1] not in PLACEHOLDERS:
            allowed = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            fault = Fault(
                "/content", "COMPLAINT_PLACEHOLDER_UNKNOWN", {"found": found[0], "allowed": allowed}
            )
            raise Problem("REQUEST_INVALID", faults=[fault])


def filled(content: str, values: Mapping[str, str]) -> str:
    """In one pass: what a citizen wrote into his subject is text, whatever it looks like."""
    return _BRACES.sub(lambda found: values[found[1]], content)

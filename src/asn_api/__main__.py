"""`python -m asn_api`."""

from asn_api.cli import app

app(prog_name="asn-api")

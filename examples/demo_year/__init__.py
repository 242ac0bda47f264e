"""A year of one agency, played through the HTTP API: plans, work, feedback, evaluations, a transfer, an objection."""

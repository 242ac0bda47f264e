"""The areas that speak HTTP, where their paths begin, and what each is for."""

from asn_api.core.http.areas import Area

# Routes are tried in this order. The hot areas are imported before the server is ready, the others when first
# asked for or a moment later (decision 0036).
AREAS = (
    Area("asn_api.areas.activities.router", "/v1/activities", "/v1/me/activities", hot=True),
    Area("asn_api.areas.sync.router", "/v1/sync", "/v1/devices", "/v1/me/devices", hot=True),
    Area("asn_api.areas.days.router", "/v1/days", "/v1/me/days", "/v1/me/months"),
    Area("asn_api.areas.evidence.router", "/v1/evidence", "/v1/activities/{}/evidence"),
    Area("asn_api.areas.files.router", "/v1/files"),
    Area("asn_api.areas.oversight.router", "/v1/months", "/v1/verifications"),
    Area("asn_api.areas.employees.router", "/v1/employees", "/v1/me/employee", "/v1/me/record-views"),
    Area("asn_api.areas.employees.import_router", "/v1/employee-imports"),
    Area(
        "asn_api.areas.identity.router",
        "/v1/sessions",
        "/v1/me",
        "/v1/oauth",
        "/.well-known",
        "/v1/activations",
        "/v1/activation-codes",
        "/v1/accounts",
        "/v1/role-grants",
        "/v1/clients",
        hot=True,
    ),
    Area("asn_api.areas.journal.router", "/v1/journal"),
    Area("asn_api.areas.notifications.router", "/v1/me/notifications"),
    Area("asn_api.areas.reference.router", "/v1/vocabularies", "/v1/problems"),
    Area(
        "asn_api.areas.organization.router",
        "/v1/units",
        "/v1/positions",
        "/v1/appointments",
        "/v1/reporting-lines",
        "/v1/employees/{}/superior",
    ),
    Area(
        "asn_api.areas.performance.router", "/v1/goals", "/v1/plans", "/v1/progress", "/v1/me/parent-results"
    ),
    Area(
        "asn_api.areas.evaluations.router",
        "/v1/evaluations",
        "/v1/organisation-ratings",
        "/v1/employees/{}/performance-years",
        "/v1/units/{}/rating-distribution",
    ),
    Area("asn_api.areas.evaluators.router", "/v1/evaluator-assignments"),
    Area(
        "asn_api.areas.documents.router",
        "/v1/plans/{}/document",
        "/v1/evaluations/{}/document",
        "/v1/evaluations/{}/objection/document",
    ),
    Area("asn_api.areas.policies.router", "/v1/policies"),
    Area("asn_api.areas.calendar.router", "/v1/calendar", "/v1/regional-days", "/v1/outages"),
    Area("asn_api.areas.delegations.router", "/v1/verification-delegations"),
)

TAGS = {
    "identity": "Signing in and out, sessions, passwords, accounts, third-party clients, public keys.",
    "organization": "The region's tree of agencies and units, their positions and heads, on any day.",
    "employees": "Employee records: search, history, changes, imports from the national portal, exports.",
    "policies": "The dated numbers that regulations and the region set.",
    "calendar": "Holidays, collective leave and working days.",
    "documents": "The official forms as PDF: plans, evaluations, decisions on objections.",
    "performance": "Agency goals and yearly plans (SKP): results, indicators, evaluators, approval, progress.",
    "evaluations": "Periodic and yearly evaluations: report, rating, predicate, objection, finality.",
    "activities": "Daily activities: recording, submission, verification (also delegated), rejection, correction.",
    "evidence": "What shows that an activity was done: files and links.",
    "files": "Files in resumable pieces (tus 1.0.0), their state, and downloads.",
    "days": "The day as it stands: who reported, minutes against the target, what waits for verification.",
    "oversight": "Months by unit and verifications by verifier, from sums that every change keeps.",
    "sync": "For phones that are often offline: many operations in one sending.",
    "notifications": "What one is reminded of and told: unreported days, waiting work, decisions.",
    "journal": "Who changed what, and when.",
    "reference": "Lists of values with their terms, and the error codes. Public.",
}

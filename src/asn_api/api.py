"""The areas that speak HTTP, and what each is for."""

from fastapi import APIRouter

from asn_api.areas.activities import router as activities
from asn_api.areas.assessments import router as assessments
from asn_api.areas.calendar import router as calendar
from asn_api.areas.contribution import router as contribution
from asn_api.areas.credits import router as credits
from asn_api.areas.days import router as days
from asn_api.areas.delegations import router as delegations
from asn_api.areas.documents import router as documents
from asn_api.areas.employees import import_router as employee_imports
from asn_api.areas.employees import router as employees
from asn_api.areas.evaluations import router as evaluations
from asn_api.areas.evaluators import router as evaluators
from asn_api.areas.evidence import router as evidence
from asn_api.areas.files import router as files
from asn_api.areas.identity import router as identity
from asn_api.areas.journal import router as journal
from asn_api.areas.monitoring import forum_router as forums
from asn_api.areas.monitoring import router as monitoring
from asn_api.areas.notifications import router as notifications
from asn_api.areas.organization import router as organization
from asn_api.areas.oversight import router as oversight
from asn_api.areas.performance import router as performance
from asn_api.areas.policies import router as policies
from asn_api.areas.reference import router as reference
from asn_api.areas.sync import router as sync

# The hot paths first: routes are tried in this order.
ROUTERS: tuple[APIRouter, ...] = (
    activities.router,
    sync.router,
    days.router,
    evidence.router,
    files.router,
    oversight.router,
    contribution.router,
    employees.router,
    employee_imports.router,
    identity.router,
    journal.router,
    notifications.router,
    reference.router,
    organization.router,
    performance.router,
    evaluations.router,
    evaluators.router,
    documents.router,
    assessments.router,
    credits.router,
    policies.router,
    calendar.router,
    delegations.router,
    monitoring.router,
    forums.router,
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
    "monitoring": "Continuous feedback, coaching and counselling, evaluation forums with agenda and minutes.",
    "assessments": "360° assessments: rounds, what raters are asked, results that tell no single answer.",
    "credits": "Credit points (angka kredit) of functional positions, and what promotions still need.",
    "activities": "Daily activities: recording, submission, verification (also delegated), rejection, correction.",
    "evidence": "What shows that an activity was done: files and links.",
    "files": "Files in resumable pieces (tus 1.0.0), their state, and downloads.",
    "days": "The day as it stands: who reported, minutes against the target, what waits for verification.",
    "oversight": "Months by unit and verifications by verifier, from sums that every change keeps.",
    "contribution": "Whom verified work served: effort for goals beside what came of them, never a rating.",
    "sync": "For phones that are often offline: many operations in one sending.",
    "notifications": "What one is reminded of and told: unreported days, waiting work, decisions.",
    "journal": "Who changed what, and when.",
    "reference": "Lists of values with their terms, and the error codes. Public.",
}

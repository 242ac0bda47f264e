"""The whole policy: which role may do what, and how far it reaches. Meant to be shown to an auditor."""

from enum import StrEnum


class Role(StrEnum):
    """EMPLOYEE comes with an employee's account, HEAD_OF_AGENCY with an appointment, the three after it by grant.

    Supervisors and evaluators are not roles: they are whoever has a TEAM on the day of the act.
    """

    EMPLOYEE = "EMPLOYEE"
    HEAD_OF_AGENCY = "HEAD_OF_AGENCY"
    REGIONAL_ADMIN = "REGIONAL_ADMIN"
    COMPLAINT_COORDINATOR = "COMPLAINT_COORDINATOR"
    COMPLAINT_CONTACT = "COMPLAINT_CONTACT"
    CLIENT = "CLIENT"


class Permission(StrEnum):
    ME = "me"
    ACCOUNTS_MANAGE = "accounts:manage"
    CLIENTS_MANAGE = "clients:manage"
    POLICIES_READ = "policies:read"
    POLICIES_MANAGE = "policies:manage"
    CALENDAR_READ = "calendar:read"
    CALENDAR_MANAGE = "calendar:manage"
    UNITS_READ = "units:read"
    UNITS_MANAGE = "units:manage"
    EMPLOYEES_READ = "employees:read"
    EMPLOYEES_MANAGE = "employees:manage"
    EMPLOYEES_REVEAL = "employees:reveal"
    GOALS_READ = "goals:read"
    GOALS_MANAGE = "goals:manage"
    PLANS_READ = "plans:read"
    PLANS_WRITE = "plans:write"
    PLANS_DECIDE = "plans:decide"
    EVALUATORS_MANAGE = "evaluators:manage"
    EVALUATIONS_READ = "evaluations:read"
    EVALUATIONS_REPORT = "evaluations:report"
    EVALUATIONS_RATE = "evaluations:rate"
    EVALUATIONS_RECORD = "evaluations:record"
    OBJECTIONS_DECIDE = "objections:decide"
    ORGANISATION_RATINGS_WRITE = "organisation-ratings:write"
    FEEDBACK_READ = "feedback:read"
    FEEDBACK_GIVE = "feedback:give"
    COACHING_READ = "coaching:read"
    COACHING_WRITE = "coaching:write"
    FORUMS_READ = "forums:read"
    FORUMS_MANAGE = "forums:manage"
    ASSESSMENTS_READ = "assessments:read"
    ASSESSMENTS_MANAGE = "assessments:manage"
    ASSESSMENTS_ANSWER = "assessments:answer"
    CONTRIBUTION_READ = "contribution:read"
    FOLLOWUP_READ = "followup:read"
    FOLLOWUP_WRITE = "followup:write"
    COMPETENCIES_READ = "competencies:read"
    COMPETENCIES_ASSESS = "competencies:assess"
    COMPETENCIES_MANAGE = "competencies:manage"
    COURSES_MANAGE = "courses:manage"
    CLASSES_READ = "classes:read"
    CLASSES_MANAGE = "classes:manage"
    ENROLMENTS_READ = "enrolments:read"
    ENROLMENTS_REQUEST = "enrolments:request"
    ENROLMENTS_DECIDE = "enrolments:decide"
    ENROLMENTS_NOMINATE = "enrolments:nominate"
    ATTENDANCE_RECORD = "attendance:record"
    CERTIFICATES_READ = "certificates:read"
    CERTIFICATES_CLAIM = "certificates:claim"
    CERTIFICATES_VERIFY = "certificates:verify"
    TRAINING_NEEDS_READ = "training-needs:read"
    TRAINING_NEEDS_WRITE = "training-needs:write"
    TRAINING_PLANS_MANAGE = "training-plans:manage"
    TRAINING_PLANS_DECIDE = "training-plans:decide"
    SURVEYS_MANAGE = "surveys:manage"
    TRAINING_EVALUATIONS_ANSWER = "training-evaluations:answer"
    CREDITS_READ = "credits:read"
    CREDITS_MANAGE = "credits:manage"
    ACTIVITIES_READ = "activities:read"
    ACTIVITIES_RECORD = "activities:record"
    ACTIVITIES_VERIFY = "activities:verify"
    ACTIVITIES_REOPEN = "activities:reopen"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"
    VERIFICATION_DELEGATE = "verification:delegate"
    DAYS_READ = "days:read"
    COMPLAINTS_READ = "complaints:read"
    COMPLAINTS_TRIAGE = "complaints:triage"
    COMPLAINTS_ASSIGN = "complaints:assign"
    COMPLAINTS_ANSWER = "complaints:answer"
    COMPLAINTS_REVEAL = "complaints:reveal"
    COMPLAINTS_INTAKE = "complaints:intake"
    COMPLAINT_CATEGORIES_MANAGE = "complaint-categories:manage"
    JOURNAL_READ = "journal:read"
    EVENTS_READ = "events:read"


class Reach(StrEnum):
    """How far: oneself, one's reports, the node where the role is held and all below it, the whole region."""

    OWN = "OWN"
    TEAM = "TEAM"
    BRANCH = "BRANCH"
    REGION = "REGION"


OWN = frozenset({Reach.OWN})
TEAM = frozenset({Reach.TEAM})
OWN_AND_TEAM = frozenset({Reach.OWN, Reach.TEAM})
BRANCH = frozenset({Reach.BRANCH})
REGION = frozenset({Reach.REGION})

# An admin's rights never include deciding about a plan, rating or verifying work.
GRANTS: dict[Role, dict[Permission, frozenset[Reach]]] = {
    Role.EMPLOYEE: {
        Permission.ME: OWN,
        Permission.POLICIES_READ: REGION,
        Permission.CALENDAR_READ: REGION,
        Permission.UNITS_READ: REGION,
        Permission.EMPLOYEES_READ: OWN_AND_TEAM,
        Permission.EMPLOYEES_REVEAL: OWN,
        Permission.GOALS_READ: REGION,
        Permission.PLANS_READ: OWN_AND_TEAM,
        Permission.PLANS_WRITE: OWN,
        Permission.PLANS_DECIDE: TEAM,
        Permission.EVALUATIONS_READ: OWN_AND_TEAM,
        Permission.EVALUATIONS_REPORT: OWN,
        Permission.EVALUATIONS_RATE: TEAM,
        # Of the evaluators: whose superior one is.
        Permission.OBJECTIONS_DECIDE: TEAM,
        # Of the heads of agencies: whose superior one is.
        Permission.ORGANISATION_RATINGS_WRITE: TEAM,
        Permission.FEEDBACK_READ: OWN_AND_TEAM,
        # About whom: rules/feedback.py says who may say what about whom.
        Permission.FEEDBACK_GIVE: REGION,
        Permission.COACHING_READ: OWN_AND_TEAM,
        Permission.COACHING_WRITE: TEAM,
        Permission.FORUMS_READ: OWN_AND_TEAM,
        Permission.FORUMS_MANAGE: TEAM,
        Permission.ASSESSMENTS_READ: OWN_AND_TEAM,
        Permission.ASSESSMENTS_ANSWER: OWN,
        Permission.CONTRIBUTION_READ: OWN_AND_TEAM,
        Permission.FOLLOWUP_READ: OWN_AND_TEAM,
        Permission.FOLLOWUP_WRITE: TEAM,
        Permission.COMPETENCIES_READ: OWN_AND_TEAM,
        # Oneself, or as the superior.
        Permission.COMPETENCIES_ASSESS: OWN_AND_TEAM,
        Permission.CLASSES_READ: REGION,
        Permission.ENROLMENTS_READ: OWN_AND_TEAM,
        Permission.ENROLMENTS_REQUEST: OWN,
        Permission.ENROLMENTS_DECIDE: TEAM,
        # In the classes that one organises.
        Permission.ATTENDANCE_RECORD: OWN,
        Permission.CERTIFICATES_READ: OWN_AND_TEAM,
        Permission.CERTIFICATES_CLAIM: OWN,
        Permission.TRAINING_NEEDS_READ: OWN_AND_TEAM,
        Permission.TRAINING_NEEDS_WRITE: OWN_AND_TEAM,
        Permission.TRAINING_EVALUATIONS_ANSWER: OWN_AND_TEAM,
        Permission.CREDITS_READ: OWN_AND_TEAM,
        Permission.ACTIVITIES_READ: OWN_AND_TEAM,
        Permission.ACTIVITIES_RECORD: OWN,
        Permission.ACTIVITIES_VERIFY: TEAM,
        Permission.ACTIVITIES_REOPEN: TEAM,
        Permission.FILES_READ: OWN_AND_TEAM,
        Permission.FILES_WRITE: OWN,
        Permission.VERIFICATION_DELEGATE: OWN,
        Permission.DAYS_READ: OWN_AND_TEAM,
        # Those that one handles, or that one's people do.
        Permission.COMPLAINTS_READ: OWN_AND_TEAM,
        Permission.COMPLAINTS_ANSWER: OWN,
        # To be told of changes; of which, the permission to read each kind of record says.
        Permission.EVENTS_READ: OWN_AND_TEAM,
    },
    Role.HEAD_OF_AGENCY: {
        Permission.EMPLOYEES_READ: BRANCH,
        Permission.GOALS_MANAGE: BRANCH,
        Permission.PLANS_READ: BRANCH,
        Permission.EVALUATORS_MANAGE: BRANCH,
        Permission.EVALUATIONS_READ: BRANCH,
        Permission.FEEDBACK_READ: BRANCH,
        Permission.FORUMS_READ: BRANCH,
        Permission.FORUMS_MANAGE: BRANCH,
        Permission.ASSESSMENTS_READ: BRANCH,
        Permission.ASSESSMENTS_MANAGE: BRANCH,
        Permission.CONTRIBUTION_READ: BRANCH,
        Permission.FOLLOWUP_READ: BRANCH,
        Permission.FOLLOWUP_WRITE: BRANCH,
        Permission.COMPETENCIES_READ: BRANCH,
        Permission.CLASSES_MANAGE: BRANCH,
        Permission.ENROLMENTS_READ: BRANCH,
        Permission.ENROLMENTS_NOMINATE: BRANCH,
        Permission.CERTIFICATES_READ: BRANCH,
        Permission.TRAINING_NEEDS_READ: BRANCH,
        Permission.TRAINING_PLANS_MANAGE: BRANCH,
        Permission.TRAINING_PLANS_DECIDE: BRANCH,
        Permission.SURVEYS_MANAGE: BRANCH,
        Permission.ACTIVITIES_READ: BRANCH,
        Permission.FILES_READ: BRANCH,
        Permission.DAYS_READ: BRANCH,
        Permission.COMPLAINTS_READ: BRANCH,
        Permission.COMPLAINTS_ASSIGN: BRANCH,
        Permission.COMPLAINTS_ANSWER: BRANCH,
        Permission.EVENTS_READ: BRANCH,
    },
    Role.REGIONAL_ADMIN: {
        Permission.ME: OWN,
        Permission.ACCOUNTS_MANAGE: BRANCH,
        Permission.CLIENTS_MANAGE: BRANCH,
        Permission.POLICIES_READ: REGION,
        Permission.POLICIES_MANAGE: BRANCH,
        Permission.CALENDAR_READ: REGION,
        Permission.CALENDAR_MANAGE: BRANCH,
        Permission.UNITS_READ: REGION,
        Permission.UNITS_MANAGE: BRANCH,
        Permission.EMPLOYEES_READ: BRANCH,
        Permission.EMPLOYEES_MANAGE: BRANCH,
        Permission.EMPLOYEES_REVEAL: BRANCH,
        Permission.GOALS_READ: REGION,
        Permission.GOALS_MANAGE: BRANCH,
        Permission.PLANS_READ: BRANCH,
        Permission.EVALUATORS_MANAGE: BRANCH,
        Permission.EVALUATIONS_READ: BRANCH,
        # Only to write down what a superior who is no employee decided by letter, as with goals and plans.
        Permission.EVALUATIONS_RECORD: BRANCH,
        # Only to record the letter of a superior who is no employee.
        Permission.ORGANISATION_RATINGS_WRITE: BRANCH,
        Permission.ASSESSMENTS_READ: BRANCH,
        Permission.ASSESSMENTS_MANAGE: BRANCH,
        Permission.CONTRIBUTION_READ: BRANCH,
        Permission.FOLLOWUP_READ: BRANCH,
        Permission.COMPETENCIES_READ: BRANCH,
        Permission.COMPETENCIES_MANAGE: BRANCH,
        Permission.COURSES_MANAGE: BRANCH,
        Permission.CLASSES_READ: REGION,
        Permission.CLASSES_MANAGE: BRANCH,
        Permission.ENROLMENTS_READ: BRANCH,
        Permission.ENROLMENTS_NOMINATE: BRANCH,
        Permission.CERTIFICATES_READ: BRANCH,
        Permission.CERTIFICATES_VERIFY: BRANCH,
        Permission.TRAINING_NEEDS_READ: BRANCH,
        Permission.TRAINING_PLANS_MANAGE: BRANCH,
        Permission.SURVEYS_MANAGE: BRANCH,
        Permission.CREDITS_READ: BRANCH,
        Permission.CREDITS_MANAGE: BRANCH,
        Permission.ACTIVITIES_READ: BRANCH,
        Permission.ACTIVITIES_REOPEN: BRANCH,
        Permission.FILES_READ: BRANCH,
        Permission.DAYS_READ: BRANCH,
        Permission.COMPLAINT_CATEGORIES_MANAGE: BRANCH,
        Permission.JOURNAL_READ: BRANCH,
        Permission.EVENTS_READ: BRANCH,
    },
    # Who administrates people reads no complaint, and who reads complaints administrates nobody.
    Role.COMPLAINT_COORDINATOR: {
        Permission.ME: OWN,
        Permission.POLICIES_READ: REGION,
        Permission.CALENDAR_READ: REGION,
        Permission.UNITS_READ: REGION,
        Permission.COMPLAINTS_READ: BRANCH,
        Permission.COMPLAINTS_TRIAGE: BRANCH,
        Permission.COMPLAINTS_REVEAL: BRANCH,
        Permission.COMPLAINTS_INTAKE: REGION,
        Permission.COMPLAINT_CATEGORIES_MANAGE: BRANCH,
        Permission.EVENTS_READ: BRANCH,
    },
    Role.COMPLAINT_CONTACT: {
        Permission.ME: OWN,
        Permission.POLICIES_READ: REGION,
        Permission.CALENDAR_READ: REGION,
        Permission.UNITS_READ: REGION,
        Permission.COMPLAINTS_READ: BRANCH,
        Permission.COMPLAINTS_ASSIGN: BRANCH,
        Permission.COMPLAINTS_ANSWER: BRANCH,
        # What citizens hand to him may be about anything in the region.
        Permission.COMPLAINTS_INTAKE: REGION,
        Permission.EVENTS_READ: BRANCH,
    },
    # A third party gets only those of these permissions that its registration names.
    Role.CLIENT: {
        Permission.POLICIES_READ: REGION,
        Permission.CALENDAR_READ: REGION,
        Permission.UNITS_READ: REGION,
        Permission.EMPLOYEES_READ: BRANCH,
        Permission.GOALS_READ: REGION,
        Permission.PLANS_READ: BRANCH,
        Permission.EVALUATIONS_READ: BRANCH,
        Permission.CONTRIBUTION_READ: BRANCH,
        Permission.COMPETENCIES_READ: BRANCH,
        Permission.CLASSES_READ: REGION,
        Permission.ACTIVITIES_READ: BRANCH,
        Permission.DAYS_READ: BRANCH,
        Permission.EVENTS_READ: BRANCH,
    },
}

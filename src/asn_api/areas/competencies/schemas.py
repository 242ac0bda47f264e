"""The wire of competencies: catalogue, standards, evidence, profiles and the map of a branch."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from asn_api.areas.monitoring.schemas import Id
from asn_api.areas.performance.schemas import PersonOut
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph, left_out
from asn_api.rules.competencies import (
    CompetencyGroup,
    EvidenceAction,
    EvidenceSource,
    EvidenceUse,
    FitCategory,
    GapStatus,
    NoStandard,
    PositionTier,
    StandardOrigin,
)

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,39}$", examples=["PUBLIC_SERVICE", "TEKNIS_GIS"])]
Level = Annotated[int, Field(ge=1, le=5)]
Weight = Annotated[int, Field(ge=1, le=5, description="How much a gap here matters to the post.")]
Day = Annotated[date, Field(ge=date(1950, 1, 1), le=date(2999, 12, 31))]
AnyCode = Annotated[str | None, Field(max_length=40)]
Refused = Annotated[
    str | None, Field(description="The code of what stands in the way; null when it may be done.")
]


class CompetencyFilter(Paging):
    group: CompetencyGroup | None = None
    q: str | None = Field(default=None, max_length=100, description="Part of the name or code.")
    on: date | None = Field(default=None, description="Only those that are open on this day.")


class CompetencyIn(In):
    """A technical competency of the region; its code is its key and never changes."""

    code: Code
    name: Line
    definition: Paragraph | None = None


class CompetencyPatch(In):
    name: Line = Field(default_factory=left_out)
    definition: Paragraph | None = None
    closed_on: Day | None = Field(default=None, description="From this day on nothing new names it.")


class CompetencyOut(Out):
    code: str
    group: CompetencyGroup
    name: str
    definition: str | None
    national: bool = Field(description="One of the nine of PermenPANRB 38/2017; read-only.")
    closed_on: date | None
    version: int


class StandardFilter(Paging):
    position_id: UUID | None = None
    tier: PositionTier | None = None
    competency_code: AnyCode = None
    on: date | None = Field(default=None, description="Only those that hold on this day.")


class StandardIn(In):
    """What one position asks for, or every position of a level; exactly one of both is named."""

    id: Id
    position_id: UUID | None = None
    tier: PositionTier | None = None
    competency_code: Code
    level: Level
    criticality: Weight | None = Field(default=None, description="The policy's default when left out.")
    valid_from: Day = Field(description="An open standard for the same ends the day before.")
    valid_until: Day | None = Field(default=None, description="The last day; open when left out.")
    decree_number: Line | None = None


class StandardPatch(In):
    level: Level = Field(default_factory=left_out, description="Only before the first day.")
    criticality: Weight = Field(default_factory=left_out, description="Only before the first day.")
    valid_until: Day | None = Field(default=None, description="The last day, today or later.")
    decree_number: Line | None = None


class StandardOut(Out):
    id: UUID
    version: int
    position_id: UUID | None
    position_title: str | None
    unit_id: UUID | None
    tier: PositionTier | None
    competency_code: str
    level: int
    criticality: int
    valid_from: date
    valid_until: date | None
    decree_number: str | None


class EvidenceFilter(Paging):
    employee_id: UUID | None = None
    competency_code: AnyCode = None
    source: EvidenceSource | None = None
    withdrawn: bool | None = None
    assessed_from: date | None = Field(default=None, alias="assessed_on[gte]")
    assessed_to: date | None = Field(default=None, alias="assessed_on[lte]")


class EvidenceIn(In):
    """What an institution found: one competency of one person."""

    id: Id
    employee_id: UUID
    competency_code: Code
    level: Level
    source: Literal[EvidenceSource.ASSESSMENT_CENTRE, EvidenceSource.CERTIFICATE, EvidenceSource.TRAINING]
    assessor: Line = Field(description="The institution: assessment centre, issuer, training body.")
    assessed_on: Day
    valid_until: Day | None = Field(default=None, description="By the policy's months when left out.")
    reference: Line | None = Field(default=None, description="Number of the report or certificate.")
    note: Paragraph | None = None


class EvidenceBatchIn(In):
    items: list[EvidenceIn] = Field(min_length=1, max_length=1000)
    atomic: Literal["each", "all"] = Field(
        default="each", description="`all`: one refused item refuses all of them."
    )


class AssessedIn(In):
    id: Id
    competency_code: Code
    level: Level
    note: Paragraph | None = Field(default=None, description="What was seen. The employee reads it.")


class CompetencyAssessmentIn(In):
    """What the superior sees, or what one says of oneself; several competencies at once, all or none."""

    employee_id: UUID
    assessed_on: Day | None = Field(default=None, description="Today when left out.")
    items: list[AssessedIn] = Field(min_length=1, max_length=50)


class WithdrawalIn(In):
    reason: Paragraph


class EvidenceAllowedOut(Out):
    action: EvidenceAction
    refused: Refused


class EvidenceOut(Out):
    id: UUID
    version: int
    employee: PersonOut
    competency_code: str
    level: int
    source: EvidenceSource
    assessed_on: date
    valid_until: date | None = Field(description="The last day on which it counts.")
    assessor_id: UUID | None
    assessor: str | None
    reference: str | None
    note: str | None
    created_at: datetime
    withdrawn_at: datetime | None
    withdrawal_reason: str | None
    allowed_actions: list[EvidenceAllowedOut]


class EvidenceResultOut(Out):
    index: int
    id: UUID | None
    done: bool
    code: str | None = Field(description="Why it was refused.")
    detail: str | None


class EvidenceResultsOut(Out):
    done: int
    refused: int
    results: list[EvidenceResultOut]


class EvidenceListOut(Out):
    data: list[EvidenceOut]


class FitOut(Out):
    """Job fit (JPM); without a percentage as long as a required level of its groups is unknown."""

    percentage: Decimal | None
    category: FitCategory | None
    held: int | None
    required: int
    capped: bool = Field(description="Whether a surplus may not make up for a gap.")
    missing: list[str] = Field(description="Required competencies about which nothing is known.")


class ProfilePositionOut(Out):
    id: UUID
    title: str
    unit_id: UUID
    unit_name: str
    tier: PositionTier | None


class HeldCompetencyOut(Out):
    competency_code: str
    name: str
    group: CompetencyGroup
    required: int | None = Field(description="Null: held, but not asked for by the position.")
    criticality: int | None
    origin: StandardOrigin | None = Field(description="Which rule asks for it.")
    held: int | None
    source: EvidenceSource | None
    assessed_on: date | None
    valid_until: date | None
    raised: bool = Field(description="Learning after the assessment raised it.")
    gap: int | None = Field(description="held − required: negative is a lack.")
    status: GapStatus | None
    urgency: int = Field(description="Missing levels × criticality.")


class CompetencyProfileOut(Out):
    """What somebody holds and what the definitive position asks for on a day; acting posts ask for nothing."""

    employee: PersonOut
    as_of: date
    position: ProfilePositionOut | None
    no_standard: NoStandard | None = Field(description="Why the defaults cannot be asked for.")
    competencies: list[HeldCompetencyOut]
    fit: FitOut
    assessment_refused: str | None = Field(
        description="The code of what keeps the caller from assessing this person; null when he may."
    )


class UsedEvidenceOut(Out):
    evidence_id: UUID
    version: int
    level: int
    source: EvidenceSource
    assessed_on: date
    valid_until: date | None
    use: EvidenceUse


class CompetencyStepsOut(Out):
    competency_code: str
    held: int | None
    required: int | None
    standard_id: UUID | None = Field(description="The standard that asks; null when the policy does.")
    standard_version: int | None
    evidence: list[UsedEvidenceOut]
    steps: list[str]


class CompetencyExplanationOut(Out):
    employee_id: UUID
    as_of: date
    policy_id: UUID
    source_order: list[EvidenceSource]
    raising_sources: list[EvidenceSource]
    raise_limit: int
    competencies: list[CompetencyStepsOut]
    fit: list[str] = Field(description="The job fit step by step.")
    article: str


class GapFilter(Paging):
    as_of: date | None = Field(default=None, description="Today when left out.")
    unit_id: UUID | None = Field(default=None, description="Whose post is in this unit or below it then.")
    competency_code: AnyCode = None
    status: GapStatus | None = None
    team: bool = Field(default=False, description="Only one's own reports of today.")


class CompetencyGapOut(Out):
    """One person and one competency that the definitive position asks for."""

    employee: PersonOut
    unit_id: UUID
    unit_name: str
    position_title: str
    competency_code: str
    required: int
    criticality: int
    origin: StandardOrigin
    held: int | None
    gap: int | None
    status: GapStatus
    urgency: int


class MapFilter(In):
    as_of: date | None = Field(default=None, description="Today when left out.")
    group: CompetencyGroup | None = None


class CellOut(Out):
    competency_code: str
    people: int = Field(description="Of whom it is asked.")
    assessed: int
    below: int = Field(description="With a gap.")
    missing_levels: int = Field(description="Sum of missing levels.")
    urgency: int = Field(description="Sum of missing levels × criticality.")
    mean_required: Decimal
    mean_held: Decimal | None


class MapRowOut(Out):
    unit_id: UUID
    unit_name: str
    people: int = Field(description="In a definitive position.")
    without_standard: int = Field(description="Nothing can be asked of them: the level is not recorded.")
    cells: list[CellOut]


class CompetencyMapOut(Out):
    """A branch as a whole, and each part right below it with all of its own; what is the unit's own is there too."""

    unit_id: UUID
    as_of: date
    total: MapRowOut
    parts: list[MapRowOut]

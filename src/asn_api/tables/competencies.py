"""Technical competencies of a region, what positions ask for, and what is known of people's levels."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped

from asn_api.core.mapping import Versioned, of_region, within_region
from asn_api.rules.competencies import EvidenceSource, PositionTier


class Competency(Versioned):
    """A technical competency that the region defines. The nine national ones are in the code, not here."""

    __tablename__ = "competencies"
    __table_args__ = (of_region(), UniqueConstraint("region_id", "code", name="uq_competencies_code"))

    code: Mapped[str]
    name: Mapped[str]
    definition: Mapped[str | None]
    closed_on: Mapped[date | None]


class CompetencyStandard(Versioned):
    """The level of a competency that one position, or every position of a tier, asks for from day to day.

    `criticality` (1–5) weighs the gap. `competency_code` is national or of `competencies`: the code alone,
    because the national ones have no row.
    """

    __tablename__ = "competency_standards"
    __table_args__ = (
        of_region(),
        within_region("position_id", "positions"),
        ExcludeConstraint(
            ("region_id", "="),
            ("position_id", "="),
            ("competency_code", "="),
            ("valid", "&&"),
            where=text("position_id is not null"),
            name="ex_competency_standards_position",
        ),
        ExcludeConstraint(
            ("region_id", "="),
            ("tier", "="),
            ("competency_code", "="),
            ("valid", "&&"),
            where=text("tier is not null"),
            name="ex_competency_standards_tier",
        ),
        CheckConstraint("num_nonnulls(position_id, tier) = 1", "one_subject"),
        CheckConstraint("level between 1 and 5", "level"),
        CheckConstraint("criticality between 1 and 5", "criticality"),
        CheckConstraint("not isempty(valid) and not lower_inf(valid)", "valid"),
        Index("ix_competency_standards_position", "region_id", "position_id"),
    )

    position_id: Mapped[UUID | None]
    tier: Mapped[PositionTier | None]
    competency_code: Mapped[str]
    level: Mapped[int]
    criticality: Mapped[int]
    valid: Mapped[Range[date]]
    decree_number: Mapped[str | None]


class CompetencyEvidence(Versioned):
    """That somebody has a level, by whom it was seen and until when it counts. Withdrawn, never changed.

    It goes with the person, whatever the post. `assessor_id` is the superior or the person himself, `assessor`
    the institution of the other sources.
    """

    __tablename__ = "competency_evidence"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("assessor_id", "employees"),
        CheckConstraint("level between 1 and 5", "level"),
        CheckConstraint("valid_until >= assessed_on", "valid_until"),
        CheckConstraint("num_nonnulls(withdrawn_at, withdrawal_reason) in (0, 2)", "withdrawn"),
        CheckConstraint(
            "case source when 'SELF' then assessor_id is not distinct from employee_id "
            "when 'SUPERIOR' then assessor_id is not null and assessor_id <> employee_id "
            "else assessor_id is null and assessor is not null end",
            "assessor",
        ),
        Index(
            "uq_competency_evidence_day",
            "region_id",
            "employee_id",
            "competency_code",
            "source",
            "assessed_on",
            unique=True,
            postgresql_where=text("withdrawn_at is null"),
        ),
        Index("ix_competency_evidence_employee", "region_id", "employee_id", "id"),
    )

    employee_id: Mapped[UUID]
    competency_code: Mapped[str]
    level: Mapped[int]
    source: Mapped[EvidenceSource]
    assessed_on: Mapped[date]
    valid_until: Mapped[date | None]
    assessor_id: Mapped[UUID | None]
    assessor: Mapped[str | None]
    reference: Mapped[str | None]
    note: Mapped[str | None]
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]

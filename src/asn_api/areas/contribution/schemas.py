"""The wire of contributions: whom verified work served, beside what came of it, and why the numbers are so."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Out
from asn_api.rules.contribution import ContributionFlag
from asn_api.rules.plans import Polarity

Percent = Annotated[Decimal, PlainSerializer(str, return_type=str)]
"""1 decimal, half up: rounded parts of a whole need not sum to 100."""
Month = Annotated[str, Field(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$", examples=["2026-11"])]

_FROM = Field(default=None, alias="from", description="First month; by default the last one alone.")
_TO = Field(default=None, alias="to", description="Last month; by default this month. At most 12 months.")
_UNIT = Field(default=None, description="This unit and all below it.")
_TEAM = Field(default=False, description="Only the work of one's own reports of today.")
_ATTAINMENT = "Advisory; null while nothing is known. Beside the effort, never combined with it."


class SpanFilter(In):
    start: Month | None = _FROM
    end: Month | None = _TO


class ScopeFilter(SpanFilter):
    unit_id: UUID | None = _UNIT
    team: bool = _TEAM


class GoalContributionFilter(Paging):
    start: Month | None = _FROM
    end: Month | None = _TO
    unit_id: UUID | None = _UNIT
    team: bool = _TEAM
    agency_id: UUID | None = Field(default=None, description="Only goals of this agency.")


class PersonContributionFilter(Paging):
    start: Month | None = _FROM
    end: Month | None = _TO
    unit_id: UUID | None = _UNIT
    team: bool = _TEAM
    goal_id: UUID | None = Field(
        default=None, description="Only who worked for this goal, with the share of it."
    )


class ContributionUnitOut(Out):
    id: UUID
    name: str


class ContributionPersonOut(Out):
    id: UUID
    nip: str
    name: str


class EffortOut(Out):
    """Verified minutes, with corrections. Those of the plan include those that reach a goal."""

    minutes: int
    plan_minutes: int = Field(description="Linked to a result of a plan.")
    goal_minutes: int = Field(description="Reaching an agency's goal when the work was verified.")
    non_task_minutes: int
    copied_texts: int = Field(description="Verified activities whose text stands on several days.")
    same_evidence: int = Field(description="Verified activities with evidence used twice.")
    plan_alignment_pct: Percent | None = Field(description="plan_minutes of minutes; null without minutes.")
    goal_alignment_pct: Percent | None
    non_task_pct: Percent | None
    flags: list[ContributionFlag] = Field(description="What to look at together; nothing follows by itself.")


class ScopeEffortOut(EffortOut):
    attainment_pct: Percent | None = Field(
        description="Mean of the indicators of the results through which the goals were reached. "
        + _ATTAINMENT
    )


class AgencyContributionOut(Out):
    agency: ContributionUnitOut | None
    sums: ScopeEffortOut


class UnitContributionOut(Out):
    unit: ContributionUnitOut
    agency: ContributionUnitOut | None
    sums: ScopeEffortOut


class ContributionSummaryOut(Out):
    start: str = Field(description="First month.")
    end: str = Field(description="Last month.")
    scope: Literal["REGION", "BRANCH", "TEAM"]
    total: ScopeEffortOut
    agencies: list[AgencyContributionOut]
    units: list[UnitContributionOut] = Field(description="The smallest goal alignment first.")


class ContributionGoalOut(Out):
    id: UUID
    year: int
    code: str
    statement: str


class GoalShareOut(Out):
    goal: ContributionGoalOut
    agency: ContributionUnitOut
    minutes: int = Field(description="Of what is within reach and the filter.")
    effort_share_pct: Percent | None = Field(description="Of all verified minutes there.")
    goal_share_pct: Percent | None = Field(description="Of all minutes that anybody gave to the goal.")
    people: int
    attainment_pct: Percent | None = Field(
        description="Mean of the indicators of the results that serve the goal. " + _ATTAINMENT
    )


class PersonShareOut(Out):
    employee: ContributionPersonOut
    effort: EffortOut
    goal_minutes: int | None = Field(description="For the goal of the filter; null without it.")
    goal_share_pct: Percent | None = Field(description="Of all minutes that anybody gave to that goal.")
    attainment_pct: Percent | None = Field(
        description="Mean of the indicators of all results on the chains of this work. " + _ATTAINMENT
    )


class OwnGoalOut(Out):
    goal: ContributionGoalOut
    agency: ContributionUnitOut
    minutes: int
    effort_share_pct: Percent | None = Field(description="Of the person's verified minutes.")
    goal_share_pct: Percent | None = Field(description="Of all minutes that anybody gave to the goal.")
    attainment_pct: Percent | None = Field(
        description="Mean of the indicators of the results on the person's chains to the goal. " + _ATTAINMENT
    )


class OwnResultOut(Out):
    id: UUID
    plan_id: UUID
    statement: str
    withdrawn: bool
    minutes: int
    effort_share_pct: Percent | None
    goal_ids: list[UUID] = Field(description="The goals that the work reached when it was verified.")
    reported: bool = Field(description="A realisation was reported by the end of the span.")
    attainment_pct: Percent | None
    flags: list[ContributionFlag]


class PersonContributionOut(Out):
    start: str = Field(description="First month.")
    end: str = Field(description="Last month.")
    employee: ContributionPersonOut
    effort: EffortOut
    attainment_pct: Percent | None
    goals: list[OwnGoalOut]
    results: list[OwnResultOut]


class ContributionStepOut(Out):
    rule: str
    value: str
    source: str


class IndicatorInputOut(Out):
    """One indicator as it counts; target, realisation and note only of plans within reach."""

    id: UUID
    version: int
    work_result_id: UUID
    polarity: Polarity
    target: Percent | None
    target_upper: Percent | None
    realisation: Percent | None
    note: str | None
    reported_on: date | None
    report_version: int | None
    attainment_pct: Percent | None = Field(description="Capped; null: told in words, or not reported.")


class ChainResultOut(Out):
    id: UUID
    version: int | None = Field(description="Of today; null when the result is no more.")
    statement: str | None
    withdrawn: bool | None


class ChainInputOut(Out):
    """A chain as it stood when the work was verified, with the minutes that count under it."""

    chain_id: UUID
    goal_id: UUID | None
    path: list[ChainResultOut]
    month: str
    unit_id: UUID
    minutes: int
    non_task_minutes: int


class ContributionExplanationOut(Out):
    start: str = Field(description="First month.")
    end: str = Field(description="Last month.")
    policy: date = Field(description="`valid_from` of the policy whose numbers apply.")
    policy_revision: int
    indicators: list[IndicatorInputOut]
    chains: list[ChainInputOut] = Field(description="Of one person; empty for units and goals.")
    steps: list[ContributionStepOut]

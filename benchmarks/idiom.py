"""The idiom: FastAPI the way the popular full-stack template writes it, with SQLAlchemy's async session.

A session per request from a `yield` dependency, ORM rows, `response_model`. No sign-in, scope or journal.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from asn_api import tables
from asn_api.rules.activities import ActivityStatus, Category, PlaceType
from asn_api.rules.people import Employment, Sex

REGION = UUID(os.environ.get("BENCH_REGION", "0" * 32))
POOL = 10

Activity = tables.activities.Activity
Employee = tables.employees.Employee

engine = create_async_engine(
    os.environ.get("BENCH_DATABASE_URL", "postgresql://localhost/asn").replace("://", "+asyncpg://", 1),
    pool_size=POOL,
    max_overflow=0,
    connect_args={"server_settings": {"jit": "off"}},
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


async def get_db() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db)]


class ActivityCreate(BaseModel):
    id: UUID
    employee_id: UUID
    unit_id: UUID
    position_id: UUID
    plan_id: UUID
    work_result_id: UUID
    day: date
    start_at: datetime
    end_at: datetime
    minutes: int
    category: Category
    description: str
    output_quantity: Decimal
    output_unit: str
    place_type: PlaceType
    device_id: str | None = None
    device_at: datetime | None = None


class ActivityPublic(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    employee_id: UUID
    unit_id: UUID
    position_id: UUID
    day: date
    start_at: datetime
    end_at: datetime
    minutes: int
    category: Category
    plan_id: UUID | None
    work_result_id: UUID | None
    indicator_id: UUID | None
    description: str
    output_quantity: Decimal
    output_unit: str
    place_type: PlaceType
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    mock_location: bool | None
    location_provider: str | None
    evidence: list[dict[str, Any]]
    device_id: str | None
    device_at: datetime | None
    received_at: datetime
    submitted_at: datetime | None
    status: ActivityStatus
    flags: list[str]
    verifier_id: UUID | None
    verified_minutes: int | None
    verified_quantity: Decimal | None
    comment: str | None
    decided_at: datetime | None


class ActivitiesPublic(BaseModel):
    data: list[ActivityPublic]


class EmployeePublic(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    siasn_id: str | None
    nip: str
    old_nip: str | None
    name: str
    front_title: str | None
    back_title: str | None
    birth_place: str | None
    birth_date: date
    sex: Sex
    phone: str | None
    email: str | None
    gov_email: str | None
    employment: Employment
    employee_kind_code: str | None
    legal_standing_code: str
    active: bool
    education_name: str | None
    graduation_year: int | None
    work_location: str | None


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/readyz")
async def ready() -> str:
    return "ready"


@app.get("/employees/{id}", response_model=EmployeePublic)
async def read_employee(session: SessionDep, id: UUID) -> Any:
    employee = await session.get(Employee, (REGION, id))
    if employee is None:
        raise HTTPException(404, "Employee not found")
    return employee


@app.get("/activities/of/{employee_id}", response_model=ActivitiesPublic)
async def read_activities(session: SessionDep, employee_id: UUID, limit: int = 20) -> Any:
    rows = await session.scalars(
        select(Activity)
        .where(Activity.region_id == REGION, Activity.employee_id == employee_id)
        .order_by(Activity.day.desc(), Activity.id.desc())
        .limit(limit)
    )
    return {"data": rows.all()}


@app.get("/activities/{id}", response_model=ActivityPublic)
async def read_activity(session: SessionDep, id: UUID) -> Any:
    activity = await session.get(Activity, (REGION, id))
    if activity is None:
        raise HTTPException(404, "Activity not found")
    return activity


@app.post("/activities/batch", response_model=ActivitiesPublic)
async def create_activities(session: SessionDep, items: list[ActivityCreate]) -> Any:
    rows = _added(session, items)
    await session.commit()
    for row in rows:
        await session.refresh(row)
    return {"data": rows}


@app.post("/activities/batch/unrefreshed", response_model=ActivitiesPublic)
async def create_activities_unrefreshed(session: SessionDep, items: list[ActivityCreate]) -> Any:
    """A kinder baseline than the template's habit."""
    rows = _added(session, items)
    await session.commit()
    return {"data": rows}


def _added(session: AsyncSession, items: list[ActivityCreate]) -> list[Any]:
    now = datetime.now(UTC)
    rows = [
        Activity(
            region_id=REGION,
            received_at=now,
            submitted_at=now,
            status=ActivityStatus.SUBMITTED,
            evidence=[],
            flags=[],
            **item.model_dump(),
        )
        for item in items
    ]
    session.add_all(rows)
    return rows

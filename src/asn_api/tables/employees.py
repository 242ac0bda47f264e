"""Employees, their grades over time, and the imports that bring them in."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Regional, Versioned, of_region, within_region
from asn_api.rules.imports import ImportStatus, RowAction
from asn_api.rules.people import Employment, Sex


class Employee(Versioned):
    """One person in one region's service. Fields of class `restricted` are sealed together in `restricted`.

    `sort_name` is the name in lower case: the order of lists and the target of search.
    """

    __tablename__ = "employees"
    __table_args__ = (
        of_region(),
        UniqueConstraint("region_id", "nip"),
        UniqueConstraint("region_id", "siasn_id"),
        Index("ix_employees_name", "region_id", "sort_name", "id"),
        Index(
            "ix_employees_search",
            "sort_name",
            postgresql_using="gin",
            postgresql_ops={"sort_name": "gin_trgm_ops"},
        ),
        Index("ix_employees_nik", "region_id", "nik_index"),
    )

    siasn_id: Mapped[str | None]
    nip: Mapped[str]
    old_nip: Mapped[str | None]
    name: Mapped[str]
    sort_name: Mapped[str]
    front_title: Mapped[str | None]
    back_title: Mapped[str | None]
    birth_place: Mapped[str | None]
    birth_date: Mapped[date]
    sex: Mapped[Sex]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    gov_email: Mapped[str | None]
    employment: Mapped[Employment]
    employee_kind_code: Mapped[str | None]
    legal_standing_code: Mapped[str]
    active: Mapped[bool]
    cpns_decree_number: Mapped[str | None]
    cpns_decree_date: Mapped[date | None]
    cpns_since: Mapped[date | None]
    pns_decree_number: Mapped[str | None]
    pns_decree_date: Mapped[date | None]
    pns_since: Mapped[date | None]
    first_grade_code: Mapped[str | None]
    service_years: Mapped[int | None]
    service_months: Mapped[int | None]
    education_level_code: Mapped[str | None]
    education_code: Mapped[str | None]
    education_name: Mapped[str | None]
    graduation_year: Mapped[int | None]
    work_location: Mapped[str | None]
    restricted: Mapped[bytes | None] = mapped_column(LargeBinary)
    nik_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    raw: Mapped[dict[str, Any]]


class EmployeeGrade(Regional):
    """The grade (golongan) an employee held from when to when."""

    __tablename__ = "employee_grades"
    __table_args__ = (
        within_region("employee_id", "employees"),
        ExcludeConstraint(
            ("region_id", "="), ("employee_id", "="), ("valid", "&&"), name="ex_employee_grades_one_grade"
        ),
        Index("ix_employee_grades_employee", "region_id", "employee_id"),
    )

    employee_id: Mapped[UUID]
    grade_code: Mapped[str]
    valid: Mapped[Range[date]]


class EmployeeImport(Versioned):
    """A file from the national portal: first judged (dry run), then applied exactly as it was shown."""

    __tablename__ = "employee_imports"
    __table_args__ = (of_region(), Index("ix_employee_imports_recent", "region_id", "created_at"))

    status: Mapped[ImportStatus]
    file_name: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    unit_content: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problem_code: Mapped[str | None]
    committed_at: Mapped[datetime | None]


class EmployeeImportRow(Regional):
    """What the dry run found for one line: the action, the messages, the difference, the sealed values."""

    __tablename__ = "employee_import_rows"
    __table_args__ = (
        within_region("import_id", "employee_imports"),
        UniqueConstraint("region_id", "import_id", "line", name="uq_employee_import_rows_line"),
    )

    import_id: Mapped[UUID]
    line: Mapped[int]
    nip: Mapped[str | None]
    action: Mapped[RowAction]
    employee_id: Mapped[UUID | None]
    base_version: Mapped[int | None]
    messages: Mapped[list[dict[str, Any]]]
    changes: Mapped[dict[str, Any]]
    values: Mapped[bytes | None] = mapped_column(LargeBinary)

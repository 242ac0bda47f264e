"""The wire of employees: what is asked, what is shown and what may be written."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out
from asn_api.rules.organization import AppointmentKind, PositionKind
from asn_api.rules.people import Employment, Sex

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 ()./-]{4,28}[0-9]$")]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=200,
        pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s.\x00-\x1f\x7f]+(\.[^@\s.\x00-\x1f\x7f]+)+$",
    ),
]
NipText = Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9 ]+$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")]
AsOf = Annotated[
    date | None, Field(description="The posts, units and grades of this day; today when left out.")
]
RestrictedField = Literal["nik", "npwp", "bpjs", "address", "religion", "marital_state"]


class EmployeeFilter(Paging):
    q: Line | None = Field(default=None, description="Words of the name, or the first digits of the NIP.")
    unit_id: UUID | None = Field(default=None, description="This unit and everything below it.")
    agency_id: UUID | None = None
    employment: Employment | None = None
    active: bool | None = None
    position_kind: PositionKind | None = None
    grade_code: Code | None = None
    as_of: AsOf = None
    sort: Literal["name", "-name", "nip", "-nip"] = "name"


class NamedOut(Out):
    id: UUID
    name: str


class PostOut(Out):
    id: UUID
    title: str
    kind: PositionKind
    is_head: bool


class GradeOut(Out):
    code: str
    label: str | None = Field(description="Of PPPK their own label: `IX`, not `III/a`.")


class EmployeeOut(Out):
    """One line of a list; unit, position and grade are those of the asked day."""

    id: UUID
    nip: str
    name: str = Field(description="With titles.")
    employment: Employment
    active: bool
    unit: NamedOut | None
    agency: NamedOut | None
    position: PostOut | None
    grade: GradeOut | None
    version: int


class ActingOut(Out):
    kind: AppointmentKind
    unit: NamedOut
    position: PostOut


class RestrictedOut(Out):
    """Masked: only that there is a value, and the last digits of the numbers."""

    nik: str | None
    npwp: str | None
    bpjs: str | None
    address: str | None
    religion: str | None
    marital_state: str | None


class EmployeeRecordOut(Out):
    id: UUID
    version: int
    name: str
    front_title: str | None
    back_title: str | None
    full_name: str = Field(description="With titles.")
    nip: str
    old_nip: str | None
    gov_email: str | None
    employment: Employment
    employee_kind_code: str | None
    legal_standing_code: str
    active: bool
    first_grade_code: str | None
    service_years: int | None
    service_months: int | None
    cpns_since: date | None
    pns_since: date | None
    education_level_code: str | None
    education_code: str | None
    education_name: str | None
    work_location: str | None
    siasn_id: str | None
    birth_place: str | None
    birth_date: date | None
    sex: Sex | None
    phone: str | None
    email: str | None
    cpns_decree_number: str | None
    cpns_decree_date: date | None
    pns_decree_number: str | None
    pns_decree_date: date | None
    graduation_year: int | None
    unit: NamedOut | None
    agency: NamedOut | None
    position: PostOut | None
    since: date | None = Field(description="Since when the position is held.")
    acting: list[ActingOut] = Field(description="Posts held beside the definitive one.")
    superior: NamedOut | None
    grade: GradeOut | None
    grade_since: date | None
    restricted: RestrictedOut | None
    withheld: list[str] = Field(description="Fields that are null because this caller does not get them.")


class WarningOut(Out):
    pointer: str
    code: str
    message: str


class EmployeeWrittenOut(EmployeeRecordOut):
    warnings: list[WarningOut] = Field(description="What looks wrong but was stored.")


class OwnRecordIn(In):
    """What a person changes in the own record; null empties a field, a field left out stays."""

    phone: Phone | None = None
    email: Email | None = None


class EmployeeFieldsIn(In):
    front_title: Line | None = None
    back_title: Line | None = None
    old_nip: Code | None = None
    gov_email: Email | None = None
    employee_kind_code: Code | None = None
    first_grade_code: Code | None = None
    service_years: int | None = Field(default=None, ge=0, le=60)
    service_months: int | None = Field(default=None, ge=0, le=11)
    cpns_since: date | None = None
    pns_since: date | None = None
    cpns_decree_number: Line | None = None
    cpns_decree_date: date | None = None
    pns_decree_number: Line | None = None
    pns_decree_date: date | None = None
    education_level_code: Code | None = None
    education_code: Code | None = None
    education_name: Line | None = None
    graduation_year: int | None = Field(default=None, ge=1950, le=2100)
    work_location: Line | None = None
    birth_place: Line | None = None
    phone: Phone | None = None
    email: Email | None = None
    nik: Digits | None = None
    npwp: Line | None = None
    bpjs: Line | None = None
    address: Annotated[Line, Field(max_length=200)] | None = None
    religion: Code | None = Field(default=None, description="A code of the national table.")
    marital_state: Code | None = Field(default=None, description="A code of the national table.")


class EmployeeChangeIn(EmployeeFieldsIn):
    """What an admin changes; null empties a field, a field left out stays. These six cannot be emptied."""

    name: Line | None = None
    nip: NipText | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    employment: Employment | None = None
    legal_standing_code: Code | None = None


class FirstAppointmentIn(In):
    position_id: UUID
    since: date
    decree_number: Line | None = None
    decree_date: date | None = None


class FirstGradeIn(In):
    code: Code
    since: date


class EmployeeIn(EmployeeFieldsIn):
    """A record made by hand. Birth date and sex are taken from the NIP when left out."""

    id: UUID | None = Field(
        default=None, description="Made by the client (UUIDv7), so that it can repeat itself."
    )
    name: Line
    nip: NipText
    employment: Employment
    legal_standing_code: Code
    birth_date: date | None = None
    sex: Sex | None = None
    appointment: FirstAppointmentIn
    grade: FirstGradeIn


class DisclosureIn(In):
    fields: list[RestrictedField] = Field(min_length=1, max_length=6)
    purpose: Annotated[Line, Field(min_length=5)] = Field(description="Why; the person reads it.")


class CodedOut(Out):
    code: str
    label: str | None


class OpenedOut(Out):
    """The opened values; fields that were not asked for are null."""

    nik: str | None
    npwp: str | None
    bpjs: str | None
    address: str | None
    religion: CodedOut | None
    marital_state: CodedOut | None


class DisclosureOut(Out):
    employee_id: UUID
    fields: list[RestrictedField]
    purpose: str
    at: datetime
    values: OpenedOut


class RecordViewOut(Out):
    at: datetime
    by: str = Field(description="Name of the person or of the account.")
    by_employee_id: UUID | None
    fields: list[RestrictedField]
    purpose: str


class EmployeeEventOut(Out):
    at: datetime
    kind: Literal["APPOINTMENT", "GRADE", "CHANGE"]
    id: str
    content: dict[str, Any]

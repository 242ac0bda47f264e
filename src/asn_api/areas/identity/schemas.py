"""The wire of identity."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out
from asn_api.rules.calendar import Zone
from asn_api.rules.identity import AccountAction, AccountStatus, CodePurpose, GrantedRole

Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
ShortCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
RefreshToken = Annotated[str, StringConstraints(min_length=1, max_length=200)]

REGION = Field(
    default=None, description="Code of the region; may be left out where the server has a default."
)
LOGIN = Field(description="The NIP, or the chosen name of an admin who is not an employee.")


class SignInIn(In):
    region: Line | None = REGION
    nip: Line = LOGIN
    password: Password
    otp: ShortCode | None = Field(
        default=None,
        description="Code of the authenticator app, or a recovery code, when the account has one.",
    )
    device: Line = Field(description="What the person will recognise in the list of sessions.")


class ActivationIn(In):
    region: Line | None = REGION
    nip: Line = LOGIN
    code: ShortCode
    password: Password
    otp: ShortCode | None = Field(
        default=None, description="Needed after a password reset when the account has a second factor."
    )
    device: Line


class RefreshIn(In):
    refresh_token: RefreshToken


class BriefOut(Out):
    account_id: UUID
    employee_id: UUID | None
    name: str
    region: str
    roles: list[str]


class SignedInOut(Out):
    access_token: str
    token_type: str
    expires_in: int = Field(description="Seconds until the access token expires.")
    refresh_token: str
    session_id: UUID
    refresh_expires_at: datetime
    otp_enrolment_required: bool = Field(
        description="True when a role demands a second factor; until then only /v1/me is open."
    )
    me: BriefOut


class SessionOut(Out):
    id: UUID
    device: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool


class PasswordChangeIn(In):
    current_password: Password
    new_password: Password


class TotpOut(Out):
    secret: str = Field(description="For typing in; shown only now.")
    uri: str = Field(description="For a QR code.")


class TotpConfirmationIn(In):
    code: ShortCode


class TotpRemovalIn(In):
    password: Password
    code: ShortCode = Field(description="Code of the authenticator app, or a recovery code.")


class RecoveryCodesOut(Out):
    recovery_codes: list[str] = Field(description="Each good for one sign-in; shown only now.")


class RegionOut(Out):
    id: UUID
    code: str
    name: str
    zone: Zone


class MyEmployeeOut(Out):
    id: UUID
    nip: str
    name: str
    unit_id: UUID | None
    unit_name: str | None
    position: str | None


class HeldRoleOut(Out):
    role: str
    unit_id: UUID | None = Field(description="The node where it is held; null for what only reaches oneself.")
    unit_name: str | None


class OtpStateOut(Out):
    confirmed: bool
    enrolment_required: bool
    recovery_codes_left: int


class MeOut(Out):
    account_id: UUID
    version: int
    login: str
    session_id: UUID | None
    region: RegionOut
    employee: MyEmployeeOut | None
    roles: list[HeldRoleOut]
    permissions: dict[str, list[str]] = Field(description="Each permission with how far it reaches.")
    otp: OtpStateOut


class CodesIn(In):
    purpose: CodePurpose
    employee_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=1000)
    unit_id: UUID | None = Field(
        default=None, description="Everyone of this branch whose account is in the state for it."
    )

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.employee_ids is None) == (self.unit_id is None):
            raise PydanticCustomError("CODES_TARGET_REQUIRED", "exactly one of employee_ids and unit_id")
        return self


class CodeOut(Out):
    employee_id: UUID
    nip: str
    name: str
    unit_name: str | None
    code: str
    expires_at: datetime


class RefusedOut(Out):
    employee_id: UUID
    code: str
    message: str


class CodesOut(Out):
    data: list[CodeOut] = Field(description="The codes are shown only now.")
    refused: list[RefusedOut]


class AccountAllowedOut(Out):
    action: AccountAction
    refused: str | None = Field(description="The code of what stands in the way; null when it may be done.")


class AccountRoleOut(Out):
    role: GrantedRole
    unit_id: UUID
    unit_name: str


class AccountOut(Out):
    id: UUID
    version: int
    login: str
    status: AccountStatus
    employee_id: UUID | None
    name: str | None
    otp_confirmed: bool
    password_changed_at: datetime | None
    roles: list[AccountRoleOut]
    allowed_actions: list[AccountAllowedOut]


class AccountFilter(Paging):
    status: AccountStatus | None = None
    role: GrantedRole | None = Field(default=None, description="Holds this role today.")
    q: Line | None = Field(default=None, description="Part of the name, or the beginning of the NIP.")


class GrantIn(In):
    id: UUID | None = None
    account_id: UUID
    role: GrantedRole
    unit_id: UUID
    valid_from: date
    valid_to: date | None = Field(default=None, description="The last day; left out: until further notice.")


class GrantOut(Out):
    id: UUID
    version: int
    account_id: UUID
    login: str
    name: str | None
    role: GrantedRole
    unit_id: UUID
    unit_name: str
    valid_from: date
    valid_to: date | None


class GrantFilter(Paging):
    account_id: UUID | None = None
    unit_id: UUID | None = None
    as_of: date | None = Field(default=None, description="Only what is valid on this day.")


class ClientIn(In):
    name: Line
    unit_id: UUID = Field(description="The node of the tree that the third party may see.")
    scopes: list[Line] = Field(min_length=1, max_length=50)


class ClientOut(Out):
    id: UUID
    version: int
    client_id: str
    name: str
    unit_id: UUID
    unit_name: str
    scopes: list[str]
    created_at: datetime
    revoked_at: datetime | None


class ClientWithSecretOut(ClientOut):
    client_secret: str = Field(description="Shown only now.")


class ClientTokenOut(Out):
    access_token: str
    token_type: str
    expires_in: int
    scope: str


class ServerMetadataOut(Out):
    issuer: str
    token_endpoint: str
    jwks_uri: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    service_documentation: str

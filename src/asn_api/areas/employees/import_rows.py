"""What a row of the export would do to the record that is there: nothing, create it, change these fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asn_api.areas.employees.portal import PortalRow
from asn_api.areas.employees.portal_rows import EmployeeValues, Message, Restricted, Severity
from asn_api.rules.imports import RowAction
from asn_api.rules.organization import PositionKind

HIDDEN = "changed"
"""Stands for the values of a restricted field."""

_ELSEWHERE = ("grade_code", "grade_since", "position", "unit_siasn_id", "restricted")
FIELDS = tuple(each.name for each in fields(EmployeeValues) if each.name not in _ELSEWHERE)
"""The fields that are columns of the employee's own row."""


@dataclass(frozen=True, slots=True)
class Post:
    """The definitive post that somebody holds last. `free_from` is where an earlier start is out of reach,

    because he or another holder of the seat had something else until then.
    """

    unit_siasn_id: str | None
    unit_name: str
    kind: PositionKind
    title: str
    is_head: bool
    since: date
    until: date | None
    free_from: date


@dataclass(frozen=True, slots=True)
class Held:
    """A grade, with the day before which another one was held."""

    code: str
    since: date
    free_from: date


@dataclass(frozen=True)
class Current:
    """What is known of an employee."""

    id: UUID
    version: int
    fields: Mapping[str, Any]
    restricted: Restricted
    post: Post | None
    grade: Held | None


@dataclass(frozen=True)
class UnitSeen:
    """A unit as it will be after the import. `holder_id` heads it now, on definitive terms."""

    name: str
    head_title: str
    holder_id: UUID | None


@dataclass
class Verdict:
    row: PortalRow
    action: RowAction
    current: Current | None = None
    heads: bool = False
    title: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)

    @property
    def values(self) -> EmployeeValues:
        if self.row.values is None:
            raise LookupError("a refused row has no values")
        return self.row.values


class People:
    """The known employees by their two numbers."""

    def __init__(self, known: Iterable[Current]) -> None:
        self._by_nip: dict[str, Current] = {}
        self._by_siasn_id: dict[str, Current] = {}
        for current in known:
            self._by_nip[current.fields["nip"]] = current
            if current.fields["siasn_id"]:
                self._by_siasn_id[current.fields["siasn_id"]] = current

    def meant(self, values: EmployeeValues) -> tuple[Current | None, bool]:
        """The employee of these values, and whether the two numbers name one person."""
        by_nip = self._by_nip.get(values.nip)
        by_id = self._by_siasn_id.get(values.siasn_id or "")
        return by_id or by_nip, by_nip is None or by_id is None or by_nip.id == by_id.id


def judge(rows: Sequence[PortalRow], people: People, units: Mapping[str, UnitSeen]) -> list[Verdict]:
    """The verdict on every row, in the file's order."""
    verdicts = []
    first_lines: dict[UUID, int] = {}
    for row in rows:
        verdict = Verdict(row, RowAction.REFUSE, messages=list(row.messages))
        verdicts.append(verdict)
        if row.values is None:
            continue
        current, is_one_person = people.meant(row.values)
        first = first_lines.setdefault(current.id, row.line) if current else row.line
        if not is_one_person or first != row.line:
            verdict.messages.append(_message(row.line, "nip_baru", "NIP_OF_ANOTHER", Severity.ERROR))
        else:
            verdict.current = current
            verdict.action = RowAction.CREATE if current is None else RowAction.CHANGE
    accepted = [verdict for verdict in verdicts if verdict.action is not RowAction.REFUSE]
    _seat_heads(accepted, units)
    for verdict in accepted:
        unit = units[verdict.values.unit_siasn_id]
        verdict.title = _title(verdict.values, verdict.heads, unit)
        if verdict.current is not None:
            verdict.changes = _changes(verdict, verdict.current, verdict.values, unit)
            if not verdict.changes:
                verdict.action = RowAction.UNCHANGED
    return verdicts


def _message(line: int, column: str, code: str, severity: Severity, **params: object) -> Message:
    return Message(line, column, code, severity, params, None)


def claims_seat(values: EmployeeValues, unit: UnitSeen) -> bool:
    """Heads are structural posts that carry their unit's id, or posts called what the unit calls its head."""
    post = values.position
    if post is None or not values.active:
        return False
    structural = post.kind is PositionKind.STRUCTURAL and post.siasn_id == values.unit_siasn_id
    return structural or (post.title or "").casefold() == unit.head_title.casefold()


def _seat_heads(accepted: Sequence[Verdict], units: Mapping[str, UnitSeen]) -> None:
    """One head per unit: who holds the seat keeps it, else the first line that claims it."""
    claims: dict[str, list[Verdict]] = {}
    in_file: dict[UUID, Verdict] = {}
    for verdict in accepted:
        values = verdict.values
        if verdict.current is not None:
            in_file[verdict.current.id] = verdict
        if claims_seat(values, units[values.unit_siasn_id]):
            claims.setdefault(values.unit_siasn_id, []).append(verdict)
    for unit_siasn_id, claimants in claims.items():
        unit = units[unit_siasn_id]
        holder = in_file.get(unit.holder_id) if unit.holder_id else None
        if unit.holder_id is not None and holder is None:
            winner = None
        elif holder is not None and (holder in claimants or not _leaves(holder)):
            winner = holder if holder in claimants else None
        else:
            winner = claimants[0]
        for verdict in claimants:
            verdict.heads = verdict is winner
            if not verdict.heads:
                verdict.messages.append(
                    _message(
                        verdict.row.line, "jabatan_id", "UNIT_TWO_HEADS", Severity.WARNING, name=unit.name
                    )
                )


def _leaves(holder: Verdict) -> bool:
    """Whether this row ends the holder's post: a row without a position leaves it as it is."""
    return not holder.values.active or holder.values.position is not None


def _changes(verdict: Verdict, current: Current, values: EmployeeValues, unit: UnitSeen) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in FIELDS:
        before, after = current.fields[name], getattr(values, name)
        if before != after and not (name == "siasn_id" and after is None):
            found[name] = [_plain(before), _plain(after)]
    before, after = found.pop("raw", ({}, {}))
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            found[f"raw.{name}"] = [before.get(name), after.get(name)]
    old, new = asdict(current.restricted), asdict(values.restricted)
    found |= {name: HIDDEN for name in new if old[name] != new[name]}
    found |= _grade_changes(current.grade, values)
    return found | _post_changes(current.post, verdict, values, unit)


def _grade_changes(held: Held | None, values: EmployeeValues) -> dict[str, Any]:
    if values.grade_code is None:
        return {}
    if held is None or held.code != values.grade_code:
        return {"grade_code": [held.code if held else None, values.grade_code]}
    if values.grade_since is not None and max(values.grade_since, held.free_from) != held.since:
        return {"grade_since": [held.since.isoformat(), values.grade_since.isoformat()]}
    return {}


def _post_changes(
    held: Post | None, verdict: Verdict, values: EmployeeValues, unit: UnitSeen
) -> dict[str, Any]:
    if not values.active:
        return {"position": [held.title, None]} if held is not None and held.until is None else {}
    wanted = values.position
    if wanted is None:
        return {}
    heads, title = verdict.heads, verdict.title
    open_post = held if held is not None and held.until is None else None
    if open_post is None:
        return {"unit": [None, unit.name], "position": [None, title]}
    found: dict[str, Any] = {}
    if open_post.unit_siasn_id != values.unit_siasn_id:
        found["unit"] = [open_post.unit_name, unit.name]
    if open_post.is_head != heads:
        found["is_head"] = [open_post.is_head, heads]
    if not (open_post.is_head and heads):
        if open_post.title != title:
            found["position"] = [open_post.title, title]
        if open_post.kind is not wanted.kind:
            found["position_kind"] = [open_post.kind.value, wanted.kind.value]
    since = wanted.since
    if since is not None and (found or max(since, open_post.free_from) != open_post.since):
        found["position_since"] = [open_post.since.isoformat(), since.isoformat()]
    return found


def _title(values: EmployeeValues, heads: bool, unit: UnitSeen) -> str:
    """What the post is called; who claims a seat in vain must not share its title."""
    post = values.position
    if heads or post is None:
        return unit.head_title
    title = post.title or _NAMELESS[post.kind]
    return f"{title} (anggota)" if claims_seat(values, unit) else title


_NAMELESS = {
    PositionKind.STRUCTURAL: "Jabatan Struktural",
    PositionKind.FUNCTIONAL: "Jabatan Fungsional",
    PositionKind.EXECUTIVE: "Pelaksana",
}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value

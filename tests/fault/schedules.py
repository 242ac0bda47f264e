"""What may happen in a schedule: every step is one line of a counter-example, so it is named for reading."""

from dataclasses import dataclass
from typing import TypeAlias

from hypothesis import strategies as st

from tests.fault.lines import Cut, Until
from tests.fault.network import FINE, Fault, Weather

PHONES = 3
"""Of the employee; each of his superiors has one."""

HEAD = 2
"""The number of the superior who heads the agency and sees its branch."""

ACTIVITY, EVIDENCE, PROGRESS = "activity", "evidence", "progress"


@dataclass(frozen=True)
class Record:
    """An activity is typed on a phone; `wrong` makes the server refuse it."""

    phone: int
    draft: bool = False
    wrong: bool = False


@dataclass(frozen=True)
class Attach:
    """A link is added to one of the activities that the phone shows."""

    phone: int
    pick: int
    wrong: bool = False


@dataclass(frozen=True)
class Report:
    """How far an indicator of the plan has come."""

    phone: int
    indicator: int
    wrong: bool = False


@dataclass(frozen=True)
class Edit:
    """Another text, or only another value beside it, for one of the records that the phone shows."""

    phone: int
    pick: int
    text: bool = True
    wrong: bool = False
    type: str = ACTIVITY


@dataclass(frozen=True)
class EditBoth:
    """Two phones change a record that both show, before either hears of the other; `same` field or not."""

    pick: int
    same: bool
    type: str = ACTIVITY


@dataclass(frozen=True)
class Move:
    phone: int
    pick: int
    action: str
    type: str = ACTIVITY


@dataclass(frozen=True)
class Reconsider:
    """The person hands an activity in, takes it back and changes it, all before the phone is heard of again."""

    phone: int
    pick: int
    text: bool


@dataclass(frozen=True)
class Amend:
    """The person looks at what was refused or clashes, and corrects, applies or gives up; `anew`: applies other
    values than the proposed ones."""

    phone: int
    pick: int
    give_up: bool
    anew: bool = False


@dataclass(frozen=True)
class Sync:
    phone: int
    faults: tuple[Fault, ...] = ()
    dies_after: int | None = None
    """The app is killed around its n-th write to the phone's own store."""
    at_once: int | None = None
    """How many operations the app sends in one request, if not all."""


@dataclass(frozen=True)
class SyncTogether:
    """Two phones of the same person at the same moment."""

    first: int
    second: int


@dataclass(frozen=True)
class Decide:
    """A direct superior verifies or sends back what his phone shows as submitted."""

    superior: int
    pick: int
    verify: bool


@dataclass(frozen=True)
class SuperiorSync:
    superior: int
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Transfer:
    """The employee moves to the other unit: reach changes from one superior to the other."""


@dataclass(frozen=True)
class Role:
    """The head of the agency gets a role at the other unit too, or loses it: his reach grows or shrinks."""

    held: bool


@dataclass(frozen=True)
class ClockSkew:
    phone: int
    hours: int


@dataclass(frozen=True)
class LateArrivals:
    """Delayed requests of a phone reach the server."""

    phone: int


@dataclass(frozen=True)
class BackUp:
    phone: int


@dataclass(frozen=True)
class Restore:
    """The phone goes back to its last backup, and whatever was typed since and not sent is gone with it."""

    phone: int


@dataclass(frozen=True)
class TimePasses:
    minutes: int


@dataclass(frozen=True)
class MonthsPass:
    """Tokens of pulls are too old then, sessions too, and the old day is closed."""


Step: TypeAlias = (
    Record | Attach | Report | Edit | EditBoth | Move | Reconsider | Amend | Sync | SyncTogether | Decide
    | SuperiorSync | Transfer | Role | ClockSkew | LateArrivals | BackUp | Restore | TimePasses | MonthsPass
)  # fmt: skip

phones = st.sampled_from([0, 0, 0, 1, 1, 2])
picks = st.sampled_from([0, 0, 0, 1, 1, 2])
rarely = st.sampled_from([False, False, False, True])
cuts = st.builds(Cut, st.sampled_from([None, None, None, *range(12)]), st.sampled_from(list(Until)))
weathers = st.sampled_from(list(Weather)[1:])
in_server = st.sampled_from([Weather.FINE, Weather.REQUEST_TWICE])
broken = st.one_of(
    st.builds(Fault, weathers),
    st.builds(Fault, in_server, st.none(), cuts),
    st.builds(Fault, in_server, st.integers(0, 60)),
)
faults = st.lists(st.one_of(st.just(FINE), broken), max_size=2).map(tuple)
deaths = st.sampled_from([None] * 14 + [*range(7)])

types = st.sampled_from([ACTIVITY] * 6 + [EVIDENCE, PROGRESS])
removals = st.builds(Move, phones, picks, st.just("delete"), st.sampled_from([EVIDENCE, PROGRESS]))

KINDS: dict[int, tuple[st.SearchStrategy[Step], ...]] = {
    1: (
        st.just(TimePasses(0)),
        st.sampled_from([*map(TimePasses, (1, 5, 20, 60)), MonthsPass(), MonthsPass()]),
        st.just(Transfer()),
        st.builds(Role, st.booleans()),
        st.builds(ClockSkew, phones, st.integers(-30, 30)),
        st.builds(BackUp, phones),
        st.builds(Restore, phones),
        st.builds(SyncTogether, phones, phones),
        st.builds(Report, phones, st.integers(0, 1), rarely),
        removals,
    ),
    2: (
        st.builds(LateArrivals, phones),
        st.builds(Decide, st.sampled_from([0, 0, 1]), picks, st.booleans()),
        st.builds(Move, phones, picks, st.sampled_from(["submit", "recall", "recall", "delete"])),
        st.builds(SuperiorSync, st.sampled_from([0, 1, HEAD, HEAD]), faults),
        st.builds(Attach, phones, picks, rarely),
    ),
    5: (
        st.builds(Record, phones, st.booleans(), rarely),
        st.builds(Edit, phones, picks, st.booleans(), rarely, types),
        st.builds(EditBoth, picks, st.booleans(), types),
        st.builds(Reconsider, phones, picks, st.booleans()),
        st.builds(Amend, phones, picks, st.booleans(), st.booleans()),
    ),
    14: (st.builds(Sync, phones, faults, deaths, st.sampled_from([None, None, None, 1, 2])),),
}
"""How often each comes up. The first of all is what a counter-example shrinks to, and is not worth a word."""

steps = st.sampled_from([kind for weight, kinds in KINDS.items() for kind in kinds * weight]).flatmap(
    lambda kind: kind
)
schedules = st.lists(steps, min_size=8, max_size=20).map(
    lambda drawn: [step for step in drawn if step != TimePasses(0)]
)

OPENING: tuple[Step, ...] = (Record(0, draft=True), Record(0), Sync(0), Sync(1))
"""Something that two phones know, so that they have something to disagree about."""

"""What may happen in a schedule: every step is one line of a counter-example, so it is named for reading."""

from dataclasses import dataclass
from typing import TypeAlias

from hypothesis import strategies as st

from tests.fault.lines import Cut, Until
from tests.fault.network import FINE, Fault, Weather

PHONES = 3
"""Of the employee; his two superiors have one each."""


@dataclass(frozen=True)
class Record:
    """Something new is typed on a phone; `wrong` makes the server refuse it."""

    phone: int
    draft: bool = False
    wrong: bool = False


@dataclass(frozen=True)
class Edit:
    """Another text, or only other minutes, for one of the records that the phone shows."""

    phone: int
    pick: int
    text: bool = True
    wrong: bool = False


@dataclass(frozen=True)
class Move:
    phone: int
    pick: int
    action: str


@dataclass(frozen=True)
class Amend:
    """The person looks at what was refused or clashes, and corrects, applies or gives up."""

    phone: int
    pick: int
    give_up: bool


@dataclass(frozen=True)
class Sync:
    phone: int
    faults: tuple[Fault, ...] = ()
    dies_after: int | None = None
    """The app is killed around its n-th write to the phone's own store."""


@dataclass(frozen=True)
class SyncTogether:
    """Two phones of the same person at the same moment."""

    first: int
    second: int


@dataclass(frozen=True)
class Decide:
    """A superior verifies or sends back what his phone shows as submitted."""

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


Step: TypeAlias = (
    Record | Edit | Move | Amend | Sync | SyncTogether | Decide | SuperiorSync | Transfer | ClockSkew
    | LateArrivals | BackUp | Restore | TimePasses
)  # fmt: skip

phones = st.sampled_from([0, 0, 0, 1, 1, 2])
picks = st.integers(0, 3)
cuts = st.builds(
    Cut, st.one_of(st.none(), st.none(), st.integers(0, 12)), st.sampled_from(list(Until))
)
broken = st.one_of(
    st.builds(Fault, st.sampled_from(list(Weather)[1:])),
    st.builds(Fault, st.sampled_from(list(Weather)[1:])),
    st.builds(Fault, st.sampled_from([Weather.FINE, Weather.REQUEST_TWICE]), st.none(), cuts),
    st.builds(Fault, st.sampled_from([Weather.FINE, Weather.REQUEST_TWICE]), st.integers(0, 60)),
)
faults = st.lists(st.one_of(st.just(FINE), broken, broken), max_size=3).map(tuple)
syncs = st.builds(Sync, phones, faults, st.one_of(st.none(), st.none(), st.integers(0, 6)))

steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(Record, phones, st.booleans(), st.sampled_from([False, False, False, True])),
    st.builds(Edit, phones, picks, st.booleans(), st.sampled_from([False, False, False, True])),
    st.builds(Edit, phones, picks, st.booleans()),
    st.builds(Move, phones, picks, st.sampled_from(["submit", "recall", "recall", "delete"])),
    st.builds(Amend, phones, picks, st.booleans()),
    syncs,
    syncs,
    syncs,
    st.builds(SyncTogether, phones, phones),
    st.builds(Decide, st.integers(0, 1), picks, st.booleans()),
    st.builds(SuperiorSync, st.integers(0, 1), faults),
    st.one_of(
        st.just(Transfer()),
        st.builds(ClockSkew, phones, st.integers(-30, 30)),
        st.builds(LateArrivals, phones),
        st.builds(BackUp, phones),
        st.builds(Restore, phones),
        st.builds(TimePasses, st.sampled_from([1, 5, 20, 60])),
    ),
)
schedules = st.lists(steps, min_size=3, max_size=24)

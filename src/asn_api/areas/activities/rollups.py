"""What a ledger's write adds to the sums of units' months and of verifiers' days."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from asn_api.rules.activities import ActivityAction
from asn_api.rules.entries import Place
from asn_api.rules.policy import ActivityPolicy
from asn_api.rules.rollups import decision, decision_changes, month_changes

Row = dict[str, Any]

DECIDING = frozenset({ActivityAction.VERIFY, ActivityAction.REJECT})


@dataclass
class Sums:
    """Told of every change of one write; each record's first state and its last one are what counts."""

    first: dict[UUID, Row | None] = field(default_factory=dict)
    _decisions: list[tuple[Row, dict[str, Any]]] = field(default_factory=list)

    def changed(self, id: UUID, before: Row | None) -> None:
        self.first.setdefault(id, before)

    def decided(self, row: Row, changes: dict[str, Any]) -> None:
        """`changes` are those of the journal: the facts of the decision are kept there."""
        self._decisions.append((row, changes))

    def months(self, rows: Mapping[UUID, Row]) -> list[Row]:
        changes = month_changes((before, rows.get(id)) for id, before in self.first.items())
        return [{"unit_id": unit, "month": month} | sums for (unit, month), sums in changes.items()]

    def days(
        self,
        today: date,
        policy: Callable[[date], ActivityPolicy],
        place: Callable[[Row], Place | None],
    ) -> Sequence[Row]:
        if not self._decisions:
            return []
        at_most, together = policy(today).bulk_decision_items, len(self._decisions)
        found = []
        for row, changes in self._decisions:
            facts = decision(row, policy(row["day"]), place(row), together=together, at_most=at_most)
            changes["decision"] = [None, facts]
            found.append(((row["verifier_id"], row["unit_id"], today), facts))
        return [
            {"verifier_id": verifier, "unit_id": unit, "day": day} | sums
            for (verifier, unit, day), sums in decision_changes(found).items()
        ]

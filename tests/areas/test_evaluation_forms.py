"""What a form of an evaluation costs: statements, and the words that they are made of."""

from datetime import date

import pytest

from asn_api.access.evaluation_scope import deciders, rater
from asn_api.core.mapping import uuid7
from asn_api.rules.plans import ResultKind
from tests.areas.evaluating import agreed_plan, opened
from tests.areas.test_evaluations import shown
from tests.areas.test_performance import statements
from tests.factories import City


@pytest.mark.parametrize("size", [1, 12])
async def test_the_number_of_statements_of_a_form_does_not_grow_with_the_plan(city: City, size: int) -> None:
    plan = await agreed_plan(city, kinds=(ResultKind.PRIMARY,) * size)
    evaluation = await opened(city, plan)
    with statements(city.database) as seen:
        await shown(city, "supervisor", evaluation)
    assert len(seen) == 15, "\n".join(seen)


def test_who_rates_is_worded_once_a_day_and_not_in_every_statement() -> None:
    """Wording it anew in each of the statements of a form took half of its time."""
    region, day = uuid7(), date(2026, 11, 20)
    assert rater(region, day) is rater(region, day)
    assert deciders(region, day) is deciders(region, day)
    assert str(rater(region, day)) == str(rater.__wrapped__(region, day))
    assert rater(region, day) is not rater(region, date(2026, 11, 21))

"""Shares of an activity among work results."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_api.rules.links import Share, check_links, split_minutes

shares = st.lists(st.integers(1, 10_000), min_size=1, max_size=20).map(
    lambda parts: [*(Decimal(n) / 10_000 for n in _cut(parts))]
)


def _cut(parts: list[int]) -> list[int]:
    """Whole ten-thousandths, each at least 1, that sum to 10,000."""
    total = sum(parts)
    cut = [max(1, n * 10_000 // total) for n in parts]
    cut[cut.index(max(cut))] += 10_000 - sum(cut)
    return cut


def codes(*given: str, most: int = 5) -> list[tuple[str, str]]:
    links = [Share(number, Decimal(share)) for number, share in enumerate(given)]
    return [(fault.pointer, fault.code) for fault in check_links(links, most)]


@pytest.mark.parametrize(
    "given",
    [(), ("1",), ("0.5", "0.5"), ("0.3333", "0.3333", "0.3334"), ("0.9999", "0.0001"), ("0.20",) * 5],
)
def test_shares_that_sum_to_one_are_accepted(given: tuple[str, ...]) -> None:
    assert codes(*given) == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (("0.5", "0.4999"), [("/links", "ACTIVITY_SHARES_NOT_WHOLE")]),
        (("0.5", "0.5001"), [("/links", "ACTIVITY_SHARES_NOT_WHOLE")]),
        (("0", "1"), [("/links/0/share", "ACTIVITY_SHARE_OUT_OF_RANGE")]),
        (("0.99999", "0.00001"), [(f"/links/{n}/share", "ACTIVITY_SHARE_OUT_OF_RANGE") for n in (0, 1)]),
        (("2", "-1"), [(f"/links/{n}/share", "ACTIVITY_SHARE_OUT_OF_RANGE") for n in (0, 1)]),
        (("0.1",) * 10, [("/links", "ACTIVITY_TOO_MANY_LINKS")]),
    ],
)
def test_what_is_wrong_with_shares_is_named(given: tuple[str, ...], found: list[tuple[str, str]]) -> None:
    assert codes(*given) == found


def test_a_result_is_named_once() -> None:
    twice = [Share("a", Decimal("0.5")), Share("a", Decimal("0.5"))]
    assert [each.code for each in check_links(twice, 5)] == ["ACTIVITY_LINK_TWICE"]


@pytest.mark.parametrize(
    ("minutes", "given", "parts"),
    [
        (100, ("1",), [100]),
        (100, ("0.3333", "0.3333", "0.3334"), [33, 33, 34]),
        (101, ("0.5", "0.5"), [51, 50]),
        (1, ("0.25", "0.25", "0.25", "0.25"), [1, 0, 0, 0]),
        (0, ("0.5", "0.5"), [0, 0]),
        (120, ("0.5", "0.25", "0.25"), [60, 30, 30]),
    ],
)
def test_minutes_are_split_by_largest_remainders(
    minutes: int, given: tuple[str, ...], parts: list[int]
) -> None:
    assert split_minutes(minutes, [Decimal(share) for share in given]) == parts


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1440), shares)
def test_no_minute_is_lost_or_doubled_by_splitting(minutes: int, given: list[Decimal]) -> None:
    parts = split_minutes(minutes, given)
    assert sum(parts) == minutes
    assert all(abs(part - minutes * share) < 1 for part, share in zip(parts, given, strict=True))

"""Ids sort by when they were made, also within a millisecond: lists by id show things in their order."""

from uuid import RFC_4122

from asn_api.core.mapping import uuid7


def test_ids_are_in_the_order_of_their_making() -> None:
    ids = [uuid7() for _ in range(10_000)]
    assert ids == sorted(set(ids))
    assert {(each.version, each.variant) for each in ids} == {(7, RFC_4122)}

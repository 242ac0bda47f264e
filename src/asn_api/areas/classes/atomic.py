"""Each item of a sending for itself, or all of them or none."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.errors import Problem

T = TypeVar("T")


class _Undone(Exception):
    """Takes the savepoint back."""


async def each_or_all(
    db: AsyncSession, run: Callable[[], Awaitable[list[T | Problem]]], *, atomic: bool
) -> list[T | Problem]:
    """What `run` gives; when `atomic` and something was refused, nothing of it is stored."""
    results: list[T | Problem] = []
    try:
        async with db.begin_nested():
            results = await run()
            if atomic and any(isinstance(each, Problem) for each in results):
                raise _Undone
    except _Undone:
        return [each if isinstance(each, Problem) else Problem("NOT_DONE_ATOMIC") for each in results]
    return results

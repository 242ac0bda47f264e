"""How a policy's values are read from JSON: typed, complete, each fault named."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeVar, get_type_hints

from asn_api.errors import Fault, Problem

Read = Callable[[Any], Any]
"""Turns a JSON value into a typed one; raises ValueError saying what is expected."""

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def whole(minimum: int, maximum: int | None = None) -> Read:
    def read(value: Any) -> int:
        too_big = maximum is not None and isinstance(value, int) and value > maximum
        if type(value) is not int or value < minimum or too_big:
            raise ValueError(f"{minimum}–{maximum}" if maximum is not None else f"≥ {minimum}")
        return value

    return read


def share(minimum: str, maximum: str) -> Read:
    """Decimal text: a JSON number would pass through binary fractions."""

    def read(value: Any) -> Decimal:
        try:
            number = Decimal(value) if isinstance(value, str) else Decimal("NaN")
            if number.is_finite() and Decimal(minimum) <= number <= Decimal(maximum):
                return number
        except ArithmeticError:
            pass
        raise ValueError(f'"{minimum}"–"{maximum}"')

    return read


def one_of(kind: type[E]) -> Callable[[Any], E]:
    def read(value: Any) -> E:
        if value not in list(kind):
            raise ValueError(" | ".join(kind))
        return kind(value)

    return read


def text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError('"…"')
    return value


def yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true | false")
    return value


def day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("YYYY-MM-DD") from None


def many(read_item: Callable[[Any], T], minimum: int = 0) -> Callable[[Any], tuple[T, ...]]:
    def read(value: Any) -> tuple[T, ...]:
        if not isinstance(value, list) or len(value) < minimum:
            raise ValueError("[…]")
        return tuple(read_item(item) for item in value)

    return read


def each_of(keys: Collection[E], read: Read) -> Callable[[Any], Mapping[E, Any]]:
    """An object with exactly these keys."""

    def read_all(value: Any) -> Mapping[E, Any]:
        if not isinstance(value, Mapping) or set(value) != set(keys):
            raise ValueError("{" + ", ".join(f'"{key}"' for key in keys) + "}")
        return {key: read(value[key]) for key in keys}

    return read_all


class PolicyArea:
    """Every field says how it is read from JSON; none has a default, because defaults are data too."""

    area: ClassVar[str]
    _readers: ClassVar[Mapping[str, Read]]

    def __init_subclass__(cls, *, area: str) -> None:
        hints = get_type_hints(cls, include_extras=True)
        cls.area = area
        cls._readers = {key: hints[key].__metadata__[0] for key in cls.__annotations__}

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> Self:
        """The policy from JSON values; POLICY_INVALID names every unknown, missing or ill-typed key."""
        faults = [
            Fault(f"/{key}", "POLICY_KEY_UNKNOWN", {"key": key, "allowed": ", ".join(sorted(cls._readers))})
            for key in values.keys() - cls._readers.keys()
        ]
        typed: dict[str, Any] = {}
        for key, read in cls._readers.items():
            if key not in values:
                faults.append(Fault(f"/{key}", "POLICY_KEY_MISSING", {"key": key}))
                continue
            try:
                typed[key] = read(values[key])
            except ValueError as wrong:
                faults.append(Fault(f"/{key}", "POLICY_VALUE_INVALID", {"key": key, "expected": str(wrong)}))
        if faults:
            raise Problem("POLICY_INVALID", faults=sorted(faults, key=lambda fault: fault.pointer))
        return cls(**typed)

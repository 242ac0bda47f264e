"""How many requests one principal or address may make: GCRA in memory, per process (decision 0007)."""

import time
from collections import OrderedDict

from fastapi import Request

from asn_api.errors import Problem

_TRACKED = 100_000


class Limiter:
    """`burst` requests at once, refilled over `period` seconds; keys that have refilled are forgotten."""

    def __init__(self, burst: int, period: float) -> None:
        self._burst = burst
        self._period = period
        self._step = period / burst
        self._full_at: OrderedDict[str, float] = OrderedDict()
        policy = f'"default";q={burst};w={period:.0f}'.encode()
        self._policy = (b"ratelimit-policy", policy)

    def admit(self, request: Request, key: str) -> None:
        """Count one request; 429 with Retry-After when the allowance is used up."""
        now = time.monotonic()
        full_at = max(self._full_at.get(key, now), now) + self._step
        remaining = int((self._period - (full_at - now)) / self._step)
        refused = full_at - now > self._period
        if not refused:
            self._full_at[key] = full_at
            self._full_at.move_to_end(key)
            while len(self._full_at) > _TRACKED:
                self._full_at.popitem(last=False)
        wait = max(1, round(self._step)) if refused else round(full_at - now)
        request.scope["asn_rate_limit"] = (
            self._policy,
            (b"ratelimit", f'"default";r={max(remaining, 0)};t={wait}'.encode()),
        )
        if refused:
            raise Problem("RATE_LIMITED", headers={"Retry-After": str(wait)})

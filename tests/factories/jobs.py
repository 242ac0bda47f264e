"""The queue of jobs, worked off at once."""

from dataclasses import replace

from fastapi import FastAPI

from asn_api.core.jobs import Means
from asn_api.core.queue import application, run_waiting
from asn_api.worker import JOBS

ASKED_FOR = [replace(job, every=None) for job in JOBS]
"""Without what the clock adds: that visits the regions of all tests."""


async def work_off(app: FastAPI) -> None:
    state = app.state
    means = Means(state.database, state.keyring, state.clock)
    await run_waiting(application(state.settings.libpq, ASKED_FOR, means))

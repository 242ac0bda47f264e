"""The worker process and the list of jobs."""

import asyncio
import logging
import signal

from asn_api.areas.assessments.jobs import TURN_ROUNDS
from asn_api.areas.certificates.jobs import EVALUATE_TRAINING, ISSUE_CERTIFICATES
from asn_api.areas.classes.jobs import TURN_CLASSES
from asn_api.areas.complaints import jobs as complaints
from asn_api.areas.credits.jobs import RECOMPUTE
from asn_api.areas.cycle.jobs import KEEP_COUNTS
from asn_api.areas.development.jobs import TELL_OF_SURVEYS
from asn_api.areas.employees.jobs import CHECK_IMPORT, COMMIT_IMPORT
from asn_api.areas.evaluations.jobs import (
    FINALISE_RATINGS,
    OPEN_EVALUATIONS,
    REMIND_OF_EVALUATIONS,
)
from asn_api.areas.files.jobs import CLEAN_UP, FORGET_OBJECTS
from asn_api.areas.identity.jobs import FORGET_EXPIRED
from asn_api.areas.monitoring import jobs as monitoring
from asn_api.areas.notifications.jobs import FORGET_OLD, REMIND
from asn_api.areas.performance.jobs import CLOSE_YEARS, END_PLANS, REMIND_OF_PLANS
from asn_api.areas.recommendations.jobs import RECOMMEND
from asn_api.areas.sync.jobs import FORGET_VIEWS
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.jobs import Job, Means
from asn_api.core.logging import install
from asn_api.core.objects import objects
from asn_api.core.queue import application, run_until
from asn_api.core.settings import Settings, settings

JOBS: tuple[Job, ...] = (
    CHECK_IMPORT,
    COMMIT_IMPORT,
    FORGET_EXPIRED,
    FORGET_VIEWS,
    END_PLANS,
    OPEN_EVALUATIONS,
    FINALISE_RATINGS,
    REMIND_OF_EVALUATIONS,
    CLOSE_YEARS,
    REMIND_OF_PLANS,
    REMIND,
    monitoring.REMIND,
    complaints.RECOMPUTE,
    complaints.CLOSE_SILENT,
    complaints.REMIND,
    complaints.FORGET_BYTES,
    complaints.FORGET_CODES,
    complaints.KEEP_FIGURES,
    FORGET_OLD,
    CLEAN_UP,
    FORGET_OBJECTS,
    TURN_ROUNDS,
    RECOMPUTE,
    KEEP_COUNTS,
    ISSUE_CERTIFICATES,
    EVALUATE_TRAINING,
    TURN_CLASSES,
    RECOMMEND,
    TELL_OF_SURVEYS,
)

log = logging.getLogger(__name__)


def run() -> None:
    """Until SIGTERM or Ctrl-C; a running job may finish first."""
    chosen = settings()
    install(chosen.log_level)
    # At INFO procrastinate tells every job several times, with all its arguments.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    asyncio.run(_run(chosen))


async def _run(chosen: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    database = Database(chosen)
    app = application(chosen.libpq, JOBS, Means(database, Keyring(chosen.keys), objects=objects(chosen)))
    log.info("the worker has started")
    try:
        await run_until(app, stop)
    finally:
        await database.stop()
    log.info("the worker has stopped")

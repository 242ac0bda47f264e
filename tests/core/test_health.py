"""Alive, ready, measured."""

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from asn_api.core import schema
from asn_api.core.database import Database
from asn_api.core.settings import Settings
from asn_api.main import create_app


async def test_the_process_is_alive_and_ready(anonymous: httpx.AsyncClient, app: FastAPI) -> None:
    assert (await anonymous.get("/livez")).json() == {"status": "alive"}
    ready = await anonymous.get("/readyz")
    assert ready.status_code == 200
    assert ready.headers["cache-control"] == "no-store"
    checks = ready.json()["checks"]
    assert (checks["database"], checks["migrations"], checks["queue"]) == ("ok", "current", "ok")
    assert checks["authority"] in {"listening", "asking each time"}


async def test_without_a_database_it_is_alive_but_not_ready(settings: Settings) -> None:
    app = create_app(settings)
    await app.state.database.start()
    await app.state.database.stop()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/livez")).status_code == 200
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "unreachable"


async def test_another_schema_is_not_ready(
    anonymous: httpx.AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.state.schema = None

    async def behind(_: object) -> str:
        return "behind"

    monkeypatch.setattr(schema, "state", behind)
    answer = await anonymous.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == "behind"
    monkeypatch.undo()
    assert (await anonymous.get("/readyz")).status_code == 200


async def test_metrics_tell_requests_pools_and_queue(
    anonymous: httpx.AsyncClient, database: Database
) -> None:
    async with database.engine.connect() as connection:
        job = "insert into jobs.procrastinate_jobs (queue_name, task_name) values ('measured', 'none')"
        await connection.execute(text(job))
        await connection.commit()
        try:
            shown = (await anonymous.get("/metrics")).text
        finally:
            await connection.execute(
                text("delete from jobs.procrastinate_jobs where queue_name = 'measured'")
            )
            await connection.commit()
    assert 'asn_jobs{queue="measured",status="todo"} 1.0' in shown
    assert 'asn_database_connections{pool="sessions",state="used"}' in shown
    assert "asn_authority_listening" in shown
    assert "asn_http_requests_total" in shown

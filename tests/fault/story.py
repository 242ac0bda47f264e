"""Plays a schedule, and notes beside it what people typed, what the server said and who may see what."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from tests.fault import schedules as s
from tests.fault.network import Fault
from tests.fault.phone import Phone
from tests.fault.world import Team, World

TODAY = "2026-11-20"
Json = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """An operation as it left the person's hand, and what the phone showed of the record before."""

    wire: Json
    seen: Json | None


class Story:
    def __init__(self, world: World, team: Team, folder: Path) -> None:
        self.world, self.team = world, team
        self.phones = [self._phone("employee", folder / f"phone{n}") for n in range(s.PHONES + 1)]
        self.superiors = [self._phone(f"superior{n}", folder / f"superior{n}") for n in range(2)]
        self.used = {0}
        self.moved = False
        self.made: dict[str, Made] = {}
        self.told: dict[str, list[Json]] = {}
        self.excused: set[str] = set()
        self.notified: list[tuple[str, UUID]] = []
        self._texts = count(1)

    def _phone(self, who: str, file: Path) -> Phone:
        way = self.world.way(f"phone-{secrets.token_hex(8)}")

        async def serve(request: httpx.Request, fault: Fault) -> httpx.Response:
            response, cut = await self.world.answer(way, request, fault)
            self.listen(who, request, response, cut)
            return response

        return Phone(self.world, self.team, who, file, serve)

    @property
    def everybody(self) -> list[Phone]:
        return [*self.phones, *self.superiors]

    @property
    def of_employee(self) -> list[Phone]:
        return [phone for number, phone in enumerate(self.phones) if number in self.used]

    @property
    def fetching(self) -> list[Phone]:
        """Who only reads: a new phone of the employee, and his superiors."""
        return [self.phones[-1], self.superiors[0], *self.superiors[1:][: self.moved]]

    # --- what is right, known without asking the server

    def reach(self, who: str) -> set[UUID]:
        """Whose records this person may see now: his own, and those of his reports."""
        reports = {
            "employee": set(),
            "superior0": set() if self.moved else {"employee"},
            "superior1": {"other", "employee"} if self.moved else {"other"},
        }[who]
        return {self.team.id(each) for each in {who, *reports}}

    def listen(self, who: str, request: httpx.Request, response: httpx.Response, cut: bool) -> None:
        """Judges every answer that leaves the server, whether it arrives or not."""
        path, status = request.url.path, response.status_code
        assert status < 500 or cut, f"{request.method} {path}: {status} {response.text}"
        if path == "/v1/sync/pull" and status == 200:
            reach = {str(id) for id in self.reach(who)}
            for each in response.json()["changes"]:
                if each["type"] == "notification":
                    self.notified.append((who, UUID(each["id"])))
                elif each["data"]:
                    assert owner_of(each["data"]) in reach, f"{who} got what he may not see: {each}"
        elif path == "/v1/sync/push" and status == 200:
            for each in response.json()["results"]:
                self.told.setdefault(each["op_id"], []).append(each)

    # --- the steps

    async def play(self, step: s.Step) -> None:
        self.world.now += timedelta(minutes=1)
        self.used.add(getattr(step, "phone", 0))
        match step:
            case s.Record():
                self._change(self.phones[step.phone], "put", "", self._values(step.wrong), not step.draft)
            case s.Edit():
                self._edit(self.phones[step.phone], step)
            case s.Move():
                phone = self.phones[step.phone]
                if (record := _picked(phone.store.shown(), step.pick)) is not None:
                    self._change(phone, step.action, record["id"], None)
            case s.Amend():
                await self._amend(self.phones[step.phone], step)
            case s.Sync():
                await self.phones[step.phone].sync(step.faults, step.dies_after)
            case s.SyncTogether():
                self.used |= {step.first, step.second}
                async with asyncio.TaskGroup() as both:
                    for number in {step.first, step.second}:
                        both.create_task(self.phones[number].sync())
            case s.SuperiorSync():
                await self.superiors[step.superior].sync(step.faults)
            case s.Decide():
                await self._decide(step)
            case s.Transfer():
                await self._transfer()
            case s.ClockSkew():
                self.phones[step.phone].skew = timedelta(hours=step.hours)
            case s.LateArrivals():
                await self.phones[step.phone].network.deliver_late()
            case s.BackUp():
                self.phones[step.phone].back_up()
            case s.Restore():
                self.excused.update(self.phones[step.phone].restore())
            case s.TimePasses():
                self.world.now += timedelta(minutes=step.minutes)

    def _values(self, wrong: bool) -> Json:
        number = next(self._texts)
        hour = 8 + number % 8
        return {
            "day": TODAY,
            "start_at": f"{TODAY}T{hour:02}:00:00+07:00",
            "end_at": f"{TODAY}T{hour:02}:30:00+07:00",
            "minutes": 31 if wrong else 1 + number % 30,
            "category": "PRIMARY",
            "description": f"Menyusun laporan bagian {number}",
            "output_quantity": "1",
            "output_unit": "dokumen",
            "place_type": "OFFICE",
        }

    def _change(self, phone: Phone, action: str, id: str, data: Json | None, submit: bool = True) -> None:
        seen = phone.store.shown().get(id)
        phone.store.change("activity", action, id, data, submit=submit)
        self._note(phone, seen)

    def _note(self, phone: Phone, seen: Json | None) -> None:
        """Remember what is new in the phone's queue."""
        for each in phone.store.operations():
            self.made.setdefault(each["op_id"], Made(each["wire"], seen))

    def _edit(self, phone: Phone, step: s.Edit) -> None:
        record = _picked(phone.store.shown(), step.pick)
        if record is None:
            return
        fresh = self._values(step.wrong)
        changed = ("description", "minutes") if step.text or step.wrong else ("output_unit",)
        if changed == ("output_unit",):
            fresh["output_unit"] = f"berkas {fresh['minutes']}"
        values = {name: record[name] for name in fresh} | {name: fresh[name] for name in changed}
        self._change(phone, "put", record["id"], values)

    async def _amend(self, phone: Phone, step: s.Amend) -> None:
        problems = phone.store.problems()
        if not problems:
            return
        problem = problems[step.pick % len(problems)]
        op_id = problem["op_id"]
        if problem["state"] == "REJECTED" and (step.give_up or problem["wire"]["action"] != "put"):
            phone.store.discard(op_id)
        elif problem["state"] == "REJECTED":
            seen = self.made[op_id].seen
            phone.store.correct(op_id, {**problem["wire"]["data"], **self._values(False)})
            self._note(phone, seen)
        else:
            await self._settle(phone, problem, step.give_up)

    async def _settle(self, phone: Phone, conflict: Json, give_up: bool) -> None:
        current = phone.held().get(conflict["id"])
        if current is None or give_up:
            given: Json = {"decision": "DISCARD"}
        else:
            given = {"decision": "APPLY", "base_version": current["version"]}
        path = f"/v1/sync/conflicts/{conflict['op_id']}/resolution"
        answer = await self.world.call(self.team, "employee", "POST", path, json=given)
        assert answer.status_code in (200, 404, 409, 412, 422), answer.text

    async def _decide(self, step: s.Decide) -> None:
        phone = self.superiors[step.superior]
        await phone.sync()
        waiting = {id: each for id, each in phone.held().items() if each["status"] == "SUBMITTED"}
        record = _picked(waiting, step.pick)
        if record is None:
            return
        action, given = ("verification", {}) if step.verify else ("rejection", {"comment": "Lengkapi dahulu"})
        answer = await self.world.call(
            self.team,
            phone.who,
            "POST",
            f"/v1/activities/{record['id']}/{action}",
            json=given,
            headers={"If-Match": f'"{record["version"]}"'},
        )
        assert answer.status_code in (200, 404, 409, 412), answer.text

    async def _transfer(self) -> None:
        if self.moved:
            return
        given = {
            "employee_id": str(self.team.id("employee")),
            "position_id": str(self.team.seat_elsewhere),
            "kind": "DEFINITIVE",
            "valid_from": TODAY,
            "ends_current": True,
        }
        answer = await self.world.call(self.team, "admin", "POST", "/v1/appointments", json=given)
        assert answer.status_code == 201, answer.text
        self.moved = True

    # --- the end

    async def heal(self) -> None:
        """The network is fine again: what was late arrives, and everybody syncs until nothing moves any more."""
        for phone in self.everybody:
            await phone.network.deliver_late()
        await self.world.settled()
        for _ in range(20):
            before = self._queues()
            for phone in self.of_employee:
                await self._synced(phone)
            if self._queues() == before:
                break
            self._wait_for_held()
        else:
            raise AssertionError("it never comes to rest")
        for phone in self.fetching:
            await self._synced(phone)
        for phone in self.of_employee:
            if phone.store.unconfirmed():
                await phone.client.confirm()

    def _queues(self) -> list[tuple[str, str]]:
        return [(e["op_id"], e["state"]) for phone in self.of_employee for e in phone.store.operations()]

    def _wait_for_held(self) -> None:
        """Until the phones may send again what the server held; their clocks are wrong by up to 30 hours."""
        queued = [each for phone in self.of_employee for each in phone.store.operations()]
        latest = max((each["not_before"] for each in queued), default=0)
        if latest:
            latest_here = datetime.fromtimestamp(latest, UTC) + timedelta(hours=31)
            self.world.now = max(self.world.now, latest_here)

    async def _synced(self, phone: Phone) -> None:
        for _ in range(3):
            # A session ends by a restored, older refresh token, and failed sign-ins slow down the next.
            if await phone.sync():
                return
            self.world.now += timedelta(minutes=20)
        raise AssertionError(f"{phone.who} cannot sync")

    def close(self) -> None:
        for phone in self.everybody:
            phone.close()


def owner_of(data: Json) -> str:
    return str(data["employee"]["id"] if "employee" in data else data["employee_id"])


def _picked(records: dict[str, Json], pick: int) -> Json | None:
    """Records are made in order of their ids, so the same pick means the same record when a schedule is repeated."""
    ordered = sorted(records)
    return records[ordered[pick % len(ordered)]] if ordered else None

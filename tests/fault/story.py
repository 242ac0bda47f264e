"""Plays a schedule, and notes beside it what people typed, what the server said and who may see what."""

import asyncio
import gzip
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from tests.fault import records
from tests.fault import schedules as s
from tests.fault.network import Fault
from tests.fault.phone import Phone
from tests.fault.records import SHAPES, Json
from tests.fault.world import Team, World

SUPERIORS = ("superior0", "superior1", "head")
PAGES = (500, 4, 2, 500), (500, 3, 4)
"""How many changes the employee's phones and the superiors' take at a time."""
MONTHS = timedelta(days=95)
HELD = timedelta(days=8)
QUIET = ("duplicate", "held", "rejected")


@dataclass(frozen=True)
class Made:
    """An operation as it left the person's hand, and what the phone showed of the record before."""

    wire: Json
    seen: Json | None


class Story:
    def __init__(self, world: World, team: Team, folder: Path) -> None:
        self.world, self.team = world, team
        self.folder = folder
        self._open: dict[str, Phone] = {}
        self.moved = False
        self.grant: str | None = None
        self.indicators: list[str] = []
        self.made: dict[str, Made] = {}
        self.order: dict[str, int] = {}
        self.told: dict[str, list[Json]] = {}
        self.excused: set[str] = set()
        self.proposed: dict[str, Json] = {}
        self.decided: dict[str, Json] = {}
        self.notified: list[tuple[str, UUID]] = []
        self.news = self.requests = 0
        self._numbers = count(1)

    def phone(self, number: int) -> Phone:
        """The last one is new: it is not used before all is over."""
        return self._phone("employee", number, PAGES[0][number])

    def superior(self, number: int) -> Phone:
        return self._phone(SUPERIORS[number], 0, PAGES[1][number])

    def _phone(self, who: str, number: int, page: int) -> Phone:
        name = f"{who}-{number}"
        if name not in self._open:
            way = self.world.way(f"phone-{secrets.token_hex(8)}")

            async def serve(request: httpx.Request, fault: Fault) -> httpx.Response:
                self.requests += 1
                self.news += request.url.path == "/v1/sync/push"
                response, cut = await self.world.answer(way, request, fault)
                self.listen(who, request, response, cut)
                return response

            self._open[name] = Phone(self.world, self.team, who, self.folder / name, serve, page)
        return self._open[name]

    @property
    def of_employee(self) -> list[Phone]:
        return [phone for phone in self._open.values() if phone.who == "employee"]

    @property
    def of_superiors(self) -> list[Phone]:
        return [phone for phone in self._open.values() if phone.who != "employee"]

    # --- what is right, known without asking the server

    def people(self, who: str) -> set[UUID]:
        """Whose records this person may see now: his own, and those of his reports."""
        reports = {
            "employee": set(),
            "superior0": set() if self.moved else {"employee"},
            "superior1": {"other", "employee"} if self.moved else {"other"},
            "head": {"superior0"},
        }[who]
        return {self.team.id(each) for each in {who, *reports}}

    def sees(self, who: str, type: str, employee_id: UUID, unit_id: UUID | None) -> bool:
        """Plans, conflicts and notifications are seen by person only; work also by where it was done."""
        if employee_id in self.people(who):
            return True
        branch = {self.team.agency, self.team.here} if who == "head" else set()
        if who == "head" and self.grant is not None:
            branch.add(self.team.there)
        return type in SHAPES and unit_id in branch

    def listen(self, who: str, request: httpx.Request, response: httpx.Response, cut: bool) -> None:
        """Judges every answer that leaves the server, whether it arrives or not."""
        path, status = request.url.path, response.status_code
        assert status < 500 or cut, f"{request.method} {path}: {status} {response.text}"
        if path == "/v1/sync/pull" and status == 200:
            for each in response.json()["changes"]:
                data = each["data"]
                if each["type"] == "notification":
                    self.notified.append((who, UUID(each["id"])))
                elif data:
                    unit = data.get("unit_id")
                    seen = self.sees(who, each["type"], owner_of(data), UUID(unit) if unit else None)
                    assert seen, f"{who} got what he may not see: {each}"
        elif path == "/v1/sync/push":
            results = response.json()["results"] if status == 200 else []
            sent = json.loads(gzip.decompress(request.content))["operations"] if results else []
            for wire, each in zip(sent, results, strict=True):
                self.told.setdefault(each["op_id"], []).append(each)
                if each["status"] == "conflict":
                    self.proposed.setdefault(each["op_id"], wire)
            # Nothing new for the other phones.
            self.news -= status < 500 and all(each["status"] in QUIET for each in results)

    # --- the steps

    @property
    def today(self) -> date:
        return (self.world.now + timedelta(hours=7)).date()

    async def play(self, step: s.Step) -> None:
        self.world.now += timedelta(minutes=1)
        phone = self.phone(getattr(step, "phone", 0))
        match step:
            case s.Record():
                values = records.activity(next(self._numbers), self.today, step.wrong)
                self._change(phone, "activity", "put", "", values, not step.draft)
            case s.Attach():
                if (record := self._picked(phone.store.shown(), step.pick)) is not None:
                    values = records.evidence(next(self._numbers), record["id"], step.wrong)
                    self._change(phone, "evidence", "put", "", values)
            case s.Report():
                self.indicators = self.indicators or await self.world.indicators(self.team)
                indicator = self.indicators[step.indicator]
                values = records.progress(next(self._numbers), indicator, step.wrong)
                self._change(phone, "progress", "put", "", values)
            case s.Edit():
                record = self._picked(phone.store.shown(step.type), step.pick)
                self._edit(phone, step.type, record, text=step.text, wrong=step.wrong)
            case s.EditBoth():
                self._edit_both(step)
            case s.Move():
                if (record := self._picked(phone.store.shown(step.type), step.pick)) is not None:
                    self._change(phone, step.type, step.action, record["id"], None)
            case s.Reconsider():
                record = self._picked(phone.store.shown(), step.pick)
                if record is not None and _open(record):
                    for action in ("submit", "recall"):
                        self._change(phone, "activity", action, record["id"], None)
                    self._edit(phone, "activity", record, text=step.text)
            case s.Amend():
                await self._amend(phone, step)
            case s.Sync():
                await phone.sync(step.faults, step.dies_after, step.at_once)
            case s.SyncTogether():
                async with asyncio.TaskGroup() as both:
                    for number in {step.first, step.second}:
                        both.create_task(self.phone(number).sync())
            case s.SuperiorSync():
                await self.superior(step.superior).sync(step.faults)
            case s.Decide():
                await self._decide(step)
            case s.Transfer():
                await self._transfer()
            case s.Role():
                await self._role(step.held)
            case s.ClockSkew():
                phone.skew = timedelta(hours=step.hours)
            case s.LateArrivals():
                await phone.network.deliver_late()
            case s.BackUp():
                phone.back_up()
            case s.Restore():
                self.excused.update(phone.restore())
            case s.TimePasses():
                self.world.now += timedelta(minutes=step.minutes)
            case s.MonthsPass():
                self.world.now += MONTHS

    def _picked(self, records: dict[str, Json], pick: int) -> Json | None:
        """In order of their making, so that the same pick means the same record when a schedule is repeated."""
        ordered = sorted(records, key=lambda id: self.order[id])
        return records[ordered[pick % len(ordered)]] if ordered else None

    def _change(
        self, phone: Phone, type: str, action: str, id: str, data: Json | None, submit: bool = True
    ) -> None:
        seen = phone.store.shown(type).get(id)
        phone.store.change(type, action, id, data, submit=submit)
        self._note(phone, seen)

    def _note(self, phone: Phone, seen: Json | None) -> None:
        """Remember what is new in the phone's queue."""
        for each in phone.store.operations():
            self.made.setdefault(each["op_id"], Made(each["wire"], seen))
            self.order.setdefault(each["id"], len(self.order))

    def _edit(
        self, phone: Phone, type: str, record: Json | None, *, text: bool = True, wrong: bool = False
    ) -> None:
        if record is not None:
            values = records.edited(type, record, next(self._numbers), text=text, wrong=wrong)
            self._change(phone, type, "put", record["id"], values)

    def _edit_both(self, step: s.EditBoth) -> None:
        first, second = self.phone(0), self.phone(1)
        known = first.store.shown(step.type), second.store.shown(step.type)
        common = {id: each for id, each in known[0].items() if _open(each) and _open(known[1].get(id))}
        if (record := self._picked(common, step.pick)) is not None:
            self._edit(first, step.type, record)
            self._edit(second, step.type, known[1][record["id"]], text=step.same)

    async def _amend(self, phone: Phone, step: s.Amend) -> None:
        problems = phone.store.problems() or self._proposed_elsewhere(phone)
        if not problems:
            return
        problem = problems[step.pick % len(problems)]
        op_id = problem["op_id"]
        if problem["state"] == "REJECTED" and (step.give_up or problem["wire"]["action"] != "put"):
            phone.store.discard(op_id)
        elif problem["state"] == "REJECTED":
            seen = self.made[op_id].seen
            type, data = problem["wire"]["type"], problem["wire"]["data"]
            phone.store.correct(op_id, records.anew(type, data, next(self._numbers)))
            self._note(phone, seen)
        else:
            await self._settle(phone, problem, step)

    @staticmethod
    def _proposed_elsewhere(phone: Phone) -> list[Json]:
        """Conflicts of the person's other phones, as this one has pulled them."""
        return [
            {name: each[name] for name in ("op_id", "type", "id")}
            | {"state": each["outcome"], "wire": {"data": each["data"]}}
            for each in phone.held("conflict").values()
            if each["outcome"] == "CONFLICT" and each["decision"] is None
        ]

    async def _settle(self, phone: Phone, conflict: Json, step: s.Amend) -> None:
        type, proposed = conflict["type"], conflict["wire"]["data"]
        current = phone.held(type).get(conflict["id"])
        if current is None or step.give_up:
            given: Json = {"decision": "DISCARD"}
        else:
            given = {"decision": "APPLY", "base_version": current["version"]}
            if step.anew and proposed is not None:
                given["data"] = records.anew(type, proposed, next(self._numbers))
        path = f"/v1/sync/conflicts/{conflict['op_id']}/resolution"
        answer = await self._call("employee", "POST", path, 200, 404, 409, 412, 422, json=given)
        if answer.status_code == 200 and "data" in given:
            self.decided[conflict["op_id"]] = given["data"]

    async def _call(self, who: str, method: str, path: str, *expected: int, **given: Any) -> httpx.Response:
        """With a browser over a quiet line."""
        self.news += 1
        answer = await self.world.call(self.team, who, method, path, **given)
        assert answer.status_code in expected, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    async def _decide(self, step: s.Decide) -> None:
        phone = self.superior(step.superior)
        await phone.sync()
        waiting = {id: each for id, each in phone.held("activity").items() if each["status"] == "SUBMITTED"}
        record = self._picked(waiting, step.pick)
        if record is None:
            return
        action, given = ("verification", {}) if step.verify else ("rejection", {"comment": "Lengkapi dahulu"})
        version = {"If-Match": f'"{record["version"]}"'}
        path = f"/v1/activities/{record['id']}/{action}"
        await self._call(phone.who, "POST", path, 200, 404, 409, 412, json=given, headers=version)

    async def _transfer(self) -> None:
        if self.moved:
            return
        given = {
            "employee_id": str(self.team.id("employee")),
            "position_id": str(self.team.seat_elsewhere),
            "kind": "DEFINITIVE",
            "valid_from": str(self.today),
            "ends_current": True,
        }
        await self._call("admin", "POST", "/v1/appointments", 201, json=given)
        self.moved = True

    async def _role(self, held: bool) -> None:
        if held == (self.grant is not None):
            return
        if self.grant is None:
            given = {
                "account_id": str(self.team.account("head")),
                "role": "REGIONAL_ADMIN",
                "unit_id": str(self.team.there),
                "valid_from": str(self.today),
            }
            made = await self._call("admin", "POST", "/v1/role-grants", 201, json=given)
            self.grant = made.json()["id"]
        else:
            path, version = f"/v1/role-grants/{self.grant}", {"If-Match": '"1"'}
            await self._call("admin", "DELETE", path, 204, headers=version)
            self.grant = None
        await self._known(held)

    async def _known(self, held: bool) -> None:
        """The server hears of it from the database, within a second or so."""
        async with asyncio.timeout(10):
            while True:
                answer = await self._call("head", "GET", "/v1/me", 200)
                if held == any(each["role"] == "REGIONAL_ADMIN" for each in answer.json()["roles"]):
                    return
                await asyncio.sleep(0.005)

    # --- the end

    async def heal(self) -> None:
        """The network is fine again: what was late arrives, and everybody syncs until nothing moves any more."""
        for phone in self._open.values():
            await phone.network.deliver_late()
        await self.world.settled()
        heard: dict[Phone, int] = {}
        week_passed = False
        for _ in range(20):
            before = self._queues()
            # Those who only listen come last, so that they have heard everything.
            for phone in sorted(self.of_employee, key=lambda phone: not phone.store.operations()):
                if heard.get(phone) != self.news or phone.store.batch():
                    await self._synced(phone)
                    heard[phone] = self.news
            if self._queues() == before and set(heard.values()) == {self.news}:
                if week_passed or not self._wait_for_held():
                    break
                # What still does not come is refused then.
                self.world.now += HELD
                week_passed = True
            self._wait_for_held()
        else:
            raise AssertionError("it never comes to rest")
        readers = [self.superior(0), self.superior(1)] if self.moved else []
        for phone in dict.fromkeys((self.phone(s.PHONES), *readers, *self.of_superiors)):
            await self._synced(phone)
        for phone in self.of_employee:
            if phone.store.unconfirmed():
                await phone.client.confirm()

    def fates(self) -> list[str]:
        """What became of each operation that was sent: the first answer that says more than that it has to wait."""
        plain = ("held", "duplicate")
        said = ([each["status"] for each in answers] for answers in self.told.values())
        return [next((each for each in statuses if each not in plain), statuses[0]) for statuses in said]

    def _queues(self) -> list[tuple[str, str]]:
        return [(e["op_id"], e["state"]) for phone in self.of_employee for e in phone.store.operations()]

    def _wait_for_held(self) -> bool:
        """Until the phones may send again what the server held, by the clocks that they have now; if it held any."""
        held = [
            datetime.fromtimestamp(each["not_before"], UTC) - phone.skew
            for phone in self.of_employee
            for each in phone.store.operations()
            if each["not_before"]
        ]
        self.world.now = max(self.world.now, *(each + timedelta(seconds=1) for each in held), self.world.now)
        return bool(held)

    async def _synced(self, phone: Phone) -> None:
        for _ in range(3):
            # A session ends by a restored, older refresh token, and failed sign-ins slow down the next.
            if await phone.sync():
                return
            self.world.now += timedelta(minutes=20)
        raise AssertionError(f"{phone.who} cannot sync")

    def close(self) -> None:
        for phone in self._open.values():
            phone.close()


def owner_of(data: Json) -> UUID:
    return UUID(data["employee"]["id"] if "employee" in data else data["employee_id"])


def _open(record: Json | None) -> bool:
    """Whether its owner may still change it, as far as the phone can tell."""
    return record is not None and record.get("status") in (None, "DRAFT", "REJECTED")

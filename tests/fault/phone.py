"""A phone in somebody's hand: the reference client, mortal and forgetful."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from examples.offline_client.client import Client, NotReached, Refused, SignInNeeded
from examples.offline_client.store import Store
from tests.fault.network import Fault, Network, Serve
from tests.fault.world import PASSWORD, Team, World, client


class Killed(BaseException):
    """The app is gone in mid-sentence."""


class MortalStore(Store):
    """Dies around its n-th write from now: before it, within it, or after it."""

    dies_after: int | None = None
    at_once: int | None = None

    def batch(self) -> list[dict[str, Any]]:
        return super().batch()[: self.at_once]

    @contextmanager
    def step(self) -> Iterator[None]:
        moment = self.dies_after
        if moment is not None:
            self.dies_after = moment - 3
            if moment == 0:
                raise Killed
        with super().step():
            yield
            if moment == 1:
                raise Killed
        if moment == 2:
            raise Killed


class PagedClient(Client):
    """Takes small pages, from the same first day whenever it begins."""

    page = 500

    async def _call(self, method: str, path: str, body: Any = None, params: Any = None) -> dict[str, Any]:
        if path == "/v1/sync/pull":
            params = {"limit": self.page, "from": "2026-11-01", **(params or {})}
        return await super()._call(method, path, body, params)


class Phone:
    def __init__(self, world: World, team: Team, who: str, file: Path, serve: Serve, page: int) -> None:
        self.world, self.team, self.who, self.file, self.page = world, team, who, file, page
        self.skew = timedelta()
        self.network = Network(serve)
        self.backup: bytes | None = None
        self.signed_out = False
        self.start()

    def start(self) -> None:
        self.store = MortalStore(self.file, lambda: self.world.now + self.skew)
        self.store.db.execute("pragma synchronous = off")
        self.client = PagedClient(self.store, client(self.network))
        self.client.page = self.page

    def die(self) -> None:
        """Nothing but the file survives."""
        self.store.db.close()
        self.start()

    def back_up(self) -> None:
        self.backup = self.store.db.serialize()

    def restore(self) -> list[str]:
        """The ids of the operations that only the lost state knew."""
        if self.backup is None:
            return []
        lost = {each["op_id"] for each in self.store.operations()}
        self.store.db.close()
        self.file.unlink()
        with sqlite3.connect(self.file) as copy:
            copy.deserialize(self.backup)
            keep = sqlite3.connect(self.file.with_suffix(".new"))
            copy.backup(keep)
            keep.close()
        copy.close()
        self.file.with_suffix(".new").rename(self.file)
        self.start()
        return sorted(lost - {each["op_id"] for each in self.store.operations()})

    async def sync(
        self, faults: tuple[Fault, ...] = (), dies_after: int | None = None, at_once: int | None = None
    ) -> bool:
        """Whether it went through."""
        self.network.ahead = list(faults)
        self.store.dies_after = dies_after
        self.store.at_once = at_once
        try:
            if self.signed_out:
                await self.sign_in()
            elif self.store.get("device") is None:
                session = await self.world.session(self.team, self.who)
                self.store.put(device=session.device, refresh_token=session.refresh_token)
                self.client.access = session.access_token
            await self.client.sync()
        except SignInNeeded:
            self.signed_out = True
            return False
        except (NotReached, Refused):
            return False
        except Killed:
            self.die()
            return False
        finally:
            self.network.ahead = []
            self.store.dies_after = None
        return True

    async def sign_in(self) -> None:
        city = self.team.city
        person = city.people[self.team.name(self.who)]
        await self.client.sign_in(city.region.code, person.nip, PASSWORD, "phone")
        self.signed_out = False

    def held(self, type: str) -> dict[str, dict[str, Any]]:
        """The server's records as this phone has them."""
        rows = self.store.db.execute("select id, version, data from records where type = ?", (type,))
        return {row["id"]: json.loads(row["data"]) | {"version": row["version"]} for row in rows}

    def close(self) -> None:
        self.store.db.close()
        self.file.unlink(missing_ok=True)

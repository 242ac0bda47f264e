"""Areas are imported when first asked for: a start brings only what is hot (decision 0036)."""

import asyncio
import gc
import logging
from collections.abc import Sequence
from importlib import import_module

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.1
PATIENCE = 10
"""Pauses that the import of an area waits for one without a request: it holds up everybody for its while."""


class Area:
    """A module with a `router`, and how the paths of its routes begin; `{}` is any one segment."""

    def __init__(self, module: str, *places: str, hot: bool = False) -> None:
        self.module, self.places, self.hot = module, places, hot

    def claims(self, path: str) -> bool:
        """Whether a route of this area may match the path."""
        asked = path.split("/")
        return any(
            len(asked) >= len(parts) and all(part in ("{}", asked[n]) for n, part in enumerate(parts))
            for parts in (place.split("/") for place in self.places)
        )


class Areas:
    """Puts an area's routes among the others once its module is imported, in the order of the areas.

    Everything happens within one step of the event loop: nobody sees half an area, and none is opened twice.
    """

    def __init__(self, app: Starlette, areas: Sequence[Area]) -> None:
        self._routes = app.router.routes
        self._areas = areas
        self._counts = dict.fromkeys(areas, 0)
        self.closed = list(areas)
        self._asked = False
        for area in areas:
            if area.hot:
                self._open(area)

    def _open(self, area: Area) -> None:
        routes = import_module(area.module).router.routes
        place = sum(self._counts[each] for each in self._areas[: self._areas.index(area)])
        # Not included but added flat: FastAPI walks a tree of routers anew for every request.
        self._routes[place:place] = routes
        self._counts[area] = len(routes)
        self.closed.remove(area)

    def open_for(self, path: str) -> None:
        """All that may have a route for the path; so 404, 405 and `Allow` are what they are with all areas."""
        self._asked = True
        for area in [each for each in self.closed if each.claims(path)]:
            self._open(area)

    def open_all(self) -> None:
        for area in [*self.closed]:
            self._open(area)

    async def open_later(self) -> None:
        """The others, one at a time. One that cannot be imported ends the process, as it would at the start."""
        while self.closed:
            await self._quiet()
            for area in self.closed[:1]:
                try:
                    self._open(area)
                except Exception:
                    log.critical("%s cannot be imported", area.module, exc_info=True)
                    raise SystemExit(1) from None
        # These objects stay for good, too: the collector need not look at them again.
        gc.freeze()

    async def _quiet(self) -> None:
        for _ in range(PATIENCE):
            self._asked = False
            await asyncio.sleep(PAUSE_SECONDS)
            if not self._asked:
                return


class AreaDoor:
    """Opens what a request asks for, before the routes are tried."""

    def __init__(self, app: ASGIApp, *, areas: Areas) -> None:
        self._app, self._areas = app, areas

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._areas.closed and scope["type"] == "http":
            self._areas.open_for(scope["path"])
        await self._app(scope, receive, send)

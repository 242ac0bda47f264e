"""Areas are imported when first asked for: a start brings only what is hot (decision 0036)."""

import asyncio
import gc
import logging
from collections.abc import Sequence
from importlib import import_module

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.05
"""Before each area that nobody waits for: its import holds up all requests."""


class Area:
    """A module with a `router`, and how the paths of its routes begin; `{}` is any one segment."""

    def __init__(self, module: str, *places: str, hot: bool = False) -> None:
        self.module, self.hot = module, hot
        self._places = [place.split("/") for place in places]

    def claims(self, path: str) -> bool:
        asked = path.split("/")
        return any(
            len(place) <= len(asked) and all(part in ("{}", asked[n]) for n, part in enumerate(place))
            for place in self._places
        )


class Areas:
    """Puts an area's routes among the others once its module is imported, in the order of the areas."""

    def __init__(self, app: Starlette, areas: Sequence[Area]) -> None:
        self._routes = app.router.routes
        self._sizes = dict.fromkeys(areas, 0)
        self.closed = list(areas)
        self._open([area for area in areas if area.hot])

    def _open(self, areas: Sequence[Area]) -> None:
        for area in areas:
            routes = import_module(area.module).router.routes
            before = list(self._sizes)[: list(self._sizes).index(area)]
            place = sum(self._sizes[each] for each in before)
            # Not included but added flat: FastAPI walks a tree of routers anew for every request.
            self._routes[place:place] = routes
            self._sizes[area] = len(routes)
            self.closed.remove(area)

    def open_for(self, path: str) -> None:
        """Every area that may have a route for the path: what is still closed cannot, so 404 and 405 are exact."""
        self._open([area for area in self.closed if area.claims(path)])

    def open_all(self) -> None:
        self._open([*self.closed])

    async def open_later(self) -> None:
        """The others, one at a time. One that cannot be imported ends the process, as it would at the start."""
        while self.closed:
            await asyncio.sleep(PAUSE_SECONDS)
            try:
                self._open(self.closed[:1])
            except Exception:
                log.critical("an area cannot be imported", exc_info=True)
                raise SystemExit(1) from None
        gc.freeze()


class AreaDoor:
    """Before the routes are tried: everything in one step of the event loop, so nobody sees half an area."""

    def __init__(self, app: ASGIApp, *, areas: Areas) -> None:
        self._app, self._areas = app, areas

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._areas.closed and scope["type"] == "http":
            self._areas.open_for(scope["path"])
        await self._app(scope, receive, send)

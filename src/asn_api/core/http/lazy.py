"""Routes that are matched at once but analysed when first used: most of a start was analysing (decision 0025)."""

import warnings
from collections.abc import Callable
from typing import Any

from fastapi.routing import APIRoute
from pydantic.warnings import UnsupportedFieldAttributeWarning
from starlette.routing import compile_path

# FastAPI silences it where it makes its adapters; those of our models are built when first used (core/wire.py).
warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)


class LazyRoute(APIRoute):
    """Knows its path and methods; parameters, models and handler are made by the first request or document."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        self._given: tuple[str, Callable[..., Any], dict[str, Any]] | None = (path, endpoint, given)
        self.path, self.endpoint = path, endpoint
        self.name = given.get("name") or endpoint.__name__
        self.methods = {method.upper() for method in given.get("methods") or ("GET",)}
        self.include_in_schema = given.get("include_in_schema", True)
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)

    def __getattr__(self, name: str) -> Any:
        """Python asks here only for what is missing: once the route is analysed, never again."""
        waiting = self.__dict__.get("_given")
        if waiting is None or name.startswith("__"):
            raise AttributeError(name)
        self._given = None
        path, endpoint, given = waiting
        try:
            super().__init__(path, endpoint, **given)
        except BaseException:
            self._given = waiting
            raise
        return getattr(self, name)

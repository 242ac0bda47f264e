"""The server's process: checks, then uvicorn. Without typer, which a server's start need not wait for."""

import sys

from pydantic import BaseModel

from asn_api.core.settings import StartupError, settings


def main() -> None:
    """`asn-api serve`: what stops it is told in one sentence, as the other commands do."""
    try:
        serve()
    except StartupError as error:
        sys.exit(f"asn-api: {error}")


def serve() -> None:
    _defer_the_documents_models()
    import uvicorn

    from asn_api.start_checks import check

    chosen = settings()
    check(chosen)
    uvicorn.run(
        "asn_api.main:create_app",
        factory=True,
        host=chosen.host,
        port=chosen.port,
        workers=chosen.workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(chosen.trusted_proxies),
        forwarded_allow_ips=list(chosen.trusted_proxies),
        # An open event stream would otherwise hold up the shutdown for ever.
        timeout_graceful_shutdown=10,
    )


def _defer_the_documents_models() -> None:
    """FastAPI's models of an OpenAPI document: built when somebody asks for it, not by every start."""
    BaseModel.model_config["defer_build"] = True
    import asn_api.core.http.lazy  # noqa: F401 (brings FastAPI, and nothing of ours that is a model)

    del BaseModel.model_config["defer_build"]

"""The pages for people: interactive documentation and the catalogue of errors, without any outside file."""

import hashlib
from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path

import orjson
from fastapi import FastAPI, Request, Response

from asn_api.errors import Kind, Language, catalogue

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES = {"css": "text/css", "js": "text/javascript", "html": "text/html", "json": "application/json"}

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/{style}.css">
</head>
<body>
{body}
</body>
</html>
"""

_INTERACTIVE = """<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/init.js"></script>"""

_MISSING = """<main><h1>asn_api</h1>
<p>The interactive documentation is not installed: <code>pip install asn-api[docs]</code> adds it.</p>
<p>The contract is at <a href="/openapi.json">/openapi.json</a>,
the errors are at <a href="/docs/problems">/docs/problems</a>.</p></main>"""

_INIT = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  persistAuthorization: false,
  validatorUrl: null,
});
"""

_STYLE = """body { font: 16px/1.5 system-ui, sans-serif; margin: 0; color: #1b1f24; background: #fff; }
main { max-width: 50rem; margin: 0 auto; padding: 1.5rem; }
h2 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
section { border-top: 1px solid #d0d7de; padding: 1rem 0; }
section:target { background: #fff8c5; }
p { margin: .35rem 0; }
.status { color: #57606a; font-weight: normal; }
"""

LANGUAGES: tuple[Language, ...] = ("id", "en")


async def contract(request: Request) -> Response:
    if not hasattr(request.app.state, "contract"):
        request.app.state.contract = orjson.dumps(request.app.openapi())
    return _file(request, request.app.state.contract, "json", 300)


async def docs(request: Request) -> Response:
    style, body = ("swagger-ui", _INTERACTIVE) if _swagger("swagger-ui.css") else ("pages", _MISSING)
    page = _PAGE.format(language="en", title="asn_api", style=style, body=body)
    return _file(request, page.encode(), "html", 300)


async def problems(request: Request) -> Response:
    return _file(request, _problems(), "html", 300)


async def style(request: Request) -> Response:
    return _file(request, _STYLE.encode(), "css", 86_400)


async def init(request: Request) -> Response:
    return _file(request, _INIT.encode(), "js", 86_400)


async def swagger_style(request: Request) -> Response:
    return _file(request, _swagger("swagger-ui.css"), "css", 86_400)


async def swagger_bundle(request: Request) -> Response:
    return _file(request, _swagger("swagger-ui-bundle.js"), "js", 86_400)


def _file(request: Request, content: bytes, kind: str, seconds: int) -> Response:
    if not content:
        return Response(status_code=404)
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={seconds}", "Content-Security-Policy": CSP}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=_TYPES[kind])


@cache
def _swagger(name: str) -> bytes:
    """A file of Swagger UI, which comes with fastapi-offline; empty when that is not installed."""
    package = find_spec("fastapi_offline")
    if package is None or package.origin is None:
        return b""
    return Path(package.origin).with_name("static").joinpath(name).read_bytes()


@cache
def _problems() -> bytes:
    entries = "\n".join(_entry(kind) for _, kind in sorted(catalogue().items()))
    body = f"<main>\n<h1>Kode kesalahan · Error codes</h1>\n{entries}\n</main>"
    return _PAGE.format(language="id", title="Kode kesalahan", style="pages", body=body).encode()


def _entry(kind: Kind) -> str:
    texts = "\n".join(_text(kind, language) for language in LANGUAGES)
    heading = f'<h2>{kind.code} <span class="status">{kind.status}</span></h2>'
    return f'<section id="{kind.code}">\n{heading}\n{texts}\n</section>'


def _text(kind: Kind, language: Language) -> str:
    title, detail = escape(kind.title[language]), escape(kind.detail[language])
    return f'<p lang="{language}"><strong>{title}.</strong> {detail}</p>'


PATHS = {
    "/openapi.json": contract,
    "/docs": docs,
    "/docs/problems": problems,
    "/docs/pages.css": style,
    "/docs/init.js": init,
    "/docs/swagger-ui.css": swagger_style,
    "/docs/swagger-ui-bundle.js": swagger_bundle,
}


def install(app: FastAPI) -> None:
    for path, endpoint in PATHS.items():
        # Plain routes: there is nothing to analyse, and nothing of them in the document.
        app.add_route(path, endpoint, include_in_schema=False)

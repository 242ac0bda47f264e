"""One content as JSON or XML: what is a list in JSON is an element with children of one name (Spark convention)."""

import re
from typing import Any
from xml.etree.ElementTree import Element, tostring

import orjson

from asn_api.areas.open311.schemas import Format

MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
}
_CHILDREN = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def written(form: Format, root: str, content: Any) -> bytes:
    if form == "json":
        return orjson.dumps(content)
    xml: bytes = tostring(_element(root, content), encoding="utf-8", xml_declaration=True)
    return xml


def _element(name: str, content: Any) -> Element:
    element = Element(name)
    if isinstance(content, dict):
        element.extend(_element(key, value) for key, value in content.items())
    elif isinstance(content, list):
        element.extend(_element(_CHILDREN[name], each) for each in content)
    elif isinstance(content, bool):
        element.text = str(content).lower()
    elif content is not None:
        element.text = _NOT_XML.sub("\ufffd", str(content))
    return element

"""The texts of notifications, filled at the moment of reading in the reader's language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from asn_api.errors import Language, fill
from asn_api.rules.notifications import NoticeKind

Texts = Mapping[str, str]


@cache
def texts() -> dict[NoticeKind, Texts]:
    """Title and body of each kind in both languages, from `notices.toml`."""
    file = resources.files("asn_api").joinpath("notices.toml")
    return {NoticeKind(kind): entry for kind, entry in tomllib.loads(file.read_text("utf-8")).items()}


def worded(kind: NoticeKind, params: Mapping[str, object], language: Language) -> dict[str, str]:
    entry = texts()[kind]
    return {
        "title": fill(entry[f"title_{language}"], params),
        "body": fill(entry[language], params),
    }

"""The locked dependencies: the image runs what the tests ran, and nothing says where to download it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FULL = (ROOT / "requirements.lock").read_text("utf-8")
RUNTIME = (ROOT / "requirements-runtime.lock").read_text("utf-8")


def pinned(lock: str) -> set[str]:
    return set(re.findall(r"^[a-z0-9][\w.-]*==[^ ;\\]+", lock, re.MULTILINE))


def test_the_image_gets_versions_that_were_tested() -> None:
    assert len(pinned(RUNTIME)) > 20
    assert pinned(RUNTIME) <= pinned(FULL)


def test_no_lock_names_an_address() -> None:
    for lock in (FULL, RUNTIME):
        assert "://" not in lock
        assert "--index" not in lock
        assert lock.count("--hash=sha256:") >= len(pinned(lock))

"""What the application is made of can be read without starting it."""

import pytest
from fastapi import FastAPI

from tests.architecture import operations


@pytest.fixture(scope="session")
def blueprint() -> FastAPI:
    return operations.blueprint()

"""Samples of the reference area: public."""

from tests.matrix import Build, Sample

SAMPLES: dict[str, Build] = {
    "list_vocabularies": lambda city: Sample(),
    "read_vocabulary": lambda city: Sample({"name": "grades"}),
    "list_problems": lambda city: Sample(),
}

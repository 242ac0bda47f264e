"""Tables are declared when they are needed, with all that they point to (decision 0036)."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import asn_api

SOURCE = Path(asn_api.__file__).parent

ALONE = """
import importlib, os, pkgutil
from asn_api import tables
from asn_api.core.mapping import Table

for module in pkgutil.iter_modules(tables.__path__, "asn_api.tables."):
    if os.fork() == 0:
        importlib.import_module(module.name)
        for table in Table.metadata.tables.values():
            for key in table.foreign_keys:
                try:
                    key.column
                except Exception as error:
                    print(f"{module.name}: {error}", flush=True)
        os._exit(0)
    os.wait()
"""


def test_a_module_of_tables_imports_those_it_points_to() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE], env=os.environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""


def test_who_looks_at_all_tables_declares_all_tables() -> None:
    looking = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "Table.metadata"
    }
    assert looking == {"tables/__init__.py"}, "take every_table() of asn_api.tables"

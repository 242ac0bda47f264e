"""No row is read without a checked permission: every query asks for the caller's Access."""

import ast
from collections.abc import Iterator
from pathlib import Path

import asn_api

AREAS = Path(asn_api.__file__).parent / "areas"

STATEMENTS = {"select", "insert", "update", "delete", "exists", "text", "execute", "scalar", "scalars", "get"}

WITHOUT_ACCESS: dict[str, str] = {
    "courses/queries.region_called": "public reading names its region by the code, before anybody is known"
}
"""`area/module.function` → why it may read without knowing who asks."""


def queries() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in sorted(AREAS.glob("*/*queries*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
                continue
            if reads(node):
                yield f"{path.parent.name}/{path.stem}.{node.name}", node


def reads(node: ast.AST) -> bool:
    """Orders and filters that name columns only are no queries; whatever states or runs SQL is one."""
    called = {ast.unparse(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
    return any(name.split(".")[-1] in STATEMENTS for name in called)


def demands_access(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """`access: Access` comes first, or right after the session or driver it runs on."""
    first = [*node.args.posonlyargs, *node.args.args][:2]
    return any(
        each.arg == "access" and each.annotation is not None and ast.unparse(each.annotation) == "Access"
        for each in first
    )


def test_every_query_demands_an_access() -> None:
    without = {name for name, node in queries() if not demands_access(node)}
    assert without == WITHOUT_ACCESS.keys()


def test_the_rule_sees_a_query_without_access() -> None:
    for source in (
        "def all_plans(db, region_id): ...",
        "def listed(access: Actor): ...",
        "def f(a, b, access: Access): ...",
    ):
        (node,) = ast.parse(source).body
        assert isinstance(node, ast.FunctionDef)
        assert not demands_access(node)
    (node,) = ast.parse("async def stored(db: AsyncSession, access: Access): ...").body
    assert isinstance(node, ast.AsyncFunctionDef)
    assert demands_access(node)

"""What the simulator stands on: federation reads time and draws chance in the two places that can be given others."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("service", "store", "http", "node/store", "archive", "recon")
FILES = ("tasks.py", "node/outbox.py", "node/claims.py", "node/idempotency.py", "node/memory.py", "node/disk.py")
MODULES = {"random", "secrets", "time", "uuid_utils"}
CALLS = {("os", "urandom"), ("datetime", "now"), ("datetime", "utcnow"), ("uuid", "uuid4"), ("uuid", "uuid7")}


def test_time_and_chance_come_from_where_a_simulation_can_give_them() -> None:
    """No module of the simulated part imports a clock or a source of chance of its own."""
    federation = ROOT / "federation"
    files = [path for part in PARTS for path in sorted((federation / part).rglob("*.py"))]
    found = [
        f"{path.relative_to(ROOT)}: {ast.unparse(node)}"
        for path in (*files, *(federation / name for name in FILES))
        for node in ast.walk(ast.parse(path.read_text()))
        if _is_own(node)
    ]
    assert found == []


def _is_own(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(each.name in MODULES for each in names)
        case ast.ImportFrom(module=str(module)):
            return module in MODULES
        case ast.Attribute(value=ast.Name(id=name), attr=attr):
            return (name, attr) in CALLS
        case _:
            return False

"""The portal's own modules as syntax trees, for what tests state of the code itself."""

import ast
import gc
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("portal", "policies", "applications", "review")


@cache
def syntax_trees() -> dict[Path, ast.Module]:
    """Every module of the portal and the bench by its path, without the migrations; read when first asked for."""
    # Millions of nodes that stay: the garbage collector need not walk them, now or later.
    gc.disable()
    trees = {
        path: ast.parse(path.read_text("utf-8"))
        for app in (*APPS, "bench")
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
    }
    gc.freeze()
    gc.enable()
    return trees

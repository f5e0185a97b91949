"""The portal's own modules as syntax trees, for what tests state of the code itself."""

import ast
import gc
import tokenize
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


def lines_of_code(path: Path) -> int:
    """How many lines of a module are neither empty nor comment nor docstring."""
    tree = syntax_trees()[path]
    documented = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    docstrings = {
        number
        for node in documented
        if ast.get_docstring(node) is not None
        for number in range(node.body[0].lineno, node.body[0].end_lineno + 1)
    }
    with path.open("rb") as source:
        tokens = [token for token in tokenize.tokenize(source.readline) if token.string.strip()]
    shown = [token for token in tokens if token.type not in (tokenize.COMMENT, tokenize.ENCODING)]
    return len({number for token in shown for number in range(token.start[0], token.end[0] + 1)} - docstrings)

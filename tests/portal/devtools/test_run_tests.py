"""Which modules run a second time, on SQLite, and which start servers of their own."""

import re

from portal.devtools.run_tests import ROOT, SQLITE_MODULES, modules_that_start_servers
from tests.sources import APPS

# What the two databases may do otherwise: SQL of our own, triggers stated as SQL, JSON and window functions, casts.
OWN_SQL = re.compile(r"\.vendor\b|\.cursor\(\)|\bRunSQL\(|\bCheck(Insert|Update)\(|\bKT\(|\bWindow\(|\bCast\(")


def test_every_app_with_sql_of_its_own_has_a_module_that_runs_on_sqlite():
    apps = {
        "/".join(path.relative_to(ROOT).parts[:2])
        for top in APPS
        for path in (ROOT / top).rglob("*.py")
        if OWN_SQL.search(path.read_text("utf-8"))
    }
    missing = {app for app in apps if not any(module.startswith(f"tests/{app}") for module in SQLITE_MODULES)}
    assert missing <= {"policies/engine", "portal/devtools", "portal/settings.py"}, (
        "add one module of each to SQLITE_MODULES"
    )
    assert len(apps) > 8


def test_the_modules_of_the_sqlite_and_the_browser_round_are_there():
    assert all((ROOT / module).exists() for module in SQLITE_MODULES)
    assert {"tests/browser/test_money.py", "tests/portal/jobs/test_worker.py"} < set(modules_that_start_servers())

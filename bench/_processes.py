"""What measurements share: programs in processes of their own, and tables filled by copies of a row."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_COMPARED = ROOT / ".venv-bench" / "bin" / "python"


def make_tables() -> None:
    """Make the tables as they are now, with the triggers of all migrations, without walking through these."""
    from django.apps import apps  # noqa: PLC0415 - settings are read from the environment that the parent made
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from portal.core.triggers import declared_triggers  # noqa: PLC0415

    declared = declared_triggers()
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    with connection.schema_editor() as editor:
        for (app_label, _, _), operation in declared.items():
            operation.apply(app_label, editor, apps)


def copy_rows(cursor: Any, row: Any, columns: dict[str, str], count: int, **values: Any) -> None:
    """Insert copies of a row; `columns` has an SQL expression for each column in which a copy differs."""
    names = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    chosen = ", ".join(columns.get(name, f"source.{name}") for name in names)
    table = row._meta.db_table
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {chosen} "  # noqa: S608 - names of the models' own columns
        f"FROM {table} AS source, generate_series(1, %(count)s) AS n WHERE source.id = %(source)s ORDER BY n",
        {"count": count, "source": row.pk} | values,
    )


def processor_seconds(group: int) -> float:
    """What the living processes of a group have used of the processors: the same however busy the machine is."""
    used = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in brackets, may hold spaces.
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group:
            used += int(fields[11]) + int(fields[12])
    return used / os.sysconf("SC_CLK_TCK")


class Figures:
    """What the runs of one side printed: the numbers of each name, in the order of the runs."""

    def __init__(self) -> None:
        self.found: dict[str, list[float]] = {}

    def add_portal(self, module: str, *arguments: object) -> None:
        """Run a module of this package."""
        self._add(sys.executable, "-m", module, *arguments)

    def add_compared(self, script: str, *arguments: object) -> None:
        """Run a script of this folder in the environment of what is compared, which `make bench` sets up."""
        self._add(_COMPARED, f"bench/{script}", *arguments)

    def _add(self, *command: object) -> None:
        done = subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            name, value = line.rsplit("\t", 1)
            self.found.setdefault(name, []).append(float(value))

    def least(self) -> dict[str, float]:
        """The least number of each name."""
        return {name: min(values) for name, values in self.found.items()}

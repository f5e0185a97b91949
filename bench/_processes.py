"""Measuring programs in processes of their own, which print a name, a tab and a number a line."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_OPENFISCA = ROOT / ".venv-bench" / "bin" / "python"


class Figures:
    """What the runs of one side printed: the numbers of each name, in the order of the runs."""

    def __init__(self) -> None:
        self.found: dict[str, list[float]] = {}

    def add_portal(self, module: str, *arguments: object) -> None:
        """Run a module of this package."""
        self._add(sys.executable, "-m", module, *arguments)

    def add_openfisca(self, script: str, *arguments: object) -> None:
        """Run a script of this folder in OpenFisca's environment, which `make bench` sets up."""
        self._add(_OPENFISCA, f"bench/{script}", *arguments)

    def _add(self, *command: object) -> None:
        done = subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            name, value = line.rsplit("\t", 1)
            self.found.setdefault(name, []).append(float(value))

    def least(self) -> dict[str, float]:
        """The least number of each name."""
        return {name: min(values) for name, values in self.found.items()}

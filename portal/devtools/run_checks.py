"""Everything that can be checked without running the tests; run by `make check`.

All checks run even when one fails: a person wants the whole list at once.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
SOURCES = ["portal", "policies", "applications", "review", "bench", "tests", "manage.py"]


def production_environment(data_dir: str) -> dict[str, str]:
    """Return settings as a bureau would run them, so that the deployment check means something."""
    kept = {
        key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "LC_ALL", "NOTICE_FONTS_DIR"}
    }
    return kept | {
        "SECRET_KEY": "".join(chr(33 + (7 * i) % 90) for i in range(80)),
        "PUBLIC_URL": "https://portal.example.gov.cn",
        "ALLOWED_HOSTS": "portal.example.gov.cn",
        "DATA_DIR": data_dir,
    }


def checks() -> list[tuple[str, list[str]]]:
    """Return every check's name and command, the longest first."""
    python = sys.executable
    return [
        ("mypy", [str(BIN / "mypy")]),
        ("ruff", [str(BIN / "ruff"), "check", *SOURCES]),
        ("ruff format", [str(BIN / "ruff"), "format", "--check", *SOURCES]),
        ("import-linter", [str(BIN / "lint-imports"), "--cache-dir", ".cache/import-linter"]),
        ("djlint", [str(BIN / "djlint"), "templates", "--lint", "--quiet"]),
        ("deployment", [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]),
        ("migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"]),
        ("bill of materials", [python, "-m", "portal.devtools.sbom"]),
        ("templates", [python, "-m", "portal.devtools.unused_templates"]),
    ]


def run_check(command: list[str], environment: dict[str, str]) -> tuple[bool, str, float]:
    """Run one check; return whether it passed, its output, and the seconds it took."""
    began = time.monotonic()
    result = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return result.returncode == 0, result.stdout, time.monotonic() - began


def main() -> int:
    """Run the checks, as many at once as there are cores; return 1 if one failed."""
    failed = []
    with tempfile.TemporaryDirectory() as data_dir, ThreadPoolExecutor(os.cpu_count()) as pool:
        environment = production_environment(data_dir)
        running = [(name, pool.submit(run_check, command, environment)) for name, command in checks()]
        for name, check in running:
            passed, output, seconds = check.result()
            print(f"{'passed' if passed else 'FAILED'}  {name} ({seconds:.1f} s)", flush=True)
            if not passed:
                print(output, flush=True)
                failed.append(name)
    if failed:
        print(f"==> Failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())

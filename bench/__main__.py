"""Run the measurements named on the command line, or all; print the ratios, write var/bench.json."""

import argparse
import importlib
import json
import os
import pkgutil
import platform
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bench

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "var" / "bench.json"


def measurements() -> dict[str, Any]:
    """Return the modules of this package that have a `run()`, by name."""
    found = {}
    for module in pkgutil.iter_modules(bench.__path__):
        if module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"bench.{module.name}")
        if callable(getattr(loaded, "run", None)):
            found[module.name] = loaded
    return found


def is_met(ratio: dict[str, Any]) -> bool:
    """Whether a ratio reaches its aim."""
    if ratio["better"] == "higher":
        return bool(ratio["value"] >= ratio["aim"])
    return bool(ratio["value"] <= ratio["aim"])


def print_ratios(name: str, ratios: dict[str, dict[str, Any]]) -> None:
    """Print one line for each ratio, with its aim."""
    for label, ratio in ratios.items():
        sign = "≥" if ratio["better"] == "higher" else "≤"
        verdict = "met" if is_met(ratio) else "NOT MET"
        print(f"{name:10} {label:60} {ratio['value']:9.3f}   aim {sign} {ratio['aim']:<7g} {verdict}", flush=True)


def main() -> int:
    """Return 0 when all measurements ran, whether or not the aims were met: a noisy machine is no error."""
    available = measurements()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of: {', '.join(available)}")
    chosen = parser.parse_args().names or list(available)
    if unknown := set(chosen) - set(available):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(available)}")
    results: dict[str, Any] = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    for name in chosen:
        began = time.monotonic()
        print(f"==> {name}", flush=True)
        result = available[name].run()
        print_ratios(name, result.get("ratios", {}))
        results[name] = result | {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - began, 1),
            "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "kernel": platform.release()},
        }
        RESULT.parent.mkdir(parents=True, exist_ok=True)
        RESULT.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(f"==> written to {RESULT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Run the measurements named on the command line, or all; print the ratios, write var/bench.json."""

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sys
import time
import traceback
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


def measure(name: str, measurement: Any) -> dict[str, Any] | None:
    """Run one measurement and print its ratios; None, with the error printed, where it breaks."""
    began = time.monotonic()
    print(f"==> {name}", flush=True)
    try:
        result: dict[str, Any] = measurement.run()
        print_ratios(name, result["ratios"])
    except Exception as error:  # noqa: BLE001 - whatever breaks one measurement, the others are still wanted
        traceback.print_exception(error)
        for output in (getattr(error, "stdout", None), getattr(error, "stderr", None)):
            print(output or "", end="", file=sys.stderr)
        print(f"{name:10} BROKE", flush=True)
        return None
    return result | {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - began, 1),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "kernel": platform.release()},
    }


def main() -> int:
    """Return 0 when all measurements ran and met their aims, 1 when an aim is not met, 2 when a measurement broke."""
    available = measurements()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of: {', '.join(available)}")
    chosen = parser.parse_args().names or list(available)
    if unknown := set(chosen) - set(available):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(available)}")
    results: dict[str, Any] = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    status = 0
    for name in chosen:
        result = measure(name, available[name])
        if result is None:
            status = 2
            continue
        if not all(map(is_met, result["ratios"].values())):
            status = max(status, 1)
        results[name] = result
        RESULT.parent.mkdir(parents=True, exist_ok=True)
        RESULT.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(f"==> written to {RESULT}")
    return status


if __name__ == "__main__":
    raise SystemExit(main())

"""Notices per CPU second, bytes a notice and peak memory, against WeasyPrint used naively.

Both sides print the same page from the same template and style rules. Naively means as its first example shows: the
full Noto CJK collections of the machine, and a new document with a new font configuration and parsed style each time.
Each side runs in its own process, several times in turn; the best run of each counts, as noise only ever slows.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 4
NOTICES = 25
PROGRAM = "import bench.notices as measured; measured.child()"


def run() -> dict[str, Any]:
    """Measure both sides in turn; seconds are CPU seconds, memory in MB, size in bytes."""
    runs: dict[str, list[dict[str, float]]] = {"portal": [], "naive": []}
    for _ in range(ROUNDS):
        for side, results in runs.items():
            results.append(_measure(side))
    best = {side: {key: min(result[key] for result in results) for key in results[0]} for side, results in runs.items()}
    portal, naive = best["portal"], best["naive"]
    return {
        **best,
        "ratios": {
            "notices per CPU second, against naive WeasyPrint": {
                "value": naive["seconds"] / portal["seconds"],
                "aim": 3,
                "better": "higher",
            },
            "bytes a notice, against naive WeasyPrint": {
                "value": portal["size"] / naive["size"],
                "aim": 0.25,
                "better": "lower",
            },
            "peak memory of the worker, against naive WeasyPrint": {
                "value": portal["memory"] / naive["memory"],
                "aim": 0.2,
                "better": "lower",
            },
        },
    }


def _measure(side: str) -> dict[str, float]:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "1", "BENCH_SIDE": side}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def child() -> None:
    """Print notices in this process, and say what they took: CPU seconds and bytes a notice, peak MB."""
    import django  # noqa: PLC0415 - only the measured process needs the portal

    django.setup()
    printer = {"portal": _portal, "naive": _naive}[os.environ["BENCH_SIDE"]]()
    printer(0)
    begun = time.process_time()
    size = sum(len(printer(number)) for number in range(1, NOTICES + 1))
    seconds = (time.process_time() - begun) / NOTICES
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "size": size / NOTICES, "memory": memory}))


def _sample(number: int) -> dict[str, Any]:
    from tests.review.notices.samples import grant  # noqa: PLC0415

    return grant(lines=1, number=f"无锡知资〔2026〕{number + 1}号")


def _portal() -> Callable[[int], bytes]:
    from review.notices.render import render_notice  # noqa: PLC0415

    return lambda number: render_notice(_sample(number))


def _naive() -> Callable[[int], bytes]:
    from django.template.loader import render_to_string  # noqa: PLC0415
    from weasyprint import HTML  # noqa: PLC0415

    from review.notices.qrcode import qr_data_uri  # noqa: PLC0415
    from review.notices.render import STYLE  # noqa: PLC0415
    from review.notices.snapshot import read_snapshot  # noqa: PLC0415

    style = STYLE.read_text()
    for ours, theirs in (
        ('"Notice Fang", "Notice Serif", "Notice Rare"', '"Noto Serif CJK SC"'),
        ('"Notice Title", "Notice Serif", "Notice Rare"', '"Noto Serif CJK SC"; font-weight: 700'),
        ('"Notice Hei", "Notice Serif", "Notice Rare"', '"Noto Sans CJK SC"'),
        ('"Notice Serif"', '"Noto Serif CJK SC"'),
    ):
        style = style.replace(ours, theirs)

    def printed(number: int) -> bytes:
        notice = read_snapshot(_sample(number))
        html = render_to_string(
            "notices/print/grant.html", {"notice": notice, "qr_code": qr_data_uri(notice.verification.url)}
        )
        content: bytes = HTML(string=html.replace("</head>", f"<style>{style}</style></head>")).write_pdf()
        return content

    return printed

"""Notices per CPU second, bytes a notice and peak memory, against WeasyPrint used naively.

Both sides print the same page from the same template and style rules. Naively means as its first example shows: the
full Noto CJK collections of the machine, and a new document with a new font configuration and parsed style each time.
Each side runs in its own process, several times in turn; the best run of each counts, as noise only ever slows.
"""

import os
import re
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from bench._processes import Figures

SMALL = {"size": 1, "rounds": 1}


def run(size: int = 25, rounds: int = 4) -> dict[str, Any]:
    """Measure both sides in turn, `size` notices a run; seconds are CPU seconds, memory in MB, size in bytes."""
    sides = {"portal": Figures(), "naive": Figures()}
    for _ in range(rounds):
        for side, figures in sides.items():
            figures.add_portal("bench.notices", side, size)
    best = {side: figures.least() for side, figures in sides.items()}
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


def child(side: str, size: int) -> None:
    """Print notices in this process, and what they took: CPU seconds and bytes a notice, peak MB."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "1"}
    import django  # noqa: PLC0415 - only the measured process needs the portal

    django.setup()
    printer = {"portal": _portal, "naive": _naive}[side]()
    printer(0)
    began = time.process_time()
    length = sum(len(printer(number)) for number in range(1, size + 1))
    print(f"seconds\t{(time.process_time() - began) / size}")
    print(f"size\t{length / size}")
    print(f"memory\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}")


def _sample(number: int) -> dict[str, Any]:
    from tests.review.notices.samples import grant  # noqa: PLC0415

    return grant(lines=1, number=f"无锡知资〔2026〕{number + 1}号")


def _portal() -> Callable[[int], bytes]:
    from review.notices.render import render_notice  # noqa: PLC0415

    return lambda number: render_notice(_sample(number))


def _naive() -> Callable[[int], bytes]:
    from weasyprint import HTML  # noqa: PLC0415

    from review.notices.letter import AREA, ROWS  # noqa: PLC0415
    from review.notices.render import STYLE, draw_letter  # noqa: PLC0415
    from review.notices.snapshot import read_snapshot  # noqa: PLC0415

    style = STYLE.read_text()
    for notice_face, machine_face in (
        ("Notice Fang", '"Noto Serif CJK SC"'),
        ("Notice Title", '"Noto Serif CJK SC"'),
        ("Notice Hei", '"Noto Sans CJK SC"'),
        ("Notice Latin", '"Noto Serif CJK SC"'),
    ):
        style = re.sub(rf'"{notice_face}"(, "Notice \w+")*', machine_face, style)

    def printed(number: int) -> bytes:
        letter, html = draw_letter(read_snapshot(_sample(number)), annex=False)
        row = f":root {{ --row: {AREA / (letter.rows or ROWS)}mm }}"
        content: bytes = HTML(string=html.replace("</head>", f"<style>{row}{style}</style></head>")).write_pdf()
        return content

    return printed


if __name__ == "__main__":
    child(sys.argv[1], int(sys.argv[2]))

"""Notices per CPU second against WeasyPrint used naively; seal, bytes and memory of a notice, bundles, two workers.

Both sides print the same page from the same template and style rules. Naively means as its first example shows: the
full Noto CJK collections of the machine, and a new document with a new font configuration and parsed style each time.
Each side runs in its own process, several times in turn; the best run of each counts, as noise only ever slows. typst
sets the same words on a page of the same size; its ratio stands beside the portal's.
"""

import base64
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench._processes import ROOT, Figures

SMALL = {"size": 1, "rounds": 1, "many": 2, "compare": False}
_IN_NAMES = "江南华创联恒信达远博蓝海云天星河金桥山太湖梁溪惠泰安盛宏图德润嘉禾永兴锦程瑞祥鼎峰凯旋卓越腾飞"
# How many notices a bundle for the print room has.
BUNDLE = 50


def run(size: int = 25, rounds: int = 4, many: int = 1000, *, compare: bool = True) -> dict[str, Any]:
    """Measure both sides in turn, `size` notices a run; seconds are CPU seconds, memory in MB, size in bytes.

    Then `many` notices in one process, and as many in two side by side. Without `compare` typst is left out.
    """
    sides = {"portal": Figures(), "naive": Figures()}
    typst = Figures()
    for _ in range(rounds):
        for side, figures in sides.items():
            figures.add_portal("bench.notices", side, size)
        if compare:
            _add_typst(typst, size)
    best = {side: figures.least() for side, figures in sides.items()}
    compared = typst.least()
    portal, naive = best["portal"], best["naive"]
    sealed, signing, bundle = Figures(), Figures(), Figures()
    sealed.add_portal("bench.notices", "sealed", size)
    signing.add_portal("bench.notices", "signing", size)
    bundle.add_portal("bench.notices", "bundle", min(size * 2, BUNDLE))
    lasting = Figures()
    lasting.add_portal("bench.notices", "lasting", many)
    one, two = _side_by_side(1, many), _side_by_side(2, many)
    best |= {"sealed": sealed.least(), "signing": signing.least()}
    best |= {"bundle": bundle.least(), "lasting": lasting.least()}

    def ratio(value: float, aim: float, better: str) -> dict[str, Any]:
        return {"value": value, "aim": aim, "better": better}

    beside: dict[str, Any] = {}
    if compare:
        best["typst"] = compared
        beside = {
            "typst's notices per CPU second, against naive": ratio(naive["seconds"] / compared["seconds"], 1, "higher")
        }
    return {
        **best,
        "ratios": {
            **beside,
            "notices per CPU second, against naive WeasyPrint": ratio(
                naive["seconds"] / portal["seconds"], 5, "higher"
            ),
            "CPU milliseconds of a seal": ratio(best["signing"]["seconds"] * 1000, 20, "lower"),
            "KB of a sealed notice": ratio(best["sealed"]["size"] / 1024, 90, "lower"),
            "KB a notice in a bundle": ratio(best["bundle"]["size"] / 1024, 8, "lower"),
            "MB of a worker that makes a bundle": ratio(best["bundle"]["memory"], 250, "lower"),
            "memory after many notices, against a tenth of them": ratio(best["lasting"]["growth"], 1.1, "lower"),
            "two workers, against one": ratio(one / two * 2, 1.7, "higher"),
        },
    }


def _add_typst(figures: Figures, size: int) -> None:
    """Have typst set the words of `size` notices."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "bench.notices", "words", str(size), folder],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        figures.add_compared("_typst_notices.py", folder, done.stdout.strip())


def write_words(size: int, folder: Path) -> None:
    """Write the words of so many notices as bench/_typst_notices.py reads them, and print the fonts' folder."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "1"}
    import django  # noqa: PLC0415 - as in `child`

    django.setup()
    from lxml import html  # noqa: PLC0415

    from review.notices.fonts import current_fonts  # noqa: PLC0415
    from review.notices.render import draw_letter  # noqa: PLC0415
    from review.notices.snapshot import read_snapshot  # noqa: PLC0415

    letters = []
    for number in range(1, size + 1):
        page = html.document_fromstring(draw_letter(read_snapshot(_sample(number)), annex=False)[1])
        mark = folder / f"{number}.png"
        mark.write_bytes(base64.b64decode(page.find(".//img").get("src").partition(",")[2]))
        words = {one.get("class", "").split(" ")[0]: one.text_content() for one in page.iter("p")}
        plain = [one.text_content() for one in page.iter("p") if one.get("class") in (None, "addressee")]
        letters.append(
            {
                "heads": list(page.find(".//h1").itertext()),
                "number": words["number"],
                "paragraphs": plain,
                "code": words["check"],
                "signature": words["signature"],
                "date": words["date"],
                "mark": mark.name,
            }
        )
    (folder / "letters.json").write_text(json.dumps(letters, ensure_ascii=False))
    print(current_fonts())


def _side_by_side(workers: int, size: int) -> float:
    """Seconds in which so many processes print `size` notices each."""
    command = [sys.executable, "-m", "bench.notices", "timed", str(size)]
    # In sessions of their own: Linux shares a busy processor by sessions, and two of one session get what one gets.
    running = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
        for _ in range(workers)
    ]
    said = [process.communicate()[0] for process in running]
    return max(float(text.split("\t")[1]) for text in said)


def child(side: str, size: int) -> None:
    """Print notices in this process, and what they took: CPU seconds and bytes a notice, peak MB."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "1"}
    import django  # noqa: PLC0415 - only the measured process needs the portal

    django.setup()
    sides = {
        "portal": _portal,
        "naive": _naive,
        "sealed": _sealed,
        "signing": _signing,
        "bundle": _bundle,
        "lasting": _portal,
        "timed": _portal,
    }
    printer = sides[side]()
    printer(0)
    if side == "timed":
        began = time.monotonic()
        for number in range(size):
            printer(number)
        print(f"seconds\t{time.monotonic() - began}")
        return
    if side == "bundle":
        print(f"size\t{len(printer(size)) / size}")
        print(f"memory\t{_peak()}")
        return
    began, length, early = time.process_time(), 0, 0.0
    for number in range(1, size + 1):
        length += len(printer(number))
        if number <= max(1, size // 10):
            early = _peak()
    print(f"seconds\t{(time.process_time() - began) / size}")
    print(f"size\t{length / size}")
    print(f"memory\t{_peak()}")
    print(f"growth\t{_peak() / early}")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _sample(number: int) -> dict[str, Any]:
    """A run's notice: each to another company, of another claim, right, day and sum."""
    from tests.review.notices.samples import grant  # noqa: PLC0415

    data = grant(lines=1, split=False, number=f"无锡知资〔2026〕{number + 1}号")
    name = "".join(_IN_NAMES[number * step % len(_IN_NAMES)] for step in (1, 7, 11)[: 2 + number % 2])
    data["party"] |= {"name": f"无锡{name}科技有限公司", "id": f"91320211MA1N{number % 1000000:06d}"}
    data["claim"] |= {
        "number": f"WX2026{number % 1000000:06d}",
        "submitted_on": f"2026-{1 + number % 9:02d}-{1 + number % 28:02d}",
    }
    data["verification"]["code"] = f"7KQM9X4TWB2HFN{number % 1000000:06d}"
    sum_of = f"{1000 + number * 37 % 4000}.{number % 100:02d}"
    data["lines"][0] |= {"right": f"ZL2017{number % 100000000:08d}.3", "approved": sum_of}
    return data | {"total": sum_of}


def _portal() -> Callable[[int], bytes]:
    from review.notices.render import render_notice  # noqa: PLC0415

    return lambda number: render_notice(_sample(number))


def _sealed() -> Callable[[int], bytes]:
    """As a worker makes them, with a seal for trial."""
    from review.notices.render import print_letter  # noqa: PLC0415

    seal = _trial_seal()
    return lambda number: seal(print_letter(_sample(number)))


def _signing() -> Callable[[int], bytes]:
    """The seal alone, on a letter that is printed before."""
    from review.notices.render import print_letter  # noqa: PLC0415

    seal, letter = _trial_seal(), print_letter(_sample(1))
    return lambda _: seal(letter)


def _trial_seal() -> Callable[[Any], bytes]:
    from django.conf import settings  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from review.notices.seals.offices import provider_of  # noqa: PLC0415
    from review.notices.seals.providers import SealContext  # noqa: PLC0415
    from review.notices.seals.trial import make_trial_seals  # noqa: PLC0415

    office = "无锡市知识产权局"
    with tempfile.TemporaryDirectory() as folder:
        make_trial_seals(Path(folder), [("320200", office)])
        settings.SEALS_FILE = Path(folder) / "seals.toml"
        seal = provider_of("320200")

    def sealed(letter: Any) -> bytes:
        return seal.seal(letter.content, letter.place, SealContext(office, "资助决定通知书", timezone.now())).content

    return sealed


def _bundle() -> Callable[[int], bytes]:
    from review.notices.render import print_bundle  # noqa: PLC0415

    return lambda count: print_bundle("<p>封面", [_sample(number) for number in range(max(count, 1))], style="")


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
    if sys.argv[1] == "words":
        write_words(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        child(sys.argv[1], int(sys.argv[2]))

"""Names and prose use the terms of docs/glossary.md; figures of speech that once stood for them do not return."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("portal", "policies", "applications", "review", "bench", "docs", "templates")
# What stood for what: a second implementation, an interface's entrance, layers and apps, propagation of ledgers.
FIGURES_OF_SPEECH = re.compile(
    r"\b(twins?|twin_\w+|knocks?|(ground|top) floors?|(the|one|our) house|rooms|this room|seat_of|is a bell)\b",
    re.IGNORECASE,
)


def test_no_figure_of_speech_stands_for_a_term() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for source in SOURCES
        for path in sorted((ROOT / source).rglob("*"))
        if path.suffix in {".py", ".md", ".html"}
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if FIGURES_OF_SPEECH.search(line)
    ]

    assert found == []


def test_every_name_in_the_glossary_exists() -> None:
    sources = "\n".join(path.read_text() for source in SOURCES[:4] for path in (ROOT / source).rglob("*.py"))
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    names = {name for row in glossary.splitlines() if row.startswith("|") for name in re.findall(r"`([^`]+)`", row)}
    missing = [
        name
        for name in sorted(names)
        if not (ROOT / name.replace(".", "/")).exists()
        and not (ROOT / f"{name.replace('.', '/')}.py").exists()
        and not re.search(rf"\b{re.escape(name)}\b", sources)
    ]

    assert len(names) > 40
    assert missing == []

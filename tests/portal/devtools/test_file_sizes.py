"""No Python file is longer than one reads at a time."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
FOLDERS = ("portal", "policies", "applications", "review", "bench", "tests")
MOST_LINES = 400


def test_no_python_file_has_more_than_400_lines():
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert len(lengths) > 500
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}

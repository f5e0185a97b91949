"""The bill of materials holds every package that is installed, with the hashes that pip compares."""

import re

import pytest

from portal.devtools.sbom import PINNED, bill_of_materials


def test_every_pinned_package_stands_in_the_document_with_version_and_hashes():
    text = PINNED.read_text()
    document = bill_of_materials(text)
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    pinned = re.findall(r"^(\S+)==(\S+) \\$", text, re.MULTILINE)
    assert [(one["name"], one["version"]) for one in document["components"]] == pinned
    assert sum(len(one["hashes"]) for one in document["components"]) == text.count("--hash=sha256:")
    assert document == bill_of_materials(text)
    assert document["serialNumber"] != bill_of_materials(text.replace(pinned[0][1], "9"))["serialNumber"]


def test_a_package_without_a_hash_is_named():
    with pytest.raises(ValueError, match="without version or hash: loose"):
        bill_of_materials("loose==1.0\n")

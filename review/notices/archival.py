"""PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1): how a notice can be read in fifty years, and be listened to.

Tests ask veraPDF of both ([decision 46](../../docs/decisions/0046-archival-paper-and-seals-of-state.md)).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pydyf

if TYPE_CHECKING:
    from weasyprint.css import ColorProfile
    from weasyprint.document import Document

_COLOURS = "notice-srgb"
# What WeasyPrint is asked for when it lays out and when it writes; it marks PDF/A alone, and PDF/UA is added.
ARCHIVAL: dict[str, Any] = {"pdf_variant": "pdf/a-2a", "pdf_tags": True, "output_intent": _COLOURS}
# PDF/A wants the one property described that its own schemas lack.
_ACCESSIBLE = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of PDF/UA</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


def write_archival(document: Document, *, finish: Callable[[pydyf.PDF], None] | None = None) -> bytes:
    """The bytes of a document that was laid out with the options `ARCHIVAL`; `finish` gets the file before that."""

    def finished(_: Document, pdf: pydyf.PDF) -> None:
        _mark_accessible(pdf)
        (finish or compress_once)(pdf)

    document.color_profiles[_COLOURS] = _colours()
    content: bytes = document.write_pdf(finisher=finished, **ARCHIVAL)
    return content


@lru_cache(maxsize=1)
def _colours() -> ColorProfile:
    """sRGB, read once: WeasyPrint's own option reads it for every document and leaves the file open."""
    from weasyprint.css import ColorProfile  # noqa: PLC0415 - as in `render`

    class Srgb(ColorProfile):
        """The profile as its file has it: what the library writes of one changes with every writing."""

        @property
        def content(self) -> bytes:
            return content

    content = (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()
    return Srgb(BytesIO(content), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))


def compress_once(pdf: pydyf.PDF) -> None:
    """Compress every stream now: the library does so whenever it is asked for its bytes, and asks twice for a name."""
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream):
            compressed(item)


def compressed(item: pydyf.Stream) -> pydyf.Stream:
    """The same stream, compressed if it is to be.

    At level 6, which takes half as long as the library's 9, and half a kilobyte more.
    """
    if item.compress:
        item.stream, item.extra = [zlib.compress(content_of(item), 6)], {**item.extra, "Filter": "/FlateDecode"}
    return item


def content_of(item: pydyf.Stream) -> bytes:
    """What a stream says, which is not compressed afterwards."""
    item.compress = False
    content: bytes = item.data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
    return content


def _mark_accessible(pdf: pydyf.PDF) -> None:
    """Say that the file follows PDF/UA-1, have readers show its title, and say what each head of a table is for."""
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    metadata.stream = [part.replace(b"</rdf:RDF>", _ACCESSIBLE) for part in metadata.stream]
    for row in (item for item in pdf.objects if isinstance(item, pydyf.Dictionary) and item.get("S") == "/TR"):
        cells = [pdf.objects[int(reference.split()[0])] for reference in row["K"]]
        heads = [cell for cell in cells if cell["S"] == "/TH"]
        for head in heads:
            head["A"]["Scope"] = "/Column" if len(heads) == len(cells) else "/Row"
    pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})

"""Files that nobody can open, and files that harm who opens them, are refused with the remedy."""

import io
import socket
import struct
import threading
import zipfile
import zlib

import pikepdf
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from pikepdf import Array, Dictionary, Name
from PIL import ImageFile

from portal.core import file_safety, isolated
from portal.core.errors import RefusedError
from portal.core.file_inspector import PROBLEMS, inspect
from portal.core.file_safety import REFUSALS, refuse_unsafe
from portal.core.files import EXCEL, PDF, WORD
from tests.files import make_image, make_office, make_pdf

PNG, JPEG = "image/png", "image/jpeg"
WHOLE = make_pdf(text="a page with enough words to be cut in two" * 200)


def script():
    return Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def link():
    return Dictionary(S=Name.URI, URI="https://example.org/")


def root(**entries):
    return lambda pdf: [pdf.Root.__setattr__(name, value) for name, value in entries.items()]


def page(**entries):
    return lambda pdf: [pdf.pages[0].__setattr__(name, value) for name, value in entries.items()]


def annotation(**entries):
    def add(pdf):
        made = pdf.make_indirect(
            Dictionary(**{"Type": Name.Annot, "Subtype": Name.Link, "Rect": [0, 0, 9, 9]} | entries)
        )
        pdf.pages[0].Annots = Array([made])

    return add


def attach(pdf):
    pdf.attachments["virus.exe"] = b"MZ"


def chain(pdf):
    """A harmless action that is followed by a script, by reference."""
    pdf.Root.OpenAction = Dictionary(S=Name.GoTo, D="here", Next=Array([pdf.make_indirect(link())]))


def huge_picture(pdf):
    picture = pdf.make_stream(b"x", Type=Name.XObject, Subtype=Name.Image, Width=60000, Height=60000)
    pdf.pages[0].Resources = Dictionary(XObject=Dictionary(Im0=picture))


def stream(**entries):
    return lambda pdf: pdf.Root.__setattr__("X", pdf.make_stream(b"x", Type=Name.XObject, **entries))


def no_pages():
    with pikepdf.new() as pdf:
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


def damaged_page():
    """A page whose compressed content is zeros, as an aborted download leaves it."""
    packed = zlib.compress(b"BT (words) Tj ET" * 500)
    whole = make_pdf(lambda pdf: pdf.pages[0].__setattr__("Contents", pdf.make_stream(packed, Filter=Name.FlateDecode)))
    return whole.replace(packed[20:60], bytes(40))


def huge_png(width=60000, height=60000):
    head = struct.pack("!IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 99)), (b"IEND", b"")]
    chunks = [struct.pack("!I", len(b)) + n + b + struct.pack("!I", zlib.crc32(n + b)) for n, b in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


PASSWORD = pikepdf.Encryption(user="secret", owner="secret")
OPENS_FREELY = pikepdf.Encryption(user="", owner="secret")
PICTURE, PHOTO = make_image("PNG", (300, 300)), make_image("JPEG", (300, 300))
ARCHIVE = make_office()
LINEAR = make_pdf(linearize=True)


def related(kind: str, mode: str = "External") -> dict[str, bytes]:
    """A part of an office file that names something of a kind outside of it."""
    return {"word/_rels/s.xml.rels": f'<Relationship Type="http://x/{kind}" Target="y" TargetMode="{mode}"/>'.encode()}


def field(*runs: str) -> dict[str, bytes]:
    """One with the code of a field, in several runs."""
    return {"word/f.xml": "".join(f"<w:instrText>{run}</w:instrText>" for run in runs).encode()}


WANTED = {
    "whole": (PDF, WHOLE, ""),
    "behind a printer's preamble": (PDF, b"\x1b%-12345X@PJL\r\n" + WHOLE, ""),
    "with a line after the end": (PDF, WHOLE + b"\r\n\0\0", ""),
    "protected from printing only": (PDF, make_pdf(encryption=OPENS_FREELY), ""),
    "with a link": (PDF, make_pdf(annotation(A=link())), ""),
    "opens at a page": (PDF, make_pdf(lambda p: root(OpenAction=Array([p.pages[0].obj, Name.Fit]))(p)), ""),
    "linearized": (PDF, LINEAR, ""),
    "password": (PDF, make_pdf(encryption=PASSWORD), "password"),
    "head alone": (PDF, b"%PDF-", "damaged"),
    "head and end": (PDF, b"%PDF-1.7\n%%EOF\n", "damaged"),
    "half": (PDF, WHOLE[: len(WHOLE) // 2], "damaged"),
    "all but the end": (PDF, WHOLE[:-300], "damaged"),
    "half of a linearized one": (PDF, LINEAR[: len(LINEAR) // 2], "damaged"),
    "zeros in a page": (PDF, damaged_page(), "damaged"),
    "a plan of two metres": (PDF, make_pdf(page(MediaBox=Array([0, 0, 5700, 2400]))), ""),
    "corners the other way round": (PDF, make_pdf(page(MediaBox=Array([595, 842, 0, 0]))), ""),
    "page without height": (PDF, make_pdf(page(MediaBox=Array([0, 0, 595, 0]))), "page_size"),
    "page of a point": (PDF, make_pdf(page(MediaBox=Array([0, 0, 1, 1]))), "page_size"),
    "page cut to nothing": (PDF, make_pdf(page(CropBox=Array([10, 10, 10, 500]))), "page_size"),
    "page of a kilometre": (PDF, make_pdf(page(MediaBox=Array([0, 0, 3_000_000, 842]))), "page_size"),
    "page that is huge by its unit": (PDF, make_pdf(page(UserUnit=1000)), "page_size"),
    "no pages": (PDF, no_pages(), "no_pages"),
    "script at opening": (PDF, make_pdf(root(OpenAction=script())), "script"),
    "script by name": (PDF, make_pdf(root(Names=Dictionary(JavaScript=Dictionary(Names=["a", script()])))), "script"),
    "script of an annotation": (PDF, make_pdf(annotation(AA=Dictionary(E=script()))), "script"),
    "script after another action": (
        PDF,
        make_pdf(annotation(A=Dictionary(S=Name.GoTo, D="x", Next=script()))),
        "script",
    ),
    "launch at a click": (PDF, make_pdf(annotation(A=Dictionary(S=Name.Launch, F="cmd.exe"))), "launch"),
    "address at opening": (PDF, make_pdf(root(OpenAction=link())), "launch"),
    "address after opening, by reference": (PDF, make_pdf(chain), "launch"),
    "address when a page is shown": (
        PDF,
        make_pdf(page(AA=Dictionary(O=link()))),
        "launch",
    ),
    "form that sends itself": (PDF, make_pdf(annotation(A=Dictionary(S=Name.SubmitForm, F="http://x"))), "launch"),
    "launch under another type": (
        PDF,
        make_pdf(annotation(A=Dictionary(Type=Name.StructElem, S=Name.Launch, F="cmd.exe"))),
        "launch",
    ),
    "stream that lies elsewhere": (PDF, make_pdf(stream(F="http://x/y")), "launch"),
    "page of another file": (PDF, make_pdf(stream(Subtype=Name.Form, Ref=Dictionary(F="a.pdf", Page=0))), "launch"),
    "script of a shell before": (PDF, b"#!/bin/sh\nrm -r x\n" + WHOLE, "mixed"),
    "script of a server before": (PDF, b"<?php x();?>" + WHOLE, "mixed"),
    "attached file": (PDF, make_pdf(attach), "embedded"),
    "attachment on a page": (PDF, make_pdf(annotation(Subtype=Name.FileAttachment)), "embedded"),
    "film": (PDF, make_pdf(annotation(Subtype=Name.RichMedia)), "embedded"),
    "dynamic form": (PDF, make_pdf(root(AcroForm=Dictionary(Fields=[], XFA="<xdp/>"))), "form"),
    "picture of 60000 by 60000 in it": (PDF, make_pdf(huge_picture), "pixels"),
    "web page before": (PDF, b"<html><script>alert(1)</script>" + WHOLE, "mixed"),
    "web page after": (PDF, WHOLE + b"<script>alert(1)</script>", "mixed"),
    "archive after": (PDF, WHOLE + ARCHIVE, "mixed"),
    "program before": (PDF, b"MZ" + WHOLE, "mixed"),
    "png": (PNG, PICTURE, ""),
    "jpeg": (JPEG, PHOTO, ""),
    "jpeg of four bytes": (JPEG, b"\xff\xd8\xff\xe0", "damaged"),
    "half a jpeg": (JPEG, PHOTO[: len(PHOTO) // 2], "damaged"),
    "png without its end": (PNG, PICTURE[: PICTURE.rindex(b"IEND") - 4], "damaged"),
    "png cut in its end": (PNG, PICTURE[: PICTURE.rindex(b"IEND") + 2], "damaged"),
    "jpeg without its end": (JPEG, PHOTO[:-2], "damaged"),
    "half a png": (PNG, PICTURE[: len(PICTURE) // 2], "damaged"),
    "png of 60000 by 60000": (PNG, huge_png(), "pixels"),
    "png of zeros": (PNG, b"\x89PNG\r\n\x1a\n" + bytes(64), "damaged"),
    "jpeg in four colours": (JPEG, make_image("JPEG", (30, 30), mode="CMYK"), ""),
    "png of 16 bits": (PNG, make_image("PNG", (30, 30), mode="I;16"), ""),
    "jpeg with a document": (JPEG, PHOTO + WHOLE, "mixed"),
    "jpeg with another archive": (JPEG, PHOTO + b"7z\xbc\xaf\x27\x1c" + bytes(99), "mixed"),
    "png with a program": (PNG, PICTURE + b"MZ" + bytes(2000), "mixed"),
    "jpeg with an archive": (JPEG, PHOTO + ARCHIVE, "mixed"),
    "jpeg with a web page": (JPEG, PHOTO + b"<script>alert(1)</script>", "mixed"),
    "word": (WORD, ARCHIVE, ""),
    "excel": (EXCEL, make_office("xl/workbook.xml", **{"xl/printerSettings/printerSettings1.bin": b"x"}), ""),
    "links that are followed by a click": (WORD, make_office(**related("hyperlink"), **field("HYPERLINK x")), ""),
    "half an archive": (WORD, ARCHIVE[: len(ARCHIVE) // 2], "damaged"),
    "archive with a wrong sum": (WORD, ARCHIVE.replace(zlib.compress(b"<document/>")[2:-4], b"\0" * 9), "damaged"),
    "program in it": (WORD, make_office(**{"word/embeddings/oleObject1.bin": b"x"}), "embedded"),
    "programs of other kinds in it": (WORD, make_office(**{"word/a.lnk": b"x"}), "embedded"),
    "web page in it": (WORD, make_office(**related("aFChunk", "Internal")), "launch"),
    "part that leaves its folder": (WORD, make_office(**{"../../x.xml": b"<x/>"}), "mixed"),
    "template elsewhere": (WORD, make_office(**related("attachedTemplate", "Internal")), "launch"),
    "picture elsewhere": (WORD, make_office(**related("image")), "launch"),
    "field that starts a program": (WORD, make_office(**field("DDE", "AUTO c:\\cmd.exe")), "launch"),
    "cell that starts a program": (EXCEL, make_office("xl/workbook.xml", **{"xl/e.xml": b"<ddeLink x=''/>"}), "launch"),
    "field that fetches a text": (WORD, make_office(**field("INCLUDE", "TEXT http://x/y")), "launch"),
    "macros of old": (EXCEL, make_office("xl/workbook.xml", **{"xl/macrosheets/sheet1.xml": b"<x/>"}), "launch"),
    "data that refresh themselves": (
        EXCEL,
        make_office("xl/workbook.xml", **{"xl/connections.xml": b"<connection refreshOnLoad='1'/>"}),
        "launch",
    ),
    "template elsewhere, in disguise": (WORD, make_office(**related("attachedTempl&#97;te", "Extern&#97;l")), "launch"),
    "relationships in wide characters": (
        WORD,
        make_office(**{"word/_rels/u.xml.rels": related("image")["word/_rels/s.xml.rels"].decode().encode("utf-16")}),
        "damaged",
    ),
    "a flood of unfinished relationships": (
        WORD,
        make_office(**{"word/_rels/u.xml.rels": b"<Relationship " * 100_000}),
        "",
    ),
    "entities behind spaces": (WORD, make_office(**{"word/m.xml": b" " * 5000 + b"<!DOCTYPE x []><x/>"}), "damaged"),
    "entities": (WORD, make_office(**{"word/more.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"}), "damaged"),
}


@pytest.mark.parametrize(("media_type", "content", "problem"), WANTED.values(), ids=WANTED)
def test_each_file_has_its_problem(monkeypatch, media_type, content, problem):
    # What prints notices lets half pictures pass in its own process.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    assert inspect(media_type, content) == problem


def test_a_bomb_of_an_archive_is_not_unpacked():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.xml", bytes(90 * 1024 * 1024))
    assert inspect(WORD, bomb.getvalue()) == "complex"


def test_every_problem_has_words_that_name_the_file_and_a_remedy():
    assert set(REFUSALS) == set(PROBLEMS)
    assert all("“{name}”" in words and "请" in words for words in REFUSALS.values())


def refused(content=WHOLE, media_type=PDF):
    with pytest.raises(RefusedError) as caught:
        refuse_unsafe("证书.pdf", SimpleUploadedFile("证书.pdf", content), media_type=media_type)
    return str(caught.value)


@pytest.fixture(autouse=True)
def _nothing_seen_before():
    cache.clear()
    file_safety._inspect.cache_clear()
    yield
    # What a broken inspector said of a file is not to be believed by the next tests.
    file_safety._inspect.cache_clear()


def test_a_file_is_opened_in_a_process_of_its_own_once(monkeypatch):
    asked = []
    real = isolated.subprocess.run
    monkeypatch.setattr(isolated.subprocess, "run", lambda *a, **k: asked.append(a) or real(*a, **k))
    file = SimpleUploadedFile("证书.pdf", WHOLE)
    for _ in range(2):
        refuse_unsafe("证书.pdf", file, media_type=PDF)
    assert file.read() == WHOLE
    assert len(asked) == 1
    assert "打开密码" in refused(make_pdf(encryption=PASSWORD))


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import time; time.sleep(60)", "未能检查完"),
        ("x = bytes(3 * 1024 ** 3)", "未能检查完"),
        ("import os; os.abort()", "未能检查完"),
    ],
)
def test_a_file_that_takes_too_long_or_too_much_or_ends_the_process_is_refused(tmp_path, monkeypatch, program, words):
    hostile = tmp_path / "inspector.py"
    hostile.write_text(program)
    monkeypatch.setattr(file_safety.file_inspector, "__file__", str(hostile))
    monkeypatch.setattr(file_safety, "_MAX_CPU_SECONDS", 1)
    assert words in refused()


def test_an_inspector_that_cannot_start_refuses_with_words(monkeypatch):
    monkeypatch.setattr(isolated.sys, "executable", "/nonexistent/python")
    assert "暂时无法检查" in refused()


class Scanner:
    """A stand-in for clamd: reads one stream as its manual says, and answers."""

    def __init__(self, answer: bytes) -> None:
        self.answer, self.received = answer, b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while size := struct.unpack("!L", stream.read(4))[0]:
                self.received += stream.read(size)
            connection.sendall(self.answer)

    def close(self) -> None:
        self.thread.join(5)
        self.listener.close()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"stream: OK\0", ""),
        (b"stream: Eicar-Test-Signature FOUND\0", "含有病毒"),
        (b"INSTREAM size limit exceeded. ERROR\0", "暂时无法检查"),
        (b"", "暂时无法检查"),
    ],
    ids=["clean", "infected", "too large for it", "no answer"],
)
def test_a_file_passes_the_scanner_or_is_refused(settings, answer, words):
    content = make_pdf(text="x" * 200_000)
    scanner = Scanner(answer)
    settings.CLAMD_ADDRESS = scanner.address
    if words:
        assert words in refused(content)
    else:
        refuse_unsafe("证书.pdf", SimpleUploadedFile("证书.pdf", content), media_type=PDF)
    scanner.close()
    assert scanner.received == content


@pytest.mark.parametrize("address", ["127.0.0.1:9", "/nonexistent/clamd.sock", "nonsense"])
def test_a_scanner_that_is_away_refuses_with_words(settings, address):
    settings.CLAMD_ADDRESS = address
    assert "暂时无法检查" in refused()

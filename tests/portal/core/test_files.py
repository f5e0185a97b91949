"""Private files: in a folder or in a bucket, whole or not at all, and handed out only as they were kept."""

import hashlib
import os
from pathlib import Path
from urllib.parse import unquote

import boto3
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from moto.server import ThreadedMotoServer

from portal.core.files import (
    FileChangedError,
    delete_file,
    file_response,
    keep_bytes,
    keep_file,
    kept_name,
    open_file,
)

CONTENT = b"%PDF-1.4\n" + bytes(range(256)) * 2000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
FOLDER = {"BACKEND": "portal.core.files.PrivateFolder"}


@pytest.fixture(scope="module")
def bucket():
    """A server that speaks S3, with an empty bucket; its address and the bucket's name."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=address, **keys).create_bucket(Bucket="private")
    yield address, "private"
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def private(request, settings, tmp_path):
    """Both kinds of storage, empty or of other tests' files."""
    settings.PRIVATE_DIR = tmp_path
    chosen = FOLDER
    if request.param == "bucket":
        address, name = request.getfixturevalue("bucket")
        options = {"bucket_name": name, "endpoint_url": address, "region_name": "us-east-1", "file_overwrite": True}
        options |= {"access_key": "test", "secret_key": "test", "default_acl": None}
        chosen = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"private": chosen}


def upload(content=CONTENT):
    return SimpleUploadedFile("通知.pdf", content)


def read(name, content=CONTENT):
    with open_file(name, sha256=hashlib.sha256(content).hexdigest()) as file:
        return file.read()


@pytest.mark.usefixtures("private")
class TestEitherStorage:
    def test_an_upload_is_kept_under_its_hash_however_often_it_comes(self):
        for _ in range(2):
            kept = keep_file(upload(), folder="evidence")
            assert (kept.sha256, kept.size) == (DIGEST, len(CONTENT))
        assert read(kept_name("evidence", kept.sha256)) == CONTENT

    def test_an_empty_file_is_kept_as_all_others(self):
        kept = keep_file(upload(b""), folder="evidence")
        assert read(kept_name("evidence", kept.sha256), b"") == b""

    def test_bytes_under_a_name_replace_what_was_there(self):
        for content in (b"first", b"second"):
            keep_bytes("notices/2026/CODE.pdf", content)
        assert read("notices/2026/CODE.pdf", b"second") == b"second"

    def test_another_file_in_the_place_is_noticed(self):
        keep_bytes("notices/2026/CODE.pdf", CONTENT + b" ")
        with pytest.raises(FileChangedError):
            open_file("notices/2026/CODE.pdf", sha256=DIGEST)

    def test_what_was_destroyed_is_gone_and_may_be_destroyed_again(self):
        keep_bytes("evidence/gone", CONTENT)
        for _ in range(2):
            delete_file("evidence/gone")
        with pytest.raises(FileNotFoundError):
            open_file("evidence/gone", sha256=DIGEST)

    @pytest.mark.parametrize(("as_attachment", "begins"), [(True, "attachment"), (False, "inline")])
    def test_a_response_names_length_type_and_file(self, as_attachment, begins):
        kept = keep_file(upload(), folder="evidence")
        response = file_response(
            kept_name("evidence", kept.sha256),
            sha256=kept.sha256,
            filename="通知（盖章件）.pdf",
            media_type="application/pdf",
            as_attachment=as_attachment,
        )
        assert response.getvalue() == CONTENT
        assert response["Content-Length"] == str(len(CONTENT))
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith(begins)
        assert "通知（盖章件）.pdf" in unquote(response["Content-Disposition"])
        assert response["X-Content-Type-Options"] == "nosniff"
        response.file_to_stream.close()

    @pytest.mark.parametrize("content", [None, CONTENT + b" "], ids=["missing", "changed"])
    def test_a_file_that_is_missing_or_changed_is_not_there(self, content):
        delete_file("evidence/harmed")
        if content is not None:
            keep_bytes("evidence/harmed", content)
        with pytest.raises(Http404):
            file_response("evidence/harmed", sha256=DIGEST, filename="a.pdf", media_type="application/pdf")


@pytest.fixture
def folder(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    settings.STORAGES = settings.STORAGES | {"private": FOLDER}
    return tmp_path


def test_a_folder_holds_the_file_alone_where_it_always_lay(folder):
    keep_file(upload(), folder="calls")
    assert [path for path in folder.rglob("*") if path.is_file()] == [folder / "calls" / DIGEST[:2] / DIGEST]


def test_a_full_disk_leaves_no_file(folder, monkeypatch):
    def full_disk(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        keep_bytes("notices/2026/CODE.pdf", CONTENT)
    assert [path for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd"])
def test_no_name_leads_out_of_the_folder(folder, name):
    with pytest.raises(Exception, match="(?i)path|traversal|outside"):
        keep_bytes(name, b"x")
    assert not (Path(folder).parent / "outside").exists()

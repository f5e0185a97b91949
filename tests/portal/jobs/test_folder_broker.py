"""The broker of folders: what is half written, damaged or foreign is put aside, and the next message comes."""

import json
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from portal.jobs.folder_broker import TAKEN, UNREADABLE

QUEUE = "celery"
MESSAGE = {"body": "W10=", "headers": {}, "properties": {"delivery_tag": "1"}}
DAMAGED = {
    "empty": b"",
    "half": b'{"body": "W10=", "hea',
    "not text": b"\xff\xfe\x00",
    "no object": b"[]",
    "no properties": b'{"body": ""}',
    "no tag": b'{"body": "", "properties": {}}',
    "nothing but null": b"null",
}


@pytest.fixture
def channel(tmp_path):
    queue = tmp_path / "queue"
    options = {"data_folder_in": queue, "data_folder_out": queue, "control_folder": tmp_path / "control"}
    with Connection("folder://localhost/", transport_options={name: str(at) for name, at in options.items()}) as broker:
        yield broker.channel()


def folder_of(channel) -> Path:
    return Path(channel.data_folder_in)


def test_messages_come_once_and_in_order(channel):
    for tag in "123":
        channel._put(QUEUE, MESSAGE | {"properties": {"delivery_tag": tag}})
    assert channel._size(QUEUE) == 3
    assert [channel._get(QUEUE)["properties"]["delivery_tag"] for _ in range(3)] == ["1", "2", "3"]
    with pytest.raises(Empty):
        channel._get(QUEUE)
    assert list(folder_of(channel).iterdir()) == []


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_message_is_put_aside_and_the_next_one_comes(channel, content):
    channel._put(QUEUE, MESSAGE)
    (folder_of(channel) / f"0_damaged.{QUEUE}.msg").write_bytes(content)
    assert channel._get(QUEUE) == MESSAGE
    with pytest.raises(Empty):
        channel._get(QUEUE)
    assert [path.suffix for path in folder_of(channel).iterdir()] == [UNREADABLE]


def test_a_folder_in_a_messages_place_and_a_missing_folder_stop_nothing(channel):
    folder = folder_of(channel)
    (folder / f"0_folder.{QUEUE}.msg").mkdir(parents=True)
    channel._put(QUEUE, MESSAGE)
    assert channel._get(QUEUE) == MESSAGE
    for path in folder.iterdir():
        path.rmdir()
    folder.rmdir()
    with pytest.raises(Empty):
        channel._get(QUEUE)


def test_a_message_is_never_seen_under_its_name_before_it_is_whole(channel, monkeypatch):
    seen = []

    def write_half(path, text, **_):
        seen.extend(entry.name for entry in path.parent.iterdir() if entry.suffix == ".msg")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", write_half)
    with pytest.raises(OSError, match="No space"):
        channel._put(QUEUE, MESSAGE)
    assert seen == []
    assert list(folder_of(channel).iterdir()) == []


@pytest.mark.parametrize("content", [b"", b'[["a", "b"', b"3", b"[3]"])
def test_a_damaged_table_of_bindings_is_written_anew(channel, content):
    table = Path(channel.control_folder) / "celery.exchange"
    table.parent.mkdir()
    table.write_bytes(content)
    assert channel.get_table("celery") == []
    for _ in range(2):
        channel._queue_bind("celery", "celery", "", QUEUE)
    assert json.loads(table.read_text()) == [["celery", "", QUEUE]]
    channel._delete(QUEUE, "celery", "celery", "")
    assert channel.get_table("celery") == []


def test_a_message_that_another_worker_took_is_passed_over(channel, monkeypatch):
    channel._put(QUEUE, MESSAGE)
    (message,) = folder_of(channel).iterdir()
    monkeypatch.setattr(Path, "iterdir", lambda _: [message])
    message.rename(message.with_name(message.name + TAKEN))
    with pytest.raises(Empty):
        channel._get(QUEUE)

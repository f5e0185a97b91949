"""Whether the chain is whole, and whether rows and files are as it says; all in constant memory."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import chain

from portal.audit.chain import compute_hash
from portal.audit.contents import CONTENTS, Content, hash_of, hashes_of
from portal.audit.models import AuditRecord, ChainHead
from portal.audit.offline import GENESIS
from portal.core.files import FileChangedError, open_file

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class ChainReport:
    """How far the chain is whole: records walked, the last one's hash, and the first break with its reason."""

    count: int
    last_hash: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None


def verify_chain(*, anchors: Mapping[int, str] | None = None) -> ChainReport:
    """Walk the whole chain in constant memory and compare its end with the stored head.

    `anchors` are hashes by sequence that somebody noted elsewhere: they also show that the chain's end was not cut
    off and written anew. Records appended meanwhile do no harm.
    """
    head_before = _head()
    expected = dict(anchors or {}) | ({head_before.sequence: head_before.hash} if head_before.sequence else {})
    count, previous = 0, GENESIS
    if (stray := AuditRecord.objects.filter(sequence__lt=1).order_by("sequence").first()) is not None:
        return ChainReport(0, previous, stray.sequence, "序号不在链上")
    while batch := list(AuditRecord.objects.filter(sequence__gt=count).order_by("sequence")[:_BATCH]):
        for record in batch:
            reason = _problem(record, count=count, previous=previous, expected=expected.get(count + 1))
            if reason:
                return ChainReport(count, previous, count + 1, reason)
            count, previous = record.sequence, record.hash
    if (missing := [sequence for sequence in expected if sequence > count]) and missing:
        return ChainReport(count, previous, count + 1, f"其后的记录缺失，链上应至少有 {max(missing)} 条")
    if count > (sequence := _head().sequence):
        return ChainReport(count, previous, sequence + 1, "记录在链尾之外")
    return ChainReport(count, previous)


def _head() -> ChainHead:
    return ChainHead.objects.filter(pk=1).first() or ChainHead()


def _problem(record: AuditRecord, *, count: int, previous: str, expected: str | None) -> str:
    if record.sequence != count + 1:
        return "记录缺失"
    if record.previous_hash != previous:
        return "与上一条记录不衔接"
    if compute_hash(record) != record.hash:
        return "内容与哈希不符，记录被改动过"
    if expected is not None and record.hash != expected:
        return "哈希与另存的不符，这一条之前的链被重写过"
    return ""


def altered_rows() -> Iterator[str]:
    """Each row of a registered table that is not as its last record says, is in no record, or is gone.

    Rows written while this runs do no harm: what does not fit is compared again with the records that came meanwhile.
    """
    with closing(sqlite3.connect("")) as expected:
        # An unnamed database of SQLite is a temporary file: memory does not grow with the tables.
        expected.execute(
            "CREATE TABLE expected (name TEXT, key TEXT, hash TEXT, PRIMARY KEY (name, key)) WITHOUT ROWID"
        )
        last = 0
        for last, contents in _recorded_contents(after=0):  # noqa: B007 - read after the loop
            expected.executemany(
                "INSERT OR REPLACE INTO expected VALUES (?, ?, ?)",
                [(table, key, found) for table, rows in contents.items() for key, found in rows.items()],
            )
        doubtful = list(chain.from_iterable(_differing(expected, table) for table in CONTENTS))
    if not doubtful:
        return
    newest: dict[tuple[str, str], str] = {}
    for _, contents in _recorded_contents(after=last):
        newest |= {(table, key): found for table, rows in contents.items() for key, found in rows.items()}
    present = hashes_of((table, key) for table, key, _ in doubtful)
    for table, key, words in doubtful:
        if newest.get((table, key)) != present[table][key]:
            yield f"{table} {key}（{words}）"


def _recorded_contents(*, after: int) -> Iterator[tuple[int, Mapping[str, Mapping[str, str]]]]:
    records = AuditRecord.objects.filter(sequence__gt=after).exclude(contents={}).order_by("sequence")
    yield from records.values_list("sequence", "contents").iterator(_BATCH)


def _differing(expected: sqlite3.Connection, table: str) -> Iterator[tuple[str, str, str]]:
    """Table, key and what is wrong, of rows that are not as expected."""
    for row in CONTENTS[table].rows().order_by("pk").iterator(_BATCH):
        key = str(row.pk)
        found = expected.execute("SELECT hash FROM expected WHERE name = ? AND key = ?", (table, key)).fetchone()
        expected.execute("DELETE FROM expected WHERE name = ? AND key = ?", (table, key))
        present = hash_of(row)
        if found is None and present:
            yield table, key, "不在链上"
        elif found is not None and found[0] != present:
            yield table, key, "内容已改动"
    gone = expected.execute("SELECT key FROM expected WHERE name = ? AND hash <> '' ORDER BY key", (table,))
    for (key,) in gone:
        yield table, key, "已删除"


def altered_files() -> Iterator[str]:
    """Each file of a registered row that is missing in private storage or has other bytes than its row says."""
    for content in CONTENTS.values():
        for name, sha256 in _files(content):
            try:
                open_file(name, sha256=sha256).close()
            except FileNotFoundError:
                yield f"{name}（缺失）"
            except FileChangedError:
                yield f"{name}（内容已改动）"


def _files(content: Content) -> Iterable[tuple[str, str]]:
    if content.file_of is None:
        return
    for row in content.model._base_manager.order_by("pk").iterator(_BATCH):
        if (found := content.file_of(row)) is not None:
            yield found

"""Formats of bank files. An app registers one more by `FORMATS.add`; the two here are what most banks take."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, BinaryIO, Protocol

from portal.core.errors import RefusedError
from portal.core.registry import Registry
from portal.core.sheet_reading import StreamedRow, count_rows, stream_rows, total_word
from portal.core.spreadsheets import XLSX, Column, Kind, Sheet, write_book


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """What a bank needs to pay one sum."""

    reference: str
    account_name: str
    account_number: str
    bank_name: str
    cnaps_code: str
    yuan: Decimal
    purpose: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A row of an answer as it is written, by what the column means; `number` is its line in the file.

    `total` is what a row calls itself that adds up others, "" of any other; `fault` is of a cell that cannot be read.
    """

    number: int
    cells: Mapping[str, str] = field(default_factory=dict)
    total: str = ""
    fault: str = ""


class BankFormat(Protocol):
    """A way of writing payments for a bank and of reading its answers."""

    label: str
    ending: str
    media_type: str

    @property
    def columns(self) -> Sequence[Column]:
        """What a row has."""

    def write(self, lines: Iterable[PaymentLine], file: BinaryIO) -> None:
        """Write the file, row by row."""

    def takes(self, head: bytes) -> bool:
        """Whether an answer that begins so is in this format."""

    def read(self, file: IO[bytes]) -> Iterator[AnswerLine]:
        """The rows of an answer, a few in memory at a time. Raises RefusedError for a file that cannot be read."""

    def count(self, file: IO[bytes]) -> int:
        """About how many rows an answer has, for the progress of reading it; leaves the file at its beginning."""


# Bounds of a workbook that a bank answers with: some 100,000 rows of twenty columns.
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_ELEMENTS = 6_000_000

FORMATS: Registry[BankFormat] = Registry("format of bank files")

COLUMNS = (
    Column("流水号", width=16),
    Column("户名", width=30),
    Column("账号", width=24),
    Column("开户银行", width=28),
    Column("联行号", width=15),
    Column("金额（元）", Kind.MONEY, 15),
    Column("用途", width=40),
)
# What banks call the columns of their answers.
HEADS: Mapping[str, tuple[str, ...]] = {
    "reference": ("流水号", "业务流水号", "企业流水号", "客户流水号", "支付流水号"),
    "name": ("户名", "收款户名", "收款人", "收款人名称", "收款人户名"),
    "account": ("账号", "收款账号", "收款人账号"),
    "amount": ("金额", "金额（元）", "金额(元)", "交易金额"),
    "outcome": ("结果", "处理结果", "交易结果", "状态", "交易状态"),
    "reason": ("原因", "失败原因", "退票原因", "备注", "摘要"),
    "voucher": ("凭证号", "凭证编号", "银行凭证号", "回单号"),
    "on": ("日期", "交易日期", "支付日期", "到账日期"),
}
_MEANING = {head: meaning for meaning, heads in HEADS.items() for head in heads}


def _cells_of(line: PaymentLine) -> tuple[str, str, str, str, str, Decimal, str]:
    account = (line.account_name, line.account_number, line.bank_name, line.cnaps_code)
    return (line.reference, *account, line.yuan, line.purpose)


def _answers(rows: Iterable[StreamedRow]) -> Iterator[AnswerLine]:
    """The rows below the headings. Raises RefusedError where no row of headings says what is what."""
    meanings: list[str] | None = None
    for number, texts, fault in rows:
        cells = [cell.strip() for cell in texts]
        if meanings is not None:
            found = {meaning: cell for meaning, cell in zip(meanings, cells, strict=False) if meaning}
            if any(found.values()) or fault:
                yield AnswerLine(number, found, total_word(cells), fault)
            continue
        heads = [_MEANING.get(cell.replace(" ", ""), "") for cell in cells]
        if {"amount", "outcome"} <= set(heads) and {"reference", "account"} & set(heads):
            meanings = heads
        elif number > 20:
            break
    if meanings is None:
        raise RefusedError(
            "回盘文件中没有找到标题行。标题行应有“金额”“结果”，以及“流水号”或“账号”，可另有户名、原因、凭证号、日期。"
        )


class GenericXlsx:
    """A workbook: one sheet with headings."""

    label = "通用 Excel（xlsx）"
    ending = "xlsx"
    media_type = XLSX
    columns = COLUMNS

    def write(self, lines: Iterable[PaymentLine], file: BinaryIO) -> None:
        write_book(file, [Sheet("支付明细", COLUMNS, map(_cells_of, lines))])

    def takes(self, head: bytes) -> bool:
        return head.startswith(b"PK\x03\x04")

    def read(self, file: IO[bytes]) -> Iterator[AnswerLine]:
        return _answers(stream_rows(file, most_bytes=MAX_UNPACKED_BYTES, most_elements=MAX_ELEMENTS))

    def count(self, file: IO[bytes]) -> int:
        found = count_rows(file)
        file.seek(0)
        return found


class CsvGb18030:
    """Text apart by commas in GB 18030, as banks' programs take it; answers also in UTF-8. Read as a stream."""

    label = "通用 CSV（GB 18030）"
    ending = "csv"
    media_type = "text/csv; charset=gb18030"
    columns = COLUMNS

    def write(self, lines: Iterable[PaymentLine], file: BinaryIO) -> None:
        text = io.TextIOWrapper(file, encoding="gb18030", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([column.title for column in COLUMNS])
        for line in lines:
            writer.writerow(_cells_of(line))
        text.detach()

    def takes(self, head: bytes) -> bool:
        return b"\x00" not in head

    def read(self, file: IO[bytes]) -> Iterator[AnswerLine]:
        # Undecodable bytes are no reason to lose the other rows: their own shows what cannot be read.
        with io.TextIOWrapper(file, encoding=_encoding(file), errors="replace", newline="") as text:
            reader = csv.reader(text)
            try:
                yield from _answers(StreamedRow(reader.line_num, row) for row in reader)
            except csv.Error as error:
                raise RefusedError(f"回盘文件第 {reader.line_num} 行无法读取，请检查引号和分隔符。") from error

    def count(self, file: IO[bytes]) -> int:
        found = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 16), b"")) + 1
        file.seek(0)
        return found


def _encoding(file: IO[bytes]) -> str:
    """The encoding of a text: UTF-8 where all of it is, else GB 18030. Leaves the file at its beginning."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(1 << 16):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "gb18030"
    finally:
        file.seek(0)
    return "utf-8-sig"


FORMATS.add("xlsx", GenericXlsx())
FORMATS.add("csv", CsvGb18030())


def format_of(head: bytes) -> str:
    """The code of the format in which an answer is written, by its first bytes. Raises RefusedError."""
    for code, known in FORMATS.items():
        if known.takes(head):
            return code
    raise RefusedError("无法识别回盘文件的格式，请上传银行返回的 xlsx 或 csv 文件。")


def beyond_code_page(text: str) -> list[str]:
    """The characters that a bank's GBK code page lacks: GB 18030 writes them in four bytes, which many banks refuse."""
    return [character for character in dict.fromkeys(text) if not _in_code_page(character)]


def _in_code_page(character: str) -> bool:
    try:
        return len(character.encode("gbk")) <= 2
    except UnicodeEncodeError:
        return False

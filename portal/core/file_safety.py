"""Refuse files that nobody can open, and files that harm who opens them."""

from __future__ import annotations

import hashlib
import logging
import socket
import struct
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache

from portal.core import file_inspector
from portal.core.errors import RefusedError
from portal.core.isolated import IsolatedError, run_isolated

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

logger = logging.getLogger(__name__)

# The words for each of the inspector's problems; “{name}” is the file's.
REFUSALS = {
    "password": "“{name}”设有打开密码，工作人员无法查看。请去除密码（打开后打印或另存为不加密的文件）后再上传。",
    "damaged": "“{name}”不完整或已损坏，无法打开。请确认在您的电脑上能正常打开，再重新导出或扫描后上传。",
    "no_pages": "“{name}”没有任何页面。请重新导出或扫描后再上传。",
    "page_size": "“{name}”中有一页大小不正常（不足 1 厘米或超过 5 米），无法查看。请按实际纸张重新导出或扫描后再上传。",
    "script": "“{name}”含有脚本（JavaScript），可能危害查看者。请打开后“打印为 PDF”，上传新生成的文件。",
    "embedded": "“{name}”内嵌了其他文件或多媒体。请将内嵌的文件单独上传，并把本文件“打印为 PDF”后再上传。",
    "launch": "“{name}”含有自动打开程序、网址或其他文件的动作。请打开后“打印为 PDF”，上传新生成的文件。",
    "form": "“{name}”是动态表单（XFA），多数软件打不开。请打开后“打印为 PDF”，上传新生成的文件。",
    "mixed": "“{name}”中混有网页或压缩包的内容。请重新导出或扫描后再上传。",
    "pixels": "“{name}”中的图像超过 1 亿像素。请降低扫描分辨率（建议 200 dpi）后再上传。",
    "complex": "“{name}”过于复杂，未能检查完。请拆成几个文件，或“打印为 PDF”后再上传。",
}
_UNCHECKED = "“{name}”没有保存：暂时无法检查文件是否安全，请过几分钟再上传；仍不行的，请联系平台管理员。"
_MAX_CPU_SECONDS = 10
_SCAN_SECONDS = 20
_CHUNK_BYTES = 64 * 1024


def refuse_unsafe(name: str, file: UploadedFile[bytes], *, media_type: str) -> None:
    """Raise RefusedError with the remedy where the file cannot be opened, or holds what must not be opened.

    It is opened once, in a process of its own with limits of memory and time, and where CLAMD_ADDRESS is set sent to
    that scanner. A scanner that gives no answer refuses the file.
    """
    file.seek(0)
    content = file.read()
    file.seek(0)
    if settings.CLAMD_ADDRESS:
        _refuse_infected(name, content)
    # The same bytes, chosen for another requirement or sent again after a pause of the line, are not opened again.
    if cache.get(_seen(content, media_type)):
        return
    problem = _inspect(content, media_type)
    if problem:
        raise RefusedError(REFUSALS.get(problem, _UNCHECKED).format(name=name))
    note_safe(content, media_type)


def note_safe(content: bytes, media_type: str) -> None:
    """Remember that bytes were opened, or are the portal's own work: they are not opened again for a day."""
    cache.set(_seen(content, media_type), True, 24 * 3600)  # noqa: FBT003 - the cache's own parameter


def _seen(content: bytes, media_type: str) -> str:
    return f"file-safety:{media_type}:{hashlib.sha256(content).hexdigest()}"


def _inspect(content: bytes, media_type: str) -> str:
    """The inspector's word; "complex" where it came to no end, "unchecked" where it could not be started."""
    try:
        return run_isolated(file_inspector.__file__, media_type, content=content, cpu_seconds=_MAX_CPU_SECONDS).decode()
    except IsolatedError as error:
        return "complex" if error.is_started else "unchecked"


def _refuse_infected(name: str, content: bytes) -> None:
    """Ask clamd; see its manual, INSTREAM."""
    try:
        answer = _scan(content)
    except (OSError, ValueError):
        logger.exception("The malware scanner at %s gives no answer.", settings.CLAMD_ADDRESS)
        raise RefusedError(_UNCHECKED.format(name=name)) from None
    if answer.endswith("FOUND"):
        logger.warning("The malware scanner found %s in an upload.", answer)
        raise RefusedError(f"“{name}”含有病毒或木马，没有保存。请用杀毒软件检查您的电脑，重新导出文件后再上传。")
    if answer != "stream: OK":
        logger.error("The malware scanner answered %r.", answer)
        raise RefusedError(_UNCHECKED.format(name=name))


def _scan(content: bytes) -> str:
    with _connection() as scanner:
        scanner.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK_BYTES):
            chunk = content[start : start + _CHUNK_BYTES]
            scanner.sendall(struct.pack("!L", len(chunk)) + chunk)
        scanner.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0"):
            received = scanner.recv(1024)
            if not received or len(answer) > 4096:
                raise ValueError("the scanner's answer has no end")
            answer += received
    return answer.rstrip(b"\0").decode(errors="replace").strip()


def _connection() -> socket.socket:
    """A connection to CLAMD_ADDRESS, "host:port" or the path of a socket. Raises OSError, ValueError."""
    address: str = settings.CLAMD_ADDRESS
    if address.startswith("/"):
        scanner = socket.socket(socket.AF_UNIX)
        scanner.settimeout(_SCAN_SECONDS)
        try:
            scanner.connect(address)
        except OSError:
            scanner.close()
            raise
        return scanner
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=_SCAN_SECONDS)

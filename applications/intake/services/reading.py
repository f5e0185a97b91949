"""The text of files that wait for a place."""

from applications.claims.models import StoredFile
from applications.intake.models import FileText
from portal.core import file_reader
from portal.core.files import PDF
from portal.core.isolated import IsolatedError, run_isolated

_TEXT_SECONDS = 10


def note_text(stored: StoredFile, content: bytes) -> None:
    """Keep the text layer of a PDF; one that cannot be read has none."""
    if stored.media_type != PDF or FileText.objects.filter(pk=stored.pk).exists():
        return
    FileText.objects.get_or_create(file=stored, defaults={"text": text_of(content)})


def text_of(content: bytes) -> str:
    """The text layer of a PDF, "" where it cannot be read."""
    try:
        text = run_isolated(file_reader.__file__, "text", content=content, cpu_seconds=_TEXT_SECONDS).decode()
    except IsolatedError:
        return ""
    return text.replace("\x00", "")


def forget_text(sha256: str) -> None:
    """Forget the text of a file that has its place, or that was destroyed."""
    FileText.objects.filter(pk=sha256).delete()

"""Photos of one paper, taken page by page: joined into one PDF."""

from collections.abc import Sequence
from pathlib import PurePath

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.defaultfilters import filesizeformat

from applications.claims.services.evidence import Upload, check_upload
from portal.core import file_reader
from portal.core.errors import RefusedError
from portal.core.files import PDF
from portal.core.isolated import IsolatedError, run_isolated

MAX_PHOTOS = 30
_SECONDS = 25


def join_photos(photos: Sequence[bytes], *, names: Sequence[str]) -> Upload:
    """Checked photos as one PDF, a page for each in their order, upright. Raises RefusedError for too many."""
    if not 2 <= len(photos) <= MAX_PHOTOS:
        raise RefusedError(f"一次可以把 2 至 {MAX_PHOTOS} 张照片合成一个 PDF，这次是 {len(photos)} 张。请分几次合成。")
    most = settings.EVIDENCE_MAX_BYTES
    try:
        joined = run_isolated(
            file_reader.__file__,
            "join",
            str(most),
            content=file_reader.pack_images(list(photos)),
            cpu_seconds=_SECONDS,
        )
    except IsolatedError:
        raise RefusedError("这些照片没有合成：图像过大或无法处理。请减少张数，或降低拍摄分辨率。") from None
    if len(joined) > most:
        raise RefusedError(f"合成后超过每个文件 {filesizeformat(most)} 的上限。请分成几份合成。")
    filename = f"{PurePath(names[0]).stem[:150]} 等 {len(photos)} 张.pdf"
    return Upload(filename, SimpleUploadedFile(filename, joined, PDF))


def as_one_paper(uploads: Sequence[Upload]) -> list[Upload]:
    """What was chosen at once for one place: photos alone become one PDF, other files stay as they are.

    Raises RefusedError as `check_upload` does for any photo, and as `join_photos` does.
    """
    if len(uploads) < 2 or not all(_is_photo(upload) for upload in uploads):
        return list(uploads)
    for upload in uploads:
        check_upload(upload)
        upload.file.seek(0)
    return [join_photos([upload.file.read() for upload in uploads], names=[upload.filename for upload in uploads])]


def _is_photo(upload: Upload) -> bool:
    return upload.filename.lower().endswith((".jpg", ".jpeg", ".png"))

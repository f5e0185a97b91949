"""Names of files that came in folders: the folders stay in the name, as they often say what the files are. Pure."""

from pathlib import PurePosixPath

from portal.core.text import visible

# Between a folder and what is in it: a stroke that leads nowhere in any system of files.
_IN_FOLDER = "／"
_LONGEST = 200


def name_of_path(path: str) -> str:
    """The name of a file by its path in an archive or a folder: `甲/证书.pdf` is `甲／证书.pdf`; its end where long."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    return visible(_IN_FOLDER.join(part for part in parts if part.strip("/.")))[-_LONGEST:] or "未命名"


def parts_of_name(filename: str) -> list[str]:
    """What a file's name says, without its ending: its own name first, then its folders from the nearest on."""
    return (filename.rpartition(".")[0] or filename).split(_IN_FOLDER)[::-1]

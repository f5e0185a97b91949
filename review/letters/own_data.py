"""What letters add to a copy of somebody's data."""

from collections.abc import Iterable
from typing import Any

from portal.accounts.models import User
from portal.privacy.extension import OwnData, OwnFile
from review.letters.models import Letter, LetterFile


def _letters(user: User) -> Iterable[dict[str, Any]]:
    for letter in Letter.objects.filter(author=user).select_related("claim").order_by("pk"):
        yield {"申报编号": letter.claim.number, "时间": letter.at, "内容": letter.text}


def _files(user: User) -> Iterable[OwnFile]:
    for file in LetterFile.objects.filter(letter__author=user).select_related("letter__claim").order_by("pk"):
        name = f"往来消息/{file.letter.claim.number}/{file.pk}-{file.filename.replace('/', '_')}"
        yield OwnFile(file.path, file.sha256, name)


OWN_LETTERS = OwnData("申报往来消息", _letters, _files)

"""Looking for words in columns of names and numbers, however the width of letters and the kind of brackets differ."""

from functools import reduce
from operator import and_, or_

from django.db.models import Q

from portal.core.text import half_width

# More words than this nobody looks for; each costs a condition.
MOST_WORDS = 8
_TO_HALF = str.maketrans("（）〔〕【】［］", "()()()[]")
_TO_WIDE = str.maketrans("()", "（）")
_TO_NUMBERS = str.maketrans("()[]", "〔〕〔〕")


def written_forms(word: str) -> list[str]:
    """How a word may be written: as it is, half-width, with the brackets of names （） and of papers 〔〕."""
    bare = half_width(word.translate(_TO_HALF))
    return list(dict.fromkeys((word, bare, bare.translate(_TO_WIDE), bare.translate(_TO_NUMBERS))))


def contains(word: str, *columns: str) -> Q:
    """Rows of which one of the columns holds the word in one of its forms, large or small."""
    return reduce(or_, (Q(**{f"{column}__icontains": form}) for column in columns for form in written_forms(word)))


def contains_words(text: str, *columns: str) -> Q:
    """Rows whose columns hold each word of the text, in any order and each in one of its forms; all rows for none."""
    return reduce(and_, (contains(word, *columns) for word in text.split()[:MOST_WORDS]), Q())


def says(text: str, *wanted_in: str) -> bool:
    """Whether the texts hold each word, as `contains_words` says it of columns."""
    held = [one.casefold() for one in wanted_in]
    return all(any(form.casefold() in one for one in held for form in written_forms(word)) for word in text.split())

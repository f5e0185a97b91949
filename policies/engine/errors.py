"""What the engine refuses, always with the place and the remedy."""

from dataclasses import dataclass


class QuestionError(ValueError):
    """A question the engine cannot read. `field` is the path in the question, e.g. `lines[0].fees`."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__(f"{field}：{message}")


@dataclass(frozen=True)
class Problem:
    """One fault of a catalogue text: where it stands and how to mend it."""

    file: str
    line: int
    path: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.path}：{self.message}。{self.remedy}"


class CatalogueError(ValueError):
    """A catalogue text with at least one problem; nothing of it is used."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))

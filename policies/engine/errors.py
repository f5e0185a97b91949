"""What the engine refuses, always with the place and the remedy."""

from policies.engine.problems import Problem


class QuestionError(ValueError):
    """A question the engine cannot read. `field` is the path in the question, e.g. `lines[0].fees`."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__(f"{field}：{message}")


class CatalogueError(ValueError):
    """A catalogue text with at least one problem; nothing of it is used."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))

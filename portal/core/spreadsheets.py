"""Text that goes into a spreadsheet."""

# A cell that begins so would be taken for a formula by whoever opens the file, or its CSV form.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# What a cell holds at most, in characters.
CELL_LIMIT = 32_767


def defused(text: str) -> str:
    """The text as no spreadsheet program runs it as a formula, cut to what a cell holds."""
    safe = f"'{text}" if text.startswith(_FORMULA_STARTS) else text
    return safe if len(safe) <= CELL_LIMIT else f"{safe[: CELL_LIMIT - 1]}…"

"""Notices of the same words set by typst, in the environment of what is compared: CPU seconds and bytes a notice.

    python bench/_typst_notices.py FOLDER FONTS

FOLDER has letters.json: for each letter its `heads` (lines of the title), `number`, `paragraphs` (the addressee first),
`code`, `signature`, `date`, and `mark`, the name of its QR code's picture in the folder.
"""

import json
import sys
import time
from pathlib import Path

import typst

STYLE = """
#set page(paper: "a4", margin: (top: 37mm, bottom: 35mm, left: 28mm, right: 26mm))
#set text(font: ("Notice Latin", "Notice Fang"), size: 16pt, lang: "zh", region: "CN")
#set par(justify: true, leading: 12pt, spacing: 12pt, first-line-indent: (amount: 2em, all: true))
"""


def escaped(text: str) -> str:
    """Text as a string of typst's code."""
    return json.dumps(text, ensure_ascii=False)


def source(letter: dict) -> str:
    """A letter in typst's own language."""
    heads = " #linebreak() ".join(f"#text({escaped(line)})" for line in letter["heads"])
    addressee, *paragraphs = letter["paragraphs"]
    signed = f"#text({escaped(letter['signature'])}) #linebreak() #text({escaped(letter['date'])})"
    return "\n\n".join(
        [
            STYLE,
            f'#align(center, text(font: ("Notice Latin", "Notice Title"), size: 22pt)[{heads}])',
            f"#align(center, text({escaped(letter['number'])}))",
            f"#par(first-line-indent: 0em, text({escaped(addressee)}))",
            *(f"#text({escaped(text)})" for text in paragraphs),
            f"#grid(columns: (1fr, 1fr), image({escaped(letter['mark'])}, width: 18mm), align(right)[{signed}])",
            f"#text(size: 9pt, {escaped(letter['code'])})",
        ]
    )


def main(folder: Path, fonts: str) -> None:
    """Set every letter once; the first, which reads the fonts, does not count."""
    letters = [source(letter) for letter in json.loads((folder / "letters.json").read_text())]
    page = folder / "letter.typ"
    page.write_text(letters[0])
    compiler = typst.Compiler(str(page), root=str(folder), font_paths=[fonts], ignore_system_fonts=True)
    compiler.compile()
    length = 0
    began = time.process_time()
    for letter in letters:
        page.write_text(letter)
        length += len(compiler.compile())
    print(f"seconds\t{(time.process_time() - began) / len(letters)}")
    print(f"size\t{length / len(letters)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

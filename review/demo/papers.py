"""Sample papers that stand in for evidence: one sheet per kind of document, made different for each use."""

from functools import cache
from html import escape

_SHEET = """<html lang="zh-CN"><style>
@page {{ size: A4; margin: 28mm;
  @bottom-center {{ content: "演示材料，不具有任何效力"; color: #a33; font-size: 10pt }} }}
body {{ font-family: "Noto Serif CJK SC", serif; text-align: center; color: #223 }}
.frame {{ border: 3pt double #7a6a3a; padding: 30mm 15mm; height: 150mm }}
h1 {{ font-size: 28pt; letter-spacing: .3em }} p {{ font-size: 14pt; line-height: 2.2 }}
</style><div class="frame"><h1>{label}</h1><p>这里应当是申报单位上传的“{label}”扫描件。</p>
<p>审核人员在此页面直接查看，不需要另外下载。</p></div></html>"""


@cache
def _sheet(label: str) -> bytes:
    from weasyprint import HTML  # noqa: PLC0415 - only a demo that is filled prints these

    return HTML(string=_SHEET.format(label=escape(label))).write_pdf()


def sample_paper(label: str, *, unique: str) -> bytes:
    """A PDF page that says what it stands for; `unique` goes into a trailing comment, so that no two are one file."""
    return _sheet(label) + f"\n% {unique}\n".encode()

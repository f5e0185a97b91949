"""The field of a seal among the tags of its letter: who listens to the letter hears of it (PDF/UA-1, 7.18.4)."""

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

# Neither its constructors nor its writer say all their types.
_pdf: Any = generic


def tag_field(writer: Any, page_number: int) -> None:
    """Put the last field of a page (from 0) after all that the document says; the writer is an incremental one."""
    page = writer.find_page_for_modification(page_number)[0]
    field = page.get_object()["/Annots"].raw_get(-1)
    tree = writer.root["/StructTreeRoot"]
    document = tree["/K"].raw_get(0)
    numbers = tree["/ParentTree"]["/Nums"]
    told = _named({"/Type": pdf_name("/OBJR"), "/Obj": field, "/Pg": page})
    element = {"/Type": pdf_name("/StructElem"), "/S": pdf_name("/Form"), "/P": document, "/Pg": page, "/K": told}
    form = writer.add_object(_named(element))
    document.get_object()["/K"].append(form)
    # Its pages are numbered first: what stands last has the highest number.
    key = _pdf.NumberObject(numbers[-2] + 1)
    numbers += [key, form]
    field.get_object()[pdf_name("/StructParent")] = key
    for changed in (document.get_object(), tree["/ParentTree"], field.get_object()):
        writer.update_container(changed)


def _named(entries: dict[str, Any]) -> Any:
    return _pdf.DictionaryObject({pdf_name(name): value for name, value in entries.items()})

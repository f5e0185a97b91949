"""The rule engine: from the facts of a claim to an amount that explains itself.

Pure: no Django, no clock, no database, no float. Everything it needs is an argument. See docs/engine.md.
"""

from policies.engine.assessment import Assessment, BucketUse, LineAmount
from policies.engine.catalogue import Catalogue
from policies.engine.describe import amount_text, conditions_text, describe
from policies.engine.errors import CatalogueError, QuestionError
from policies.engine.interpret import ask_problems, assess
from policies.engine.loader import (
    LoadedDocument,
    catalogue_of,
    compile_item,
    load_catalogue,
    load_document,
    package_documents,
    plain_content,
    read_document,
)
from policies.engine.model import (
    Condition,
    Document,
    Evidence,
    Fact,
    Item,
    RegisterRow,
    Setting,
    canonical_json,
    content_hash,
)
from policies.engine.problems import Fault, Problem
from policies.engine.programme import Owner, Programme
from policies.engine.terms import (
    APPLICANT_KINDS,
    DOCUMENT_STATUSES,
    ITEM_KINDS,
    OUTCOMES,
    PAYERS,
    ROUTES,
    TRACE_FORMAT,
    Outcome,
)

__all__ = [
    "APPLICANT_KINDS",
    "DOCUMENT_STATUSES",
    "ITEM_KINDS",
    "OUTCOMES",
    "PAYERS",
    "ROUTES",
    "TRACE_FORMAT",
    "Assessment",
    "BucketUse",
    "Catalogue",
    "CatalogueError",
    "Condition",
    "Document",
    "Evidence",
    "Fact",
    "Fault",
    "Item",
    "LineAmount",
    "LoadedDocument",
    "Outcome",
    "Owner",
    "Problem",
    "Programme",
    "QuestionError",
    "RegisterRow",
    "Setting",
    "amount_text",
    "ask_problems",
    "assess",
    "canonical_json",
    "catalogue_of",
    "compile_item",
    "conditions_text",
    "content_hash",
    "describe",
    "load_catalogue",
    "load_document",
    "package_documents",
    "plain_content",
    "read_document",
]

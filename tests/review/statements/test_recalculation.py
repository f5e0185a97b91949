"""The sheets of money in LibreOffice: what their formulas give is what they show before, and what the books hold."""

import subprocess
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.utils import timezone

from portal.accounts.enums import Role
from review.appropriations.sheets import calculation_sheet
from review.funding.selectors import payable_claims
from review.payments.formats import FORMATS
from review.payments.models import Batch
from review.payments.services.files import payment_lines
from review.payments.sheets import payment_sheet
from review.statements.sheets import awards_of, year_sheet
from review.treasury.models import BudgetLine
from review.treasury.selectors import line_figures
from review.treasury.sheets import board_sheet
from review.treasury.statements import statement_of, statement_sheet
from tests.applications.worlds import patent_facts
from tests.factories import make_official, wuxi
from tests.review.appropriations.worlds import Treasury
from tests.review.paying import pay
from tests.review.recoveries.worlds import awarded

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
CONVERT_SECONDS = 120


def made_sheets(office):
    """The workbooks over two awards, one of which is paid, and an allocation to districts."""
    treasury = Treasury()
    treasury.issued()
    pay(awarded(office, lines=[patent_facts(1)]))
    awarded(office, lines=[patent_facts(2)])
    auditor, today = make_official(Role.AUDITOR, wuxi()), timezone.localdate()
    lines = BudgetLine.objects.select_related("region")
    bank = BytesIO()
    FORMATS["xlsx"].write(payment_lines(Batch.objects.order_by("pk")[0]), bank)
    months = statement_of(lines, today.replace(day=1))
    return {
        "year": year_sheet(awards_of(auditor, today.year), year=today.year, made_by="审计"),
        "payments": payment_sheet(payable_claims(auditor), made_by="审计"),
        "board": board_sheet(line_figures(lines), year=today.year, made_by="审计"),
        "statement": statement_sheet(months, first=today.replace(day=1), made_by="审计"),
        "bank": bank.getvalue(),
        "allocation": calculation_sheet(treasury.line.allocations.get(), made_by="审计"),
    }


def totals(content):
    """The values of the cells that hold formulas, by sheet and place, as the workbook stores them."""
    formulas, values = (openpyxl.load_workbook(BytesIO(content), data_only=only) for only in (False, True))
    return {
        (sheet.title, cell.coordinate): values[sheet.title][cell.coordinate].value
        for sheet in formulas
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def recalculated(sheets, directory):
    """The same as LibreOffice computes them anew: it gets each workbook without the values of its formulas."""
    for name, content in sheets.items():
        openpyxl.load_workbook(BytesIO(content)).save(directory / f"{name}.xlsx")
    command = ["soffice", f"-env:UserInstallation=file://{directory}/profile", "--headless", "--convert-to", "xlsx"]
    files = [str(directory / f"{name}.xlsx") for name in sheets]
    subprocess.run([*command, "--outdir", str(directory / "out"), *files], check=True, timeout=CONVERT_SECONDS)
    return {name: totals((directory / "out" / f"{name}.xlsx").read_bytes()) for name in sheets}


def test_totals_are_the_same_stored_recalculated_and_in_the_books(office, tmp_path):
    sheets = made_sheets(office)
    stored = {name: totals(content) for name, content in sheets.items()}
    assert all(stored.values())
    assert recalculated(sheets, tmp_path) == stored
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT SUM(posting.amount) FROM treasury_posting posting"
            " JOIN treasury_account account ON account.id = posting.account_id WHERE account.kind = 'paid'"
        )
        paid = Decimal(int(cursor.fetchone()[0])) / 100
    board = openpyxl.load_workbook(BytesIO(sheets["board"]), data_only=True).active
    year = openpyxl.load_workbook(BytesIO(sheets["year"]), data_only=True).active
    shown = [Decimal(str(sheet[sheet.max_row][place].value)) for sheet, place in ((board, 11), (year, 17))]
    assert shown == [paid, paid]
    assert paid == 5000

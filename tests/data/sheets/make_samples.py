#!/usr/bin/env python3
"""Makes the workbooks of this folder anew. Needs python3-openpyxl, python3-xlsxwriter, libreoffice-calc-nogui, and msoffcrypto-tool 5 of PyPI.

    tests/data/sheets/make_samples.py FOLDER

All that is in them is written here. The bytes differ from run to run (times, random keys of the password); what is read from them does not.
"""

import datetime
import io
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import msoffcrypto.format.ooxml
import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableStyleInfo

QUESTIONS = [
    ("IAM-1", "Is multi-factor authentication required for administrators?"),
    ("IAM-2", "Are one-time passwords used once, and for how long do they hold?"),
    ("LOG-1", "Are audit logs kept for at least 12 months?"),
    ("LOG-2", "How do you show that no log entry was altered or removed?"),
    ("RES-1", "In which region is our data kept?"),
]


def of_openpyxl(path):
    """Everything that a questionnaire of a bank might have, as openpyxl writes it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Security questions"
    sheet["A1"] = "Vendor security questionnaire"
    sheet["A1"].font = Font(bold=True, size=16, color="FFFFFFFF")
    sheet["A1"].fill = PatternFill("solid", fgColor="FF1F3864")
    sheet.merge_cells("A1:E1")
    for column, heading in enumerate(("No.", "Question", "Answer", "Comment", "Score"), 1):
        cell = sheet.cell(3, column, heading)
        cell.font = Font(bold=True)
        cell.border = Border(bottom=Side(style="medium"))
    for row, (number, question) in enumerate(QUESTIONS, 4):
        sheet.cell(row, 1, number)
        sheet.cell(row, 2, question).alignment = Alignment(wrap_text=True, vertical="top")
        answer = sheet.cell(row, 3)
        answer.fill = PatternFill("solid", fgColor="FFFFF2CC")
        answer.protection = Protection(locked=False)
        answer.alignment = Alignment(wrap_text=True)
        sheet.cell(row, 5, f'=IF(C{row}="Yes",1,0)')
    sheet["E9"] = "=SUM(E4:E8)"
    sheet["D4"].comment = Comment("Say which factors.", "the bank")
    sheet["B10"] = "Please explain here:"
    sheet["C10"].fill = PatternFill("solid", fgColor="FFFFF2CC")
    sheet.merge_cells("C10:D12")
    sheet["A14"] = "Filled in on"
    sheet["B14"] = datetime.date(2026, 11, 28)
    sheet["B14"].number_format = "dd/mm/yyyy"
    sheet["C14"] = datetime.datetime(2026, 11, 28, 9, 30)
    sheet["D14"] = datetime.time(17, 45)
    sheet["A15"] = True
    sheet["B15"] = 0.1 + 0.2
    sheet["C15"] = 1234567890123
    sheet["D15"] = "#N/A"
    sheet["D15"].data_type = "e"
    sheet["A16"] = "  spaces kept  "
    sheet["B16"] = "line one\nline two <&> \"quoted\" _x000D_ é 漢字 😀"
    sheet["B16"].hyperlink = "https://example.com/policy"
    sheet.column_dimensions["A"].width = 9
    sheet.column_dimensions["B"].width = 52
    sheet.column_dimensions["C"].width = 24
    sheet.column_dimensions["G"].hidden = True
    sheet.row_dimensions[4].height = 33
    sheet.row_dimensions[18].hidden = True
    sheet["A18"] = "not for vendors"
    sheet.freeze_panes = "A4"
    sheet.auto_filter.ref = "A3:E8"
    sheet.conditional_formatting.add("C4:C8", CellIsRule(operator="equal", formula=['"No"'], fill=PatternFill("solid", bgColor="FFFF9999")))
    sheet.conditional_formatting.add("E4:E8", FormulaRule(formula=["E4>0"], font=Font(bold=True)))
    for where, formula in (("C4:C5 C8", '"Yes,No,N/A"'), ("C6", "Lists!$A$1:$A$3"), ("C7", "Regions"), ("D4", 'INDIRECT("Lists!A1")')):
        validation = DataValidation(type="list", formula1=formula, allow_blank=True)
        validation.add(where) if " " not in where else setattr(validation, "sqref", openpyxl.worksheet.cell_range.MultiCellRange(where))
        sheet.add_data_validation(validation)
    sheet.protection.sheet = True
    sheet.print_title_rows = "3:3"
    sheet.page_setup.orientation = "landscape"

    lists = book.create_sheet("Lists")
    for row, (answer, region) in enumerate((("Implemented", "eu"), ("Planned", "us"), ("Not applicable", "apac")), 1):
        lists.cell(row, 1, answer)
        lists.cell(row, 2, region)
    lists.sheet_state = "veryHidden"
    book.defined_names.append(DefinedName("Regions", attr_text="Lists!$B$1:$B$3"))

    notes = book.create_sheet("Bank's notes")
    notes["B2"] = "Internal: do not send"
    notes.sheet_state = "hidden"

    table = book.create_sheet("Register")
    for row in (("System", "Owner"), ("Ledger", "Ana"), ("Portal", "Ben")):
        table.append(row)
    made = Table(displayName="Systems", ref="A1:B3")
    made.tableStyleInfo = TableStyleInfo(name="TableStyleMedium9", showRowStripes=True)
    table.add_table(made)
    book.create_sheet("Empty")
    chart = openpyxl.chart.BarChart()
    chart.add_data(openpyxl.chart.Reference(sheet, min_col=5, min_row=4, max_row=8))
    book.create_chartsheet("Chart").add_chart(chart)
    book.save(path)


def of_xlsxwriter(path):
    """Rich text, an array formula, column and row formats, and dates of the calendar of 1904."""
    book = xlsxwriter.Workbook(path, {"date_1904": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Questions")
    bold, red, grey = book.add_format({"bold": True}), book.add_format({"font_color": "red"}), book.add_format({"bg_color": "#DDDDDD"})
    wide = book.add_format({"text_wrap": True, "italic": True})
    sheet.set_column("A:A", 50)
    sheet.set_column("B:C", 30, wide)
    sheet.write_row("A1", ["Question", "Answer"], bold)
    sheet.write_rich_string("A2", "Is ", bold, "MFA", " required for ", red, "all", " users?")
    sheet.set_row(2, 30, grey)
    sheet.write("A3", "Do you keep audit logs?")
    sheet.write("A5", "When was the last review?")
    sheet.write_datetime("B5", datetime.datetime(2026, 1, 31))
    sheet.write_array_formula("E1:E3", "{=A1:A3}", None, "Question")
    sheet.write_formula("F1", '=A1&"!"', None, "Question!")
    sheet.data_validation("B2:B3", {"validate": "list", "source": ["Yes", "No", "Partly, see comment"]} | {"source": "=$H$1:$H$3"})
    sheet.write_column("H1", ["Yes", "No", "Partly, see comment"])
    book.close()


def soffice(source, to, folder):
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", to, "--outdir", folder, source],
                       check=True, capture_output=True, timeout=120)


def behind_a_password(source, path):
    with open(source, "rb") as file, open(path, "wb") as out:
        msoffcrypto.format.ooxml.OOXMLFile(file).encrypt("secret", out)


def main():
    folder = pathlib.Path(sys.argv[1])
    of_openpyxl(folder / "openpyxl.xlsx")
    of_xlsxwriter(folder / "xlsxwriter.xlsx")
    with tempfile.TemporaryDirectory() as work:
        for to, name in (("xlsx:Calc MS Excel 2007 XML", "libreoffice.xlsx"), ("xls:MS Excel 97", "libreoffice.xls"), ("ods", "libreoffice.ods"),
                         ("xlsm:Calc MS Excel 2007 VBA XML", "libreoffice.xlsm")):
            soffice(folder / "openpyxl.xlsx", to, work)
            made = next(pathlib.Path(work).glob("openpyxl.*"))
            (folder / name).write_bytes(made.read_bytes())
            made.unlink()
    behind_a_password(folder / "xlsxwriter.xlsx", folder / "password.xlsx")


if __name__ == "__main__":
    main()

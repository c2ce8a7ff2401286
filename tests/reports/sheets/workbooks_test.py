"""Workbooks that others made, written into by us, and read by others again: everything but the edited cells is as it was."""

import json
import os
import re
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

import openpyxl

DATA = Path(__file__).resolve().parents[2] / "data/sheets"
PROGRAM = os.environ["SHEETS_PROGRAM"]
LONG = "Partly: the record shows 4,210 challenges, all of them answered.\n<see> \"bundle\" & appendix é 漢字"

# By sample: the sheet, and the text of each cell. Cells that are there, cells that are missing in a row, rows that are missing.
EDITS = {
    "openpyxl.xlsx": {"Security questions": {"C4": "Yes-4711", "C5": "=HYPERLINK(1)", "C6": LONG, "F4": "cited", "C10": "merged-first", "B30": "far below",
                                             "AB2": "far right"},
                      "Empty": {"B2": "no longer"}},
    "libreoffice.xlsx": {"Security questions": {"C4": "Yes-4711", "C5": "=HYPERLINK(1)", "C6": LONG, "F4": "cited", "C10": "merged-first", "B30": "far below",
                                                "AB2": "far right"}},
    "xlsxwriter.xlsx": {"Questions": {"B2": "Yes-4711", "B3": "+49 30", "C3": LONG, "A4": "between", "D9": "@below"}},
}


def write(source, out, edits):
    wanted = []
    for sheet, cells in edits.items():
        for place, text in cells.items():
            row, column = openpyxl.utils.cell.coordinate_to_tuple(place)
            wanted.append({"sheet": sheet, "row": row, "column": column, "text": text})
    return subprocess.run([PROGRAM, "write", source, out], input=json.dumps(wanted), capture_output=True, text=True, timeout=60, check=False)


def measured(path):
    """By sheet the rows whose height a program measured of what stood in them, so that nobody chose it."""
    with zipfile.ZipFile(path) as book:
        sheets = sorted((name for name in book.namelist() if name.startswith("xl/worksheets/sheet")), key=lambda name: int(re.search(r"\d+", name)[0]))
        rows = [re.findall(r'<row r="(\d+)"([^>]*)>', book.read(name).decode()) for name in sheets]
    return [{int(number) for number, rest in each if ' ht="' in rest and not re.search(r'customHeight="(1|true)"', rest)} for each in rows]


def content(path):
    """All that openpyxl reads of a workbook: by sheet, its own properties and its cells with everything that they have."""
    book = openpyxl.load_workbook(path)
    found = {"names": sorted(f"{name.name}={name.value}" for name in book.defined_names.definedName), "sheets": book.sheetnames}
    for sheet in book.worksheets:
        found[sheet.title] = {
            "state": sheet.sheet_state, "merged": sorted(map(str, sheet.merged_cells.ranges)), "freeze": sheet.freeze_panes, "filter": sheet.auto_filter.ref,
            "protected": sheet.protection.sheet, "titles": sheet.print_title_rows, "orientation": sheet.page_setup.orientation,
            "tables": sorted(sheet.tables.items()),
            "columns": {name: (each.width, each.hidden, each.min, each.max) for name, each in sheet.column_dimensions.items()},
            "rows": {number: (each.height, each.hidden) for number, each in sheet.row_dimensions.items() if each.height or each.hidden},
            "validations": sorted((str(each.sqref), each.type, each.formula1) for each in sheet.data_validations.dataValidation),
            "conditions": sorted((str(each.sqref), rule.type, tuple(rule.formula), repr(rule.dxf)) for each in sheet.conditional_formatting for rule in each.rules),
            "cells": {cell.coordinate: of_cell(cell) for row in sheet.iter_rows() for cell in row if cell.value is not None or cell.has_style},
        }
    return found


def of_cell(cell):
    return {"value": cell.value, "type": cell.data_type, "style": of_style(cell), "link": getattr(cell.hyperlink, "target", None),
            "comment": getattr(cell.comment, "text", None)}


def of_style(cell):
    return [repr(getattr(cell, name)) for name in ("font", "fill", "border", "alignment", "protection", "number_format")]


class Written(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        for name, edits in EDITS.items():
            done = write(DATA / name, cls.folder / name, edits)
            if done.returncode != 0:
                raise AssertionError(f"{name}: {done.stderr}")

    def test_entries_of_the_archive_are_the_same_but_for_the_sheets(self):
        for name, edits in EDITS.items():
            with self.subTest(name), zipfile.ZipFile(DATA / name) as before, zipfile.ZipFile(self.folder / name) as after:
                self.assertIsNone(after.testzip())
                self.assertEqual(before.namelist(), after.namelist())
                changed = [each for each in before.namelist() if before.read(each) != after.read(each)]
                self.assertEqual(len(changed), len(edits), changed)
                self.assertTrue(all(each.startswith("xl/worksheets/sheet") for each in changed), changed)
                for each in before.infolist():
                    if each.filename not in changed:
                        again = after.getinfo(each.filename)
                        self.assertEqual((each.compress_size, each.date_time, each.flag_bits, each.external_attr),
                                         (again.compress_size, again.date_time, again.flag_bits, again.external_attr))

    def test_all_that_openpyxl_reads_is_the_same_but_for_the_cells(self):
        for name, edits in EDITS.items():
            with self.subTest(name):
                before, after = content(DATA / name), content(self.folder / name)
                for sheet, cells in edits.items():
                    edited = {openpyxl.utils.cell.coordinate_to_tuple(place)[0] for place in cells}
                    for row in edited & measured(DATA / name)[before["sheets"].index(sheet)]:
                        self.assertNotIn(row, after[sheet]["rows"], "it is to be measured anew")
                        del before[sheet]["rows"][row]
                    for place, text in cells.items():
                        found = after[sheet]["cells"].pop(place)
                        self.assertEqual((found["value"], found["type"]), (text, "s" if not text.startswith("=") else found["type"]))
                        was = before[sheet]["cells"].pop(place, None)
                        if was:
                            self.assertEqual((was["style"], was["link"], was["comment"]), (found["style"], found["link"], found["comment"]))
                self.assertEqual(before, after)

    def test_a_cell_that_was_missing_looks_as_its_column_does(self):
        sheet = openpyxl.load_workbook(self.folder / "xlsxwriter.xlsx")["Questions"]
        self.assertEqual(sheet["C3"].fill.fgColor.rgb, "FFDDDDDD", "that of its row")
        self.assertTrue(sheet["B2"].alignment.wrap_text, "that of its column")
        self.assertFalse(sheet["A4"].font.bold)

    def test_libreoffice_opens_them_and_prints_the_answers(self):
        with tempfile.TemporaryDirectory() as profile:
            subprocess.run(["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "pdf", "--outdir", self.folder,
                            *(self.folder / name for name in EDITS)], capture_output=True, check=True, timeout=120)
        for name, edits in EDITS.items():
            with self.subTest(name):
                printed = subprocess.run(["pdftotext", "-layout", self.folder / Path(name).with_suffix(".pdf"), "-"], capture_output=True, text=True,
                                         check=True).stdout
                words = "".join(printed.split())
                for cells in edits.values():
                    for text in cells.values():
                        # Where no style says that text wraps, of several lines the last is sure to be seen.
                        self.assertIn(text.splitlines()[-1].split()[0], words)
                self.assertIn("Question", words)

    def test_the_original_is_as_it_was_and_a_refusal_writes_nothing(self):
        out = self.folder / "refused.xlsx"
        done = write(DATA / "openpyxl.xlsx", out, {"Security questions": {"E4": "1"}})
        self.assertEqual((done.returncode, out.exists()), (1, False))
        self.assertIn("'Security questions'!E4 holds a formula", done.stderr)


if __name__ == "__main__":
    unittest.main()

"""What people upload is read right or refused with a reason; what they download cannot run."""

import csv
import io
import json
import random
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as time_of_day
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from storage.sheets import OutSheet, Sheet, SheetProblem, read_sheet, sandbox, write_csv, write_xlsx, writing
from storage.sheets.problem import MAX_CHARACTERS
from storage.sheets.reading import table

ROOT = Path(__file__).parents[2]
SHEET = "xl/worksheets/sheet1.xml"
EMPLOYEES = [["Ada", "1"], ["Ben", "2"]]
FEWER_EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def people(rows: list[list[str]] | None = None) -> bytes:
    return write_xlsx([OutSheet("People", ["Name", "Number"], rows or EMPLOYEES)])


def excel(fill: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], object], **options) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options) as book:
        fill(book, book.add_worksheet())
    return file.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(content: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return file.getvalue()


def workbook(**changed: bytes) -> bytes:
    """A sound workbook, with parts replaced or added: `sheet=` is the first sheet."""
    names = {"sheet": SHEET, "strings": "xl/sharedStrings.xml"}
    return packed(parts(people()) | {names.get(name, name): part for name, part in changed.items()})


def cells(markup: str, before: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}">{before}<sheetData>{markup}</sheetData></worksheet>'.encode()


def problem(data: bytes, filename: str = "people.xlsx") -> SheetProblem:
    with pytest.raises(SheetProblem) as refused:
        read_sheet(data, filename)
    return refused.value


def code(data: bytes, filename: str = "people.xlsx") -> str:
    return problem(data, filename).code


def forged_size(data: bytes, name: str, size: int) -> bytes:
    """The archive with another unpacked size declared for one entry, in both of its headers."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = archive.getinfo(name)
    forged = bytearray(data)
    struct.pack_into("<I", forged, entry.header_offset + 22, size)
    central = data.rindex(name.encode()) - 46
    struct.pack_into("<I", forged, central + 24, size)
    return bytes(forged)


def far_cell() -> bytes:
    return workbook(sheet=cells('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))


def bomb(megabytes: int = 45) -> bytes:
    row = '<row><c t="inlineStr"><is><t>' + "a" * 1000 + "</t></is></c></row>"
    return workbook(sheet=cells(row * (megabytes * 1000)))


class TestReadsCsv:
    expected = Sheet(("name", "team"), (("李雷, 二世", "研发\n部"), ("Zoë", "")), 2)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    @pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
    def test_in_every_encoding_and_with_every_separator(self, encoding, separator, line_end):
        rows = ["Name|Team", '"李雷, 二世"|"研发\n部"', "Zoë|"]
        text = line_end.join(row.replace("|", separator) for row in rows)
        assert read_sheet(text.encode(encoding), "people.csv") == self.expected

    def test_utf_16_of_the_other_byte_order(self):
        data = b"\xfe\xff" + "name\n李雷".encode("utf-16-be")
        assert read_sheet(data, "people.csv").rows == (("李雷",),)

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_in_gb18030(self, separator):
        text = separator.join(["姓名", "部门"]) + "\r\n" + separator.join(["李雷", "技术部"]) + "\r\n"
        expected = Sheet(("姓名", "部门"), (("李雷", "技术部"),), 2)
        assert read_sheet(text.encode("gb18030"), "people.csv") == expected

    def test_rare_characters_in_gb18030(self):
        text = "姓名,备注\n张𠮷,四字节\n"
        assert read_sheet(text.encode("gb18030"), "people.csv").rows == (("张𠮷", "四字节"),)

    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            ("name;city\nAndrée;Orléans\nJosé;Málaga\n", "cp1252"),
            ("имя;город\nИван;Москва\nАнна Петровна;Тула\n", "cp1251"),
            ("name;city\nJürgen;Köln\nÄnne;Düsseldorf\n", "cp1252"),
            ("name,city\nAda,London\n", "utf-16-le"),
        ],
    )
    def test_never_guesses_another_code_page(self, text, encoding):
        assert code(text.encode(encoding), "people.csv") == "encoding"

    def test_separator_in_a_quoted_header_does_not_count(self):
        assert read_sheet(b'"a,b,c";d\n1;2\n', "x.csv").header == ("a,b,c", "d")

    def test_nul_becomes_a_replacement_character(self):
        assert (
            read_sheet(b"name,note\nAda,a\0b and more text\n", "x.csv").rows[0][1] == "a\ufffdb and more text"
        )

    @pytest.mark.parametrize("data", [b'name\n"never closed\nBen\n', b'name\nAda\n"a"b\n'])
    def test_a_broken_quote_names_its_row(self, data):
        refused = problem(data, "x.csv")
        assert refused.code == "not-a-sheet"
        assert int(refused.details["row"]) >= 2

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "empty"),
            (b"\n ,\n\n", "empty"),
            (b"\xef\xbb\xbf", "empty"),
            (b"a" * 10_000_001, "too-big"),
            (b"a\n" * 50_002, "too-many-rows"),
            (b"\n" * 9_000_000, "too-many-rows"),
            (b",".join(b"c%d" % number for number in range(201)), "too-many-columns"),
            (b"Name,name \n1,2", "duplicate-column"),
            (b"\xff\xff\xff,\xff", "encoding"),
        ],
    )
    def test_refuses(self, data, reason):
        assert code(data, "x.csv") == reason

    def test_as_many_rows_as_allowed(self):
        assert len(read_sheet(b"a\n" * 50_001, "x.csv").rows) == 50_000

    def test_what_was_written_is_read_again(self):
        data = write_csv(["Name", "Note"], [["Ada", 'says "hi",\nthen leaves'], ["Ben", None]])
        assert read_sheet(data, "x.csv").rows == (("Ada", 'says "hi",\nthen leaves'), ("Ben", ""))


class TestNamesRowsAndColumns:
    def test_rows_have_the_numbers_that_people_see(self):
        sheet = read_sheet(b"\n\n Name ,Start  Date\nAda,1\n\nBen,2\n\n\n", "x.csv")
        assert sheet == Sheet(("name", "start_date"), (("Ada", "1"), ("", ""), ("Ben", "2")), 4)

    def test_also_in_a_workbook_that_begins_further_down_and_right(self):
        sheet = read_sheet(
            excel(
                lambda _, page: [page.write_row(3, 2, ["Name", "Team"]), page.write_row(5, 2, ["Ada", "A"])]
            ),
            "x.xlsx",
        )
        assert sheet == Sheet(("name", "team"), (("", ""), ("Ada", "A")), 5)

    def test_a_column_without_a_name_is_not_overlooked(self):
        sheet = read_sheet(b"name,,,\nAda,,,left\n", "x.csv")
        assert sheet == Sheet(("name", "column_d"), (("Ada", "left"),), 2)

    def test_a_column_beyond_the_alphabet(self):
        sheet = read_sheet(b"name\nAda" + b"," * 27 + b"x\n", "x.csv")
        assert sheet.header == ("name", "column_ab")

    def test_a_duplicate_names_the_column(self):
        assert problem(b"Name, NAME\n1,2", "x.csv").details == {"column": "name", "position": 2}

    def test_a_header_alone_is_a_sheet_without_rows(self):
        assert read_sheet(b"Name\n", "x.csv") == Sheet(("name",), (), 2)


class TestReadsWorkbooks:
    def one_row(self, *values: object, **options: object) -> tuple[str, ...]:
        def fill(book, page):
            formats = {
                date: book.add_format({"num_format": "yyyy-mm-dd"}),
                datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
                time_of_day: book.add_format({"num_format": "hh:mm"}),
                timedelta: book.add_format({"num_format": "[h]:mm:ss"}),
            }
            page.write_row(0, 0, [f"column {number}" for number in range(len(values))])
            for column, value in enumerate(values):
                page.write(1, column, value, formats.get(type(value)))

        return read_sheet(excel(fill, **options), "x.xlsx").rows[0]

    @pytest.mark.parametrize("date_1904", [True, False])
    def test_dates_of_both_calendars(self, date_1904):
        values = (date(2024, 3, 1), datetime(2024, 3, 1, 9, 30), time_of_day(9, 30), timedelta(hours=26))  # noqa: DTZ001
        expected = ("2024-03-01", "2024-03-01T09:30:00", "09:30:00", "26:00:00")
        assert self.one_row(*values, date_1904=date_1904) == expected

    def test_numbers_and_truth(self):
        values = (3, 3.0, -0.5, 0.1 + 0.2, 13812345678, 1e300, True, False)
        expected = ("3", "3", "-0.5", "0.3", "13812345678", "1e+300", "TRUE", "FALSE")
        assert self.one_row(*values) == expected

    @pytest.mark.parametrize(
        ("kept", "shown", "text"),
        [
            (0.972, "0%", "97.2%"),
            (0.07, "0.00%", "7%"),
            (-0.5, "0.0%;[Red]-0.0%", "-50%"),
            (1, "#,##0.0##\\ %", "100%"),
            (0.005, '[<0.01]"<1%";0%', "0.5%"),
            (97.2, '0.0"%"', "97.2"),
            (97.2, "0.0!%", "97.2"),
            (12345, "#,##0", "12345"),
            (12345, '"$"#,##0.0,', "12.3450"),
            (2_500_000, "0.0,,", "2.5"),
            (12345, '0.0,"K"', "12345"),
            (12345, '0!.0,"万"', "12345"),
            ("0.972", "0%", "0.972"),
            (True, "0%", "TRUE"),
            (1e308, "0%", "inf%"),
        ],
    )
    @pytest.mark.parametrize("made_by", ["openpyxl", "xlsxwriter"])
    def test_a_number_is_what_people_see(self, kept, shown, text, made_by):
        """Further down and right, on the second sheet, beside a plain cell."""

        def fill(book, page):
            page.hide()
            page = book.add_worksheet("Seen")
            page.write_row(2, 3, ["rate", "plain"])
            page.write(3, 3, kept, book.add_format({"num_format": shown}))
            page.write(3, 4, 0.972)
            page.activate()

        def other() -> bytes:
            book, file = openpyxl.Workbook(), io.BytesIO()
            book.active.sheet_state = "hidden"
            page = book.create_sheet("Seen")
            page["D3"], page["E3"], page["D4"], page["E4"] = "rate", "plain", kept, 0.972
            page["D4"].number_format = shown
            book.save(file)
            return file.getvalue()

        data = excel(fill) if made_by == "xlsxwriter" else other()
        assert read_here(data).rows == ((text, "0.972"),)

    def test_a_formula_that_was_never_calculated_is_not_an_empty_cell(self):
        """Excel keeps what came out, programs that write workbooks do not; and "" may well come out."""
        book, file = openpyxl.Workbook(), io.BytesIO()
        book.active.append(["name", "points", "rate"])
        book.active.append(["Ada", "=100*7", "=1/2"])
        book.active["C2"].number_format = "0%"
        book.save(file)
        assert read_here(file.getvalue()).rows == (("Ada", "#VALUE!", "#VALUE!"),)

        said = '<c t="str"><v>note</v></c><c t="str"><v>points</v></c>'
        came = '<c t="str"><f>""</f><v></v></c><c><f>100*7</f><v>700</v></c>'
        assert read_here(workbook(sheet=cells(f"<row>{said}</row><row>{came}</row>"))).rows == (("", "700"),)

    def test_an_error_is_not_an_empty_cell(self):
        def fill(_, page):
            page.write_row(0, 0, ["name", "manager"])
            page.write_string(1, 0, "Ada")
            page.write_formula(1, 1, '=VLOOKUP("Bo",A:A,1,0)', None, "#N/A")

        assert read_sheet(excel(fill), "x.xlsx").rows == (("Ada", "#N/A"),)

    def test_words_merged_over_rows_stand_in_each_and_a_number_in_one(self):
        def fill(_, page):
            page.write_row(2, 1, ["team", "name", "points"])
            page.merge_range(3, 1, 4, 1, "Blue")
            page.write_column(3, 2, ["Ada", "Ben", "Chen"])
            page.merge_range(3, 3, 5, 3, 7)

        assert read_sheet(excel(fill), "x.xlsx").rows == (
            ("Blue", "Ada", "7"),
            ("Blue", "Ben", ""),
            ("", "Chen", ""),
        )

    def test_the_first_sheet_that_people_see(self):
        book = openpyxl.Workbook()
        book.active.append(["hidden"])
        book.active.sheet_state = "hidden"
        book.create_sheet("Second").append(["seen"])
        book.create_sheet("Third").append(["last"])
        file = io.BytesIO()
        book.save(file)
        assert read_sheet(file.getvalue(), "x.xlsx").header == ("seen",)

    def test_an_empty_workbook(self):
        assert code(excel(lambda *_: None)) == "empty"

    def test_a_workbook_that_was_streamed_has_its_sizes_behind_the_entries(self):
        class Pipe(io.BytesIO):
            def seekable(self):
                return False

            def tell(self):
                raise io.UnsupportedOperation

        file = Pipe()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in parts(people()).items():
                with archive.open(name, "w", force_zip64=True) as entry:
                    entry.write(part)
        assert read_sheet(file.getvalue(), "x.xlsx") == read_sheet(people(), "x.xlsx")

    def test_no_library_is_loaded_before_it_is_needed(self):
        asked = "import sys, storage.sheets; print({'xlsxwriter', 'python_calamine'} & {*sys.modules})"
        done = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, cwd=ROOT)
        assert done.stdout.strip() == b"set()"

    def test_a_workbook_is_known_by_its_content(self):
        assert read_sheet(people(), "people.csv").rows == (("Ada", "1"), ("Ben", "2"))

    def test_ten_thousand_employees(self):
        data = write_xlsx(
            [OutSheet("A", [f"c{c}" for c in range(9)], [[f"text {r}"] * 9 for r in range(10_000)])]
        )
        assert len(read_sheet(data, "x.xlsx").rows) == 10_000

    def test_the_sandbox_does_not_get_the_tokens(self, monkeypatch):
        asked = {}

        def spy(*_, **options):
            asked.update(options)
            return subprocess.CompletedProcess([], 0, b'["a"]\n')

        monkeypatch.setenv("SLACK_TOKEN", "secret")
        monkeypatch.setattr(subprocess, "run", spy)
        assert read_sheet(people(), "x.xlsx").header == ("a",)
        assert "SLACK_TOKEN" not in asked["env"]


XLL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'

HOSTILE: list[tuple[str, Callable[[], bytes], str]] = [
    ("far cell", far_cell, "too-many-rows"),
    (
        "far column",
        lambda: workbook(sheet=cells('<row r="1"><c r="GS1"><v>1</v></c></row>')),
        "too-many-columns",
    ),
    ("far dimension", lambda: workbook(sheet=cells("", '<dimension ref="A1:B1048576"/>')), "too-many-rows"),
    (
        "far cell behind a character reference",
        lambda: workbook(sheet=cells('<row><c r="&#88;FD&#49;048576"><v>1</v></c></row>')),
        "too-many-rows",
    ),
    (
        "far cell with a namespace prefix",
        lambda: workbook(sheet=cells("").replace(b"sheetData>", b'sheetData><x:c xmlns:x="y" r="XFD9"/>', 1)),
        "too-many-columns",
    ),
    ("rows without numbers", lambda: workbook(sheet=cells("<row/>" * 50_002)), "too-many-rows"),
    (
        "cells without references",
        lambda: workbook(sheet=cells("<row>" + "<c/>" * 201 + "</row>")),
        "too-many-columns",
    ),
    ("absurd reference", lambda: workbook(sheet=cells('<row><c r="1A"/></row>')), "not-a-sheet"),
    ("absurd row", lambda: workbook(sheet=cells('<row r="9999999999999999999999"/>')), "too-many-rows"),
    ("45 MB", bomb, "bomb"),
    ("lying about 45 MB", lambda: forged_size(bomb(), SHEET, 900), "bomb"),
    ("lying upwards", lambda: forged_size(people(), SHEET, 900_000), "not-a-sheet"),
    ("lying about 4 GB", lambda: forged_size(people(), SHEET, 0xFFFFFFF0), "bomb"),
    (
        "101 MB in small parts",
        lambda: workbook(**{f"xl/m{i}.bin": bytes(999_999) for i in range(101)}),
        "bomb",
    ),
    ("entities in the sheet", lambda: workbook(sheet=ENTITIES + cells("")), "bomb"),
    ("entities in the strings", lambda: workbook(strings=ENTITIES + b"<sst/>"), "bomb"),
    ("entities in the properties", lambda: workbook(**{"docProps/core.xml": ENTITIES + b"<a/>"}), "bomb"),
    (
        "entities in UTF-16",
        lambda: workbook(sheet=(ENTITIES + cells("")).decode().encode("utf-16")),
        "not-a-sheet",
    ),
    ("climbing name", lambda: workbook(**{"xl/../../../etc/cron.d/x": b"x"}), "not-a-sheet"),
    ("absolute name", lambda: workbook(**{"/etc/passwd": b"x"}), "not-a-sheet"),
    ("backslash name", lambda: workbook(**{"xl\\..\\x": b"x"}), "not-a-sheet"),
    ("drive name", lambda: workbook(**{"c:x": b"x"}), "not-a-sheet"),
    ("two names alike", lambda: workbook(**{SHEET.upper(): cells("")}), "not-a-sheet"),
    ("macro", lambda: workbook(**{"xl/vbaProject.bin": b"x"}), "macro"),
    ("macro sheet", lambda: workbook(**{"xl/macrosheets/sheet1.xml": cells("")}), "macro"),
    ("201 entries", lambda: workbook(**{f"xl/extra{i}.bin": b"x" for i in range(201)}), "bomb"),
    ("20,000 entries", lambda: workbook(**{f"x{i}": b"" for i in range(20_000)}), "bomb"),
    ("truncated", lambda: people()[:-40], "not-a-sheet"),
    ("half", lambda: people()[: len(people()) // 2], "not-a-sheet"),
    ("zip of something else", lambda: packed({"readme.xml": b"<a/>"}), "not-a-sheet"),
    ("open document", lambda: packed({"mimetype": b"", "content.xml": b"<a/>"}), "not-a-sheet"),
    ("other compression", lambda: packed(parts(people()), zipfile.ZIP_LZMA), "not-a-sheet"),
    ("password", lambda: XLL + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ("compound file called xlsx", lambda: XLL, "encrypted"),
    ("text called xlsx", lambda: b"name\nAda", "not-a-sheet"),
    ("nothing", lambda: b"", "empty"),
    ("11 MB", lambda: people() + bytes(10_000_000), "too-big"),
]


class TestRefusesHostileFiles:
    @pytest.mark.parametrize(
        ("made", "reason"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE]
    )
    def test_with_the_reason_and_soon(self, made, reason):
        data = made()
        began = time.perf_counter()
        assert code(data) == reason
        assert time.perf_counter() - began < 20  # what it would do to whoever reads all of it takes minutes

    def test_an_encrypted_entry(self):
        data = bytearray(people())
        for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(signature) + offset] |= 1
        assert code(bytes(data)) == "encrypted"

    def test_an_old_workbook(self):
        refused = problem(XLL, "people.xls")
        assert (refused.code, refused.details) == ("not-a-sheet", {"kind": "xls"})

    def test_a_file_hidden_before_the_archive(self):
        assert code(b"MZ" + people()) == "not-a-sheet"

    def test_a_forged_size_with_the_right_checksum_shows_no_second_sheet(self):
        """zipfile would read the first 900 bytes and be content; another reader would read on."""
        long = cells('<row><c t="inlineStr"><is><t>Ada</t></is></c></row>' * 100)
        data = bytearray(forged_size(workbook(sheet=long), SHEET, 900))
        checksum = struct.pack("<I", zipfile.crc32(long[:900]))
        data[data.rindex(SHEET.encode()) - 46 + 16 : data.rindex(SHEET.encode()) - 46 + 20] = checksum
        assert code(bytes(data)) == "bomb"

    def test_one_string_repeated_for_gigabytes(self):
        rows = "".join("<row>" + '<c t="s"><v>0</v></c>' * 200 + "</row>" for _ in range(200))
        text = "".join(random.Random(1).choices("abcdefgh", k=30_000))
        strings = f"<sst><si><t>{text}</t></si></sst>".encode()
        rels = "xl/_rels/workbook.xml.rels"
        link = (
            b'<Relationship Id="rId99" Target="sharedStrings.xml" Type='
            b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>'
        )
        linked = parts(people())[rels].replace(b"</Relationships>", link + b"</Relationships>")
        assert code(workbook(sheet=cells(rows), strings=strings, **{rels: linked})) == "too-big"

    def test_more_text_than_allowed_though_it_would_fit_the_memory(self):
        assert MAX_CHARACTERS < 32_000 * 700
        book = openpyxl.Workbook()
        for _ in range(7):
            book.active.append(["x" * 32_000] * 100)
        file = io.BytesIO()
        book.save(file)
        assert code(file.getvalue()) in {"too-big", "bomb"}

    def test_a_sandbox_that_hangs_is_killed(self, monkeypatch):
        monkeypatch.setattr("storage.sheets.reading.SANDBOX", [sys.executable, "-c", "while True: pass"])
        monkeypatch.setattr("storage.sheets.reading.SANDBOX_SECONDS", 0.3)
        assert code(people()) == "timeout"

    @pytest.mark.parametrize(("signal", "reason"), [(6, "too-big"), (11, "not-a-sheet"), (24, "timeout")])
    def test_a_sandbox_that_dies_is_reported(self, monkeypatch, signal, reason):
        dying = f"import os, sys; sys.stdin.buffer.read(); os.kill(os.getpid(), {signal})"
        monkeypatch.setattr("storage.sheets.reading.SANDBOX", [sys.executable, "-c", dying])
        assert code(people()) == reason

    def test_three_hundred_mutations_are_read_or_refused(self):
        with ThreadPoolExecutor(4) as threads:
            outcomes = list(threads.map(outcome_of_mutation, range(300)))
        possible = {"read", "empty", "bomb", "not-a-sheet", "encrypted", "macro", "too-many-rows"}
        possible |= {"too-many-columns", "duplicate-column"}
        assert {"read", "not-a-sheet"} <= set(outcomes) <= possible

    def test_the_parent_does_not_grow(self, tmp_path):
        (tmp_path / "0.xlsx").write_bytes(far_cell())
        (tmp_path / "1.xlsx").write_bytes(bomb())
        (tmp_path / "2.xlsx").write_bytes(forged_size(bomb(), SHEET, 900))
        megabytes, sizes = json.loads(
            subprocess.run(
                [sys.executable, "-c", GROWTH, *sorted(map(str, tmp_path.iterdir()))],
                check=True,
                capture_output=True,
                cwd=ROOT,
            ).stdout
        )
        assert sizes == sorted(sizes)
        assert megabytes < 5


GROWTH = """
import json, resource, sys
from storage.sheets import SheetProblem, read_sheet
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
try: read_sheet(b"PK\\3\\4", "x.xlsx")
except SheetProblem: pass
before, sizes = peak(), []
for name in sys.argv[1:]:
    try: read_sheet(open(name, "rb").read(), name)
    except SheetProblem as problem: sizes.append(peak())
    else: sys.exit("was read")
print(json.dumps([peak() - before, sizes]))
"""


def outcome_of_mutation(seed: int) -> str:
    """Every second mutation is inside a part, where no checksum of the archive notices it."""
    dice = random.Random(seed)
    content = parts(people([["Ada", "=1+1"], ["Ben", "x" * 300]]))
    if seed % 2:
        name = dice.choice([name for name in content if name.startswith("xl/")])
        content[name] = mutated(content[name], dice)
    data = packed(content)
    data = data if seed % 2 else mutated(data, dice)
    try:
        return "read" if (read_sheet(data, "x.xlsx") if seed % 10 < 2 else read_here(data)) else "?"
    except SheetProblem as refused:
        return refused.code


def read_here(data: bytes) -> Sheet:
    """What the sandbox does, in this process: starting one takes a hundred times as long as reading."""
    try:
        found = list(sandbox.rows(data))
    except SheetProblem:
        raise
    except BaseException:  # a Rust panic is not an Exception
        raise SheetProblem("not-a-sheet") from None
    return table(found)


def mutated(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randint(1, 10)):
        changed[dice.randrange(4, len(changed))] = dice.randrange(256)
    return bytes(changed)


ANY_TEXT = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "#N/A",
        "{=1}",
        "=HYPERLINK(1)",
        "http://a.b",
        "1",
        "TRUE",
        "_x0041_",
        " a ",
    ]
)


def data_cells(data: bytes) -> list[list[openpyxl.cell.Cell]]:
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2)]


class TestWritesWorkbooks:
    @FEWER_EXAMPLES
    @given(st.lists(st.lists(ANY_TEXT, min_size=3, max_size=3), min_size=1, max_size=4))
    def test_every_text_stays_text_for_two_readers(self, rows):
        data = write_xlsx([OutSheet("Words", ["a", "b", "c"], rows)])
        expected = [[writing.writable(text) for text in row] for row in rows]
        found = data_cells(data)
        assert {cell.data_type for row in found for cell in row if cell.value is not None} <= {
            "s",
            "inlineStr",
        }
        assert [
            [unescape(cell.value or "") for cell in row] for row in padded(found, 3, len(rows))
        ] == expected
        other = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        assert (other.to_python(skip_empty_area=False) + [["", "", ""]] * len(rows))[
            1 : len(rows) + 1
        ] == expected

    @pytest.mark.parametrize(
        "text", ["x" * 32_767, "x" * 32_768, "x" * 100_000, "😀" * 32_767, "a" + "😀" * 40_000]
    )
    def test_long_text_goes_on_in_further_columns(self, text):
        sheet = read_sheet(write_xlsx([OutSheet("A", ["id", "note", "end"], [["1", text, "z"]])]), "x.xlsx")
        assert "".join(sheet.rows[0][1:-1]) == text
        assert (sheet.rows[0][0], sheet.rows[0][-1]) == ("1", "z")
        assert all(len(cell.encode("utf-16-le")) <= 65_534 for cell in sheet.rows[0])
        assert list(sheet.header[1:-1]) == ["note", *(f"note_({n})" for n in range(2, len(sheet.header) - 1))]

    def test_two_long_texts_keep_their_own_columns(self):
        rows = [["a" * 40_000, "b" * 70_000], ["short", "c"]]
        sheet = read_sheet(write_xlsx([OutSheet("A", ["one", "two"], rows)]), "x.xlsx")
        assert sheet.header == ("one", "one_(2)", "two", "two_(2)", "two_(3)")
        assert sheet.rows[1] == ("short", "", "c", "", "")
        assert "".join(sheet.rows[0]) == "".join(rows[0])

    def test_values_keep_their_types(self):
        moment = datetime(2024, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=8)))
        row = [1, 1.5, True, date(2024, 3, 1), moment, None, 10**17, float("inf"), date(1899, 1, 1)]
        found = data_cells(write_xlsx([OutSheet("A", list("abcdefghi"), [row])]))[0]
        plain_day = datetime(2024, 3, 1)  # noqa: DTZ001 - openpyxl knows no zones
        expected = [
            1,
            1.5,
            True,
            plain_day,
            "2024-03-01T01:30:00Z",
            None,
            "1" + "0" * 17,
            "inf",
            "1899-01-01",
        ]
        assert [cell.value for cell in found] == expected

    def test_what_xml_cannot_hold_is_replaced(self):
        sheet = read_sheet(write_xlsx([OutSheet("A", ["a\0"], [["\0\x01\ud800\uffff\r\n\r\t"]])]), "x.xlsx")
        assert (sheet.header, sheet.rows) == (("a\ufffd",), (("\ufffd" * 4 + "\n\n\t",),))

    @pytest.mark.parametrize(
        "row",
        [
            [datetime(2024, 3, 1)],  # noqa: DTZ001 - that is the point
            ["a", "b"],
            [],
        ],
    )
    def test_refuses_what_would_be_wrong(self, row):
        with pytest.raises(ValueError, match=r"zone|zip"):
            write_xlsx([OutSheet("A", ["a"], [row])])
        with pytest.raises(ValueError, match=r"zone|zip"):
            write_csv(["a"], [row])

    def test_refuses_more_columns_than_excel_has(self):
        with pytest.raises(ValueError, match="larger"):
            write_xlsx([OutSheet("A", ["a"] * 16_385, [])])

    def test_names_of_sheets_are_acceptable_and_unique(self):
        wanted = ["", "Q1/2024 [draft]", "a" * 40, "A" * 40, "'quoted'", "history", "😀" * 30, "\0:", "Sheet"]
        data = write_xlsx([OutSheet(name, ["a"], []) for name in wanted])
        names = openpyxl.load_workbook(io.BytesIO(data)).sheetnames
        assert names[:2] == ["Sheet", "Q1 2024 draft"]
        assert names[2:6] == ["a" * 31, "A" * 27 + " (2)", "quoted", "History_"]
        assert names[6:] == ["😀" * 15, "\ufffd", "Sheet (2)"]

    @FEWER_EXAMPLES
    @given(st.lists(st.text(max_size=40), max_size=12))
    def test_any_names_of_sheets(self, wanted):
        names = writing.sheet_names([OutSheet(name, [], []) for name in wanted])
        assert len({name.casefold() for name in names}) == len(wanted)
        assert all(1 <= len(name.encode("utf-16-le")) // 2 <= 31 for name in names)
        write_xlsx([OutSheet(name, ["a"], []) for name in wanted])


def padded(rows: list[list[openpyxl.cell.Cell]], columns: int, height: int) -> list[list[openpyxl.cell.Cell]]:
    """Readers leave out blank cells at the end."""
    nothing = openpyxl.Workbook().active["A1"]
    full = [row + [nothing] * (columns - len(row)) for row in rows]
    return full + [[nothing] * columns] * (height - len(rows))


class TestWritesCsv:
    @pytest.mark.parametrize("mark", "=+-@\t\r＝＋－＠")
    def test_what_looks_like_a_formula_is_quoted(self, mark):
        [header, row] = csv.reader(io.StringIO(write_csv([mark + "a"], [[mark + "1"]]).decode("utf-8-sig")))
        assert (header[0][:1], row[0][:1]) == ("'", "'")
        assert row[0][1:] == writing.writable(mark + "1")

    def test_numbers_and_the_rest_stay(self):
        moment = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)
        data = write_csv(["a", "b", "c", "d", "e", "f"], [[-1, 1.5, True, date(2024, 3, 1), moment, None]])
        expected = '\ufeff"a","b","c","d","e","f"\r\n-1,1.5,"TRUE","2024-03-01","2024-03-01T09:30:00Z",""\r\n'
        assert data.decode() == expected

    @FEWER_EXAMPLES
    @given(ANY_TEXT)
    def test_any_text_is_read_again(self, text):
        data = write_csv(["id", "note"], [["1", text]])
        [read] = read_sheet(data, "x.csv").rows
        assert dict(zip(("id", "note"), read, strict=False)).get("note", "") == writing.harmless(text)

"""Reading uploaded tables: encodings, workbooks that mean harm, cells, mapping, and the way back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from voltward.base.vin import with_check_digit
from voltward.pages.imports.cells import BadCell, parsed, plain
from voltward.pages.imports.kinds import (
    CHANGED,
    NEW,
    REFUSED,
    SAME,
    Complaint,
    ImportColumn,
    ImportKind,
)
from voltward.pages.imports.mapping import complete, guessed, header_row, headers_of, unknown
from voltward.pages.imports.reading import opened_table
from voltward.pages.imports.rows import ReadRow, head_of, read_rows
from voltward.pages.imports.words import WORDS, BadFile, said
from voltward.pages.imports.workbook_guard import Limits
from voltward.pages.imports.writing import template_csv, template_xlsx

LIMITS = Limits(file_bytes=5 << 20, unpacked_bytes=20 << 20, cells=100_000)
VIN = "LVVDB11B1RE000001"
KIND = ImportKind(
    code="thing",
    title="Thing",
    needs="vehicle.register",
    columns=(
        ImportColumn("vin", "VIN", "vin", required=True, aliases=("车架号",)),
        ImportColumn("name", "名称", longest=20),
        ImportColumn("mass", "质量", "number"),
        ImportColumn("built", "生产日期", "date"),
        ImportColumn("seen", "时刻", "instant"),
        ImportColumn("class", "类别", "choice", choices=(("a", "甲"), ("b", "乙"))),
        ImportColumn("own", "自有", "bool"),
    ),
    natural_key=("vin",),
    judge=lambda actor, rows, target: [],
    apply=lambda actor, outcomes, target: {},
    undo=lambda actor, changes, target: {},
)
HEADERS = [str(column.title) for column in KIND.columns]


def workbook(path: Path, fill: Callable[[Any, Any], None]) -> Path:
    book = Workbook(str(path))
    fill(book, book.add_worksheet("数据"))
    book.close()
    return path


def read(path: Path, limits: Limits = LIMITS) -> list[ReadRow]:
    head = head_of(path, KIND, limits)
    mapping = guessed(KIND, head.headers)
    rows = read_rows(
        path, KIND, limits, headers=head.headers, below_row=head.header_row, mapping=mapping
    )
    return list(rows)


def codes(rows: list[ReadRow]) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.code) for row in rows for one in row.problems]


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


# ---- text files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_encoding_and_separator_gives_the_same_rows(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    lines = [separator.join(("VIN", "名称")), separator.join((VIN, '"长江, 一号"'))]
    path = text(tmp_path / "a.csv", "\r\n".join(lines), encoding)
    (row,) = read(path)
    assert row.parsed is not None
    assert dict(row.parsed.values) == {"vin": VIN, "name": "长江, 一号"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "file_empty"),
        (b"  \n \n", "file_empty"),
        (b"VIN,x\n", "file_empty"),
        (b"VIN,VIN\nx,y\n", "file_headers"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "file_old_excel"),
        (b"PK\x03\x04" + b"junk" * 100, "file_broken"),
        (b"\x89PNG\0\0\0\0", "file_format"),
        (b"VIN,name\n\xff\xff\xff\xff,1\n", "file_encoding"),
        (b'VIN,name\n"' + b"x" * 40_000, "file_text"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(BadFile) as refusal:
        read(path)
    assert refusal.value.why == why
    assert said(why, refusal.value.found, refusal.value.expected) != why


def test_a_file_above_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "VIN\n" + VIN)
    with pytest.raises(BadFile) as refusal:
        read(path, Limits(10, 100, 100))
    assert refusal.value.why == "file_large"


def test_a_text_of_too_many_cells_stops_at_the_limit(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "VIN,b\n" + "x,y\n" * 1000)
    with pytest.raises(BadFile) as refusal:
        read(path, Limits(1 << 20, 1 << 20, 500))
    assert refusal.value.why == "file_cells"


# ---- workbooks


def test_formulas_are_read_as_values_and_dates_as_dates(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, [VIN, "", 1.5])
        sheet.write_formula(1, 1, '="A"&"B"', None, "AB")
        sheet.write_datetime(1, 3, datetime(2026, 1, 2), book.add_format({"num_format": 14}))
        style = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_datetime(1, 4, datetime(2026, 1, 2, 8, 30), style)
        sheet.write_boolean(1, 6, True)

    (row,) = read(workbook(tmp_path / "a.xlsx", fill))
    assert row.parsed is not None
    assert dict(row.parsed.values) == {
        "vin": VIN, "name": "AB", "mass": Decimal("1.5"), "built": date(2026, 1, 2),
        "seen": datetime(2026, 1, 2, 0, 30, tzinfo=UTC), "own": True,
    }  # fmt: skip


def test_an_error_value_and_a_formula_without_result_are_told_not_read_as_empty(
    tmp_path: Path,
) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["VIN", "名称"])
        sheet.write_string(1, 0, VIN)
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")

    assert codes(read(workbook(tmp_path / "a.xlsx", fill))) == [(2, "名称", "error_value")]


def test_a_number_of_seventeen_digits_is_told_as_lost_and_never_guessed(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["VIN", "名称"])
        sheet.write_number(1, 0, 12345678901234567)
        sheet.write_row(2, 0, [VIN, 123456789012345])

    lost, good = read(workbook(tmp_path / "a.xlsx", fill))
    assert codes([lost]) == [(2, "VIN", "number_lost")]
    assert lost.problems[0].found == "1.23E+16"
    assert good.parsed is not None
    assert good.parsed.values["name"] == "123456789012345"


def test_a_vin_that_a_spreadsheet_turned_into_a_number_is_told_in_text_too(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "VIN\n1.23E+16\n")
    assert codes(read(path)) == [(2, "VIN", "number_lost")]


def test_rows_of_merged_cells_are_refused_with_their_range(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 1, ["VIN", "名称"])  # the table begins at B2
        sheet.write_string(2, 1, VIN)
        sheet.write_string(3, 1, with_check_digit("LVVDB11B0RE000002"))
        sheet.merge_range(2, 2, 3, 2, "both")

    rows = read(workbook(tmp_path / "a.xlsx", fill))
    assert codes(rows) == [(3, "名称", "merged"), (4, "名称", "merged")]
    assert rows[0].problems[0].found == "C3:C4"


def test_hidden_sheets_are_not_read_and_other_sheets_are_named(tmp_path: Path) -> None:
    book = Workbook(str(tmp_path / "a.xlsx"))
    hidden, first, second = (book.add_worksheet(name) for name in ("secret", "shown", "notes"))
    for sheet in (hidden, first, second):
        sheet.write_column(0, 0, ["VIN", sheet.get_name()])
    first.activate()
    first.set_first_sheet()
    hidden.hide()
    book.close()
    with opened_table(tmp_path / "a.xlsx", LIMITS) as table:
        assert [cells for _number, cells in table.rows] == [["VIN"], ["shown"]]
        assert (table.sheet, table.other_sheets) == ("shown", ("notes",))


def test_a_sheet_of_all_rows_is_read_to_its_last_one_and_empty_rows_are_nothing(
    tmp_path: Path,
) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_string(0, 0, "VIN")
        sheet.write_string(1_048_575, 0, VIN)
        sheet.write_blank(500, 200, None, book.add_format({"bold": True}))

    path = workbook(tmp_path / "a.xlsx", fill)
    with opened_table(path, Limits(1 << 20, 1 << 26, 1_048_576)) as table:
        held = [(number, cells) for number, cells in table.rows if any(cells)]
    assert held == [(1, ["VIN"]), (1_048_576, [VIN])]


def test_two_cells_in_opposite_corners_are_refused_before_memory_is_taken(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_string(0, 0, "VIN")
        sheet.write_string(1_048_575, 16_383, "x")

    with pytest.raises(BadFile) as refusal:
        read(workbook(tmp_path / "a.xlsx", fill))
    assert refusal.value.why == "file_cells"
    assert refusal.value.found == str(1_048_576 * 16_384)


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", 8) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(info.filename, old.read(info)))
    return target


def plain_book(path: Path) -> Path:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["VIN", "名称"])
        sheet.write_row(1, 0, [VIN, "x"])

    return workbook(path, fill)


@pytest.mark.parametrize("prefix", [b"", b"p:"])
def test_corners_are_found_whatever_the_names_of_elements_look_like(
    tmp_path: Path, prefix: bytes
) -> None:
    sheet = (
        b'<worksheet xmlns="urn:none" xmlns:p="urn:p"><sheetData><row><X r="A1"><Y>1</Y></X>'
        b"<X r='XFD1048576'><Y>1</Y></X></row></sheetData></worksheet>"
    )
    sheet = sheet.replace(b"X ", prefix + b"c ").replace(b"X>", prefix + b"c>")
    sheet = sheet.replace(b"Y>", prefix + b"v>").replace(b' xmlns="urn:none"', b"")
    bad = rewritten(
        plain_book(tmp_path / "a.xlsx"),
        tmp_path / "b.xlsx",
        lambda name, content: sheet if name.endswith("sheet1.xml") else content,
    )
    with pytest.raises(BadFile) as refusal:
        read(bad)
    assert refusal.value.why == "file_cells"


def test_a_sheet_that_lies_outside_the_usual_folder_is_not_read_unseen(tmp_path: Path) -> None:
    source = plain_book(tmp_path / "a.xlsx")
    moved = tmp_path / "b.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(moved, "w") as new:
        for info in old.infolist():
            content = old.read(info).replace(b"worksheets/sheet1.xml", b"data/one.bin")
            name = info.filename.replace("worksheets/sheet1.xml", "data/one.bin")
            new.writestr(name, content)
    with pytest.raises(BadFile) as refusal:
        read(moved)
    assert refusal.value.why == "file_broken"


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b"0" * (21 << 20))
    assert path.stat().st_size < 100_000
    with pytest.raises(BadFile) as refusal:
        read(path)
    assert refusal.value.why == "file_unpacked"


def test_a_bomb_that_lies_about_its_size_is_refused_while_it_unpacks(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b"0" * (21 << 20))
    size = (21 << 20).to_bytes(4, "little")
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(buffer.getvalue().replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(BadFile) as refusal:
        read(path)
    assert refusal.value.why in ("file_unpacked", "file_broken")


def test_entities_are_refused(tmp_path: Path) -> None:
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'

    def change(name: str, content: bytes) -> bytes:
        at = content.find(b"?>") + 2
        return content[:at] + entity + content[at:] if name.endswith("sheet1.xml") else content

    bad = rewritten(plain_book(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", change)
    with pytest.raises(BadFile) as refusal:
        read(bad)
    assert refusal.value.why == "file_broken"


@given(junk=st.binary(max_size=400), cut=st.integers(0, 6000))
@settings(max_examples=30, deadline=None)
def test_any_bytes_at_all_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, cut: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    good = folder / "good.xlsx"
    if not good.exists():
        plain_book(good)
    path = folder / "junk"
    for content in (junk, b"PK\x03\x04" + junk, good.read_bytes()[:cut] + junk):
        path.write_bytes(content)
        try:
            said_or_read: Any = read(path)
        except BadFile as refusal:
            said_or_read = WORDS[refusal.why]
        assert said_or_read


# ---- cells


@pytest.mark.parametrize(
    ("key", "cell", "code"),
    [
        ("vin", "", "empty"),
        ("vin", "LVVDB11B0RE00000I", "vin_form"),
        ("vin", "LVV", "vin_form"),
        ("vin", "=HYPERLINK(1)", "formula"),
        ("name", "=cmd|' /C calc'!A0", "formula"),
        ("name", "@SUM(1+1)", "formula"),
        ("name", "'=1+1", "formula"),
        ("name", "-2+3+cmd", "formula"),
        ("name", "x" * 21, "too_long"),
        ("name", "a\nb", "control"),
        ("name", "a\0b", "control"),
        ("mass", "heavy", "number"),
        ("mass", "NaN", "number"),
        ("mass", "1,2,3", "number"),
        ("built", "2026-02-30", "date"),
        ("built", "31.1.2026", "date"),
        ("built", 5.5, "date"),
        ("seen", "2026-01-31 25:00", "instant"),
        ("seen", "soon", "instant"),
        ("class", "丙", "choice"),
        ("own", "maybe", "bool"),
    ],
)
def test_a_cell_of_another_kind_is_refused_by_name(key: str, cell: Any, code: str) -> None:
    with pytest.raises(BadCell) as refusal:
        parsed(KIND.column(key), cell)
    assert refusal.value.code == code
    assert code in WORDS


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("vin", " lvvdb11b1re000001 ", VIN),
        ("vin", "ＬＶＶDB11B1RE000001", VIN),
        ("name", "'-12.5", "-12.5"),
        ("name", "+86 138 0000", "+86 138 0000"),
        ("name", "　京A　", "京A"),
        ("mass", "1,234.5", Decimal("1234.5")),
        ("mass", 0.1, Decimal("0.1")),
        ("built", "2026年1月31日", date(2026, 1, 31)),
        ("built", "20260131", date(2026, 1, 31)),
        ("built", 20260131.0, date(2026, 1, 31)),
        ("seen", "2026/1/31 8:30", datetime(2026, 1, 31, 0, 30, tzinfo=UTC)),
        ("seen", "2026-01-31T08:30:00Z", datetime(2026, 1, 31, 8, 30, tzinfo=UTC)),
        ("class", "甲", "a"),
        ("class", "B", "b"),
        ("own", "否", False),
        ("own", 1.0, True),
    ],
)
def test_what_people_write_is_understood(key: str, cell: Any, value: Any) -> None:
    assert parsed(KIND.column(key), cell)[0] == value


def test_a_wrong_check_digit_warns_and_is_taken() -> None:
    value, complaint = parsed(KIND.column("vin"), "LVVDB11B0RE000001")
    assert value == "LVVDB11B0RE000001"
    assert complaint == Complaint("vin_check", "1", warns=True)


# ---- columns


def test_columns_are_found_by_title_alias_and_in_either_language() -> None:
    headers = ["序号", "车架号 *", " 名 称 ", "自有（）", "kilos"]
    found = guessed(KIND, headers)
    assert found == {"vin": 1, "name": 2, "own": 3}
    assert unknown(headers, found) == ["序号", "kilos"]


def test_a_title_above_the_table_is_passed_over() -> None:
    assert header_row([["2026 年车辆"], [], ["VIN", "名称"], [VIN, "x"]], KIND) == 2
    assert headers_of(["VIN", "", "名称", "", ""]) == ["VIN", "", "名称"]


def test_a_required_column_must_be_there_and_a_header_stands_for_one_column() -> None:
    with pytest.raises(BadFile, match="columns_missing"):
        complete(KIND, ["名称"], {"name": 0})
    with pytest.raises(BadFile, match="column_twice"):
        complete(KIND, ["VIN"], {"vin": 0, "name": 0})


# ---- any table, out and in again

ALPHABET = st.characters(blacklist_categories=("Cs", "Cc", "Cn"), max_codepoint=0xFFFD)


def _taken_as_it_is(name: str) -> bool:
    try:
        return name == "" or parsed(KIND.column("name"), name)[0] == name
    except BadCell:
        return False


ROW = st.fixed_dictionaries(
    {
        "vin": st.text("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", min_size=17, max_size=17),
        "name": st.text(ALPHABET, max_size=20).filter(_taken_as_it_is),
        "mass": st.decimals(allow_nan=False, allow_infinity=False) | st.none(),
        "built": st.dates(date(1900, 1, 1)) | st.none(),
        "seen": st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)) | st.none(),
        "class": st.sampled_from(["a", "b", None]),
        "own": st.booleans() | st.none(),
    }
)


@given(table=st.lists(ROW, min_size=1, max_size=8), ending=st.sampled_from(["csv", "xlsx"]),
       language=st.sampled_from(["zh-hans", "en"]))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_any_table_that_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[dict[str, Any]],
    ending: str,
    language: str,
) -> None:
    write = template_csv if ending == "csv" else template_xlsx
    with translation.override(language):
        lines = [[plain(column, row[column.key]) for column in KIND.columns] for row in table]
        content = write(KIND, lines)
    path = tmp_path_factory.getbasetemp() / f"table.{ending}"
    path.write_bytes(content)
    again = read(path)
    wanted = [
        {key: value for key, value in row.items() if value not in (None, "")} for row in table
    ]
    assert [dict(row.parsed.values) if row.parsed else row.problems for row in again] == wanted


def test_the_template_has_choices_and_explains_itself_in_both_languages() -> None:
    book = zipfile.ZipFile(io.BytesIO(template_xlsx(KIND)))
    strings = book.read("xl/sharedStrings.xml").decode()
    assert "示例" in strings
    assert "Example" in strings
    assert "甲,乙" in book.read("xl/worksheets/sheet1.xml").decode()


def test_results_are_told_apart_by_their_first_letter() -> None:
    assert len({word[0] for word in (NEW, CHANGED, SAME, REFUSED)}) == 4

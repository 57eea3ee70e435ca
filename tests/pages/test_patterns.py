"""Export, numbers and times, menu and registry."""

from __future__ import annotations

import csv
import itertools
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from voltward.pages.export import as_csv, as_xlsx, harmless
from voltward.pages.room import REGISTRY, MenuItem, Registry, Room
from voltward.pages.templatetags.voltward import age, unit, when

CELLS = st.text(max_size=20)


@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5))
def test_no_cell_of_a_csv_file_is_run_as_a_formula(rows: list[list[str]]) -> None:
    clean = [[cell.replace("\r", " ").replace("\x00", "") for cell in row] for row in rows]
    text = as_csv("x", ["a", "b"], clean).content.decode("utf-8-sig")
    read = list(csv.reader(StringIO(text, newline="")))[1:]
    assert read == [[harmless(cell) for cell in row] for row in clean]
    assert not any(
        cell.startswith(("=", "+", "-", "@", "\t", "\n")) for row in read for cell in row
    )


@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=3), max_size=5))
def test_an_excel_file_is_well_formed_and_holds_text_only(rows: list[list[str]]) -> None:
    book = zipfile.ZipFile(BytesIO(as_xlsx("x", ["头"], rows).content))
    for name in book.namelist():
        ElementTree.fromstring(book.read(name))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    cells = [node for node in sheet.iter() if node.tag.endswith("}c")]
    assert all(cell.get("t") == "s" for cell in cells)
    assert not [node for node in sheet.iter() if node.tag.endswith("}f")]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_formulas_are_defused(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless("LVV") == "LVV"


def test_numbers_carry_their_unit_and_gaps_a_dash() -> None:
    assert unit(12.5, "km/h") == "12.5\u2009km/h"
    assert unit(None, "km/h") == when(None) == "—"


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (timedelta(seconds=5), "5 秒前", "5 s ago"),
        (timedelta(minutes=3, seconds=59), "3 分钟前", "3 min ago"),
        (timedelta(hours=23), "23 小时前", "23 h ago"),
        (timedelta(days=40), "40 天前", "40 d ago"),
    ],
)
def test_ages_are_told_in_both_languages(span: timedelta, zh: str, en: str) -> None:
    with translation.override("zh-hans"):
        assert age(span) == zh
    with translation.override("en"):
        assert age(span) == en


def test_times_are_shown_where_the_reader_is() -> None:
    with timezone.override("Asia/Shanghai"):
        shown = when(datetime(2026, 3, 15, 0, 30, 5, tzinfo=UTC))
    assert "2026-03-15 08:30:05" in shown
    assert 'datetime="2026-03-15T00:30:05+00:00"' in shown


class Reader:
    grants = frozenset({"a.read"})


def test_the_registry_shows_what_the_reader_may_see_in_order() -> None:
    def item(title: str, needs: str, order: int) -> MenuItem:
        return MenuItem("", title, title, "car", needs, order)

    registry = Registry()
    registry.collect(
        [Room("one", menu=(item("late", "a.read", 9), item("hidden", "b.read", 1))),
         Room("two", menu=(item("early", "a.read", 2),))]
    )  # fmt: skip
    assert [one.title for one in registry.menu(Reader())] == ["early", "late"]
    assert registry.tabs("vehicle", Reader()) == []


def test_each_section_of_the_menu_stands_once() -> None:
    """Lines are sorted by their order alone: rooms that share numbers would break sections up."""
    lines = sorted((one for room in REGISTRY.rooms for one in room.menu), key=lambda one: one.order)
    sections = [name for name, _lines in itertools.groupby(str(one.section) for one in lines)]
    assert len(sections) == len(set(sections)), sections


@pytest.mark.django_db
def test_every_menu_line_leads_to_a_page_that_opens(as_safety_head: Client, safety_head) -> None:  # type: ignore[no-untyped-def]
    from django.urls import reverse

    for item in REGISTRY.menu(safety_head):
        answer = as_safety_head.get(reverse(item.url_name))
        # the telemetry store is not running here: its pages say so
        assert answer.status_code in (200, 503), item.url_name
        if answer.status_code == 200:
            assert 'aria-current="page"' in answer.content.decode(), item.url_name


@pytest.mark.django_db
def test_the_theme_and_the_narrow_menu_are_remembered_without_a_script(as_operator: Client) -> None:
    as_operator.cookies["voltward_theme"] = "dark"
    as_operator.cookies["voltward_menu"] = "narrow"
    text = as_operator.get("/account/").content.decode()
    assert 'data-bs-theme="dark"' in text
    assert "vw-narrow" in text
    as_operator.cookies["voltward_theme"] = '"><script>'
    assert 'data-bs-theme="light"' in as_operator.get("/account/").content.decode()


@pytest.mark.django_db
def test_the_start_page_is_the_first_of_the_readers_menu(
    as_system_admin: Client, as_operator: Client, operator
) -> None:  # type: ignore[no-untyped-def]
    from django.urls import reverse

    assert as_system_admin.get("/")["Location"] == "/workbench/"
    assert as_operator.get("/")["Location"] == reverse(REGISTRY.menu(operator)[0].url_name)
    operator.assignments.all().delete()
    as_operator.force_login(operator)  # other roles end the sessions there are
    assert as_operator.get("/")["Location"] == "/account/"

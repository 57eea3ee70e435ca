"""The English catalogue: complete, in step with the sources, compiled as GNU gettext would."""

from __future__ import annotations

import gettext
import re
from io import BytesIO
from pathlib import Path

import pytest

from voltward.pages.catalogue.collect import UncollectableError, collect
from voltward.pages.catalogue.keep import PO, catalogue
from voltward.pages.catalogue.mo import compile_catalogue
from voltward.pages.catalogue.po import HEADER, Entry, read, write


def test_every_sentence_has_its_english() -> None:
    assert catalogue().missing == ()


def test_the_files_are_what_the_sources_ask_for() -> None:
    now = catalogue()
    kept, wanted = read(PO.read_text(encoding="utf-8")), read(now.po)
    assert set(kept) == set(wanted), "run: voltward manage catalogue"
    assert {key: one.target for key, one in kept.items()} == {
        key: one.target for key, one in wanted.items()
    }
    assert PO.with_suffix(".mo").read_bytes() == now.mo


NAMED = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def test_named_values_are_the_same_in_both_languages() -> None:
    for entry in read(PO.read_text(encoding="utf-8")).values():
        named = set(NAMED.findall(entry.source))
        for text in (entry.target, entry.target_plural) if entry.plural else (entry.target,):
            # "one frame" may leave its number out, never put another in
            missing = named - set(NAMED.findall(text))
            assert set(NAMED.findall(text)) <= named, entry.source
            assert not missing or (entry.plural and text == entry.target), entry.source


def test_no_english_text_still_holds_chinese() -> None:
    for entry in read(PO.read_text(encoding="utf-8")).values():
        assert not any("\u4e00" <= char <= "\u9fff" for char in entry.target), entry.source


def sources(folder: Path) -> None:
    (folder / "templates").mkdir()
    (folder / "a.py").write_text(
        'from x import _\n_("一" "二")\nlabel("三")\n_(name)\nngettext("八", "九", n)\n'
    )
    (folder / "templates" / "b.html").write_text(
        '{% load i18n %}{% translate "四" %}'
        "{% blocktranslate with n=1 %}共 {{ n }} 条{% endblocktranslate %}"
        "{% translate '五' %}{# _('六') #}{{ _('七') }}"
        "{% blocktranslate count c=n %}{{ c }} 页{% plural %}{{ c }} 多页{% endblocktranslate %}"
    )


def test_sentences_are_found_in_python_and_in_templates(tmp_path: Path) -> None:
    sources(tmp_path)
    single = {(text, "") for text in ("一二", "四", "共 %(n)s 条", "五", "七")}
    assert set(collect(tmp_path)) == single | {("%(c)s 页", "%(c)s 多页"), ("八", "九")}


def test_contexts_are_refused_loudly(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('pgettext("a", "b")')
    with pytest.raises(UncollectableError, match=r"a\.py:1"):
        collect(tmp_path)


def test_a_missing_and_a_fuzzy_sentence_are_both_found(tmp_path: Path) -> None:
    sources(tmp_path)
    po = tmp_path / "django.po"
    known = [
        Entry("一二", "one two"),
        Entry("四", "four", fuzzy=True),
        Entry("八", "eight", plural="九"),
        Entry("gone", "gone"),
    ]
    po.write_text(write(known))
    now = catalogue(tmp_path, po)
    assert set(now.missing) == {"四", "共 %(n)s 条", "五", "七", "八", "%(c)s 页"}
    assert "gone" not in now.po


def test_a_catalogue_survives_being_written_and_read() -> None:
    entries = [
        Entry('引号 " 与 \\', 'quote " and \\', ["a.py"]),
        Entry("两\n行\n", "two\nlines\n", ["a.py", "b.html"], True),
        Entry("一", "one", ["c.py"], False, "多", "many"),
    ]
    again = read(write(entries))
    assert list(again.values()) == entries


def test_the_compiled_catalogue_is_read_by_the_standard_library() -> None:
    compiled = compile_catalogue({"": HEADER, "一": "one", "二": "two", "页\0多页": "page\0pages"})
    texts = gettext.GNUTranslations(BytesIO(compiled))
    assert (texts.gettext("一"), texts.gettext("二"), texts.gettext("三")) == ("one", "two", "三")
    assert [texts.ngettext("页", "多页", number) for number in (0, 1, 2)] == [
        "pages",
        "page",
        "pages",
    ]


def test_an_unknown_line_is_refused() -> None:
    with pytest.raises(ValueError, match="line 1"):
        read("what is this")

"""The words behind the codes of imports, each with what was found and what was expected."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voltward.base.errors import Refused
from voltward.pages.imports.kinds import Problem
from voltward.pages.room import Text

WORDS: dict[str, Text] = {
    # cells
    "empty": gettext_lazy("必填，此单元格为空。"),
    "number_lost": gettext_lazy(
        "找到数值“%(found)s”，编码已丢失数字；应把该列设为文本格式后重新填写。"
    ),
    "vin_form": gettext_lazy("找到“%(found)s”；应为 17 位 VIN（不含 I、O、Q）。"),
    "vin_check": gettext_lazy(
        "找到“%(found)s”；第 9 位校验码应为 %(expected)s（GB 16735），请核对，不影响导入。"
    ),
    "too_long": gettext_lazy("找到“%(found)s”；最多 %(expected)s 个字符。"),
    "formula": gettext_lazy("找到“%(found)s”；表格软件会把它当作公式执行，应为普通文本。"),
    "control": gettext_lazy("找到“%(found)s”；不应含换行或控制字符。"),
    "number": gettext_lazy("找到“%(found)s”；应为数字，例如 12.5。"),
    "date": gettext_lazy("找到“%(found)s”；应为日期，例如 2026-01-31。"),
    "instant": gettext_lazy("找到“%(found)s”；应为日期时间，例如 2026-01-31 08:30:00。"),
    "choice": gettext_lazy("找到“%(found)s”；应为以下之一：%(expected)s。"),
    "bool": gettext_lazy("找到“%(found)s”；应为“是”或“否”。"),
    "merged": gettext_lazy("找到合并单元格 %(found)s；每行的单元格应各自填写。"),
    "error_value": gettext_lazy("单元格是错误值或没有结果的公式；应填写数值或文本。"),
    "extra_cells": gettext_lazy("找到“%(found)s”，位于表头以外的列；应与表头列数一致。"),
    "duplicate": gettext_lazy("找到“%(found)s”，与第 %(expected)s 行重复；每条记录只应出现一次。"),
    "unfit": gettext_lazy("找到“%(found)s”；不在该列允许的范围或格式之内。"),
    "taken": gettext_lazy("找到“%(found)s”；该编号已被占用，应为未被占用的编号。"),
    # undoing
    "changed_since": gettext_lazy("导入之后又被修改，予以保留。"),
    "in_use": gettext_lazy("已有其他记录引用它，予以保留。"),
    "gone": gettext_lazy("记录已不存在。"),
    # whole files
    "file_empty": gettext_lazy("文件为空；应至少有一行表头和一行数据。"),
    "file_large": gettext_lazy("文件大小为 %(found)s；上限为 %(expected)s，请拆分后上传。"),
    "file_format": gettext_lazy("不是可读取的文件；应为 .xlsx 工作簿或 .csv 文本。"),
    "file_old_excel": gettext_lazy(
        "这是旧版 .xls 或设有密码的工作簿；应另存为不带密码的 .xlsx 后上传。"
    ),
    "file_broken": gettext_lazy("工作簿已损坏，无法读取：%(found)s。请用 Excel 重新保存后上传。"),
    "file_unpacked": gettext_lazy("工作簿解压后超过 %(expected)s，已停止读取。"),
    "file_cells": gettext_lazy("表格有 %(found)s 个单元格；上限为 %(expected)s 个，请拆分后上传。"),
    "file_encoding": gettext_lazy("第 %(found)s 个字节起无法识别编码；应为 UTF-8 或 GB18030。"),
    "file_text": gettext_lazy("第 %(found)s 行无法读取：引号未闭合或单元格过长。"),
    "file_no_sheet": gettext_lazy("工作簿没有可见的工作表。"),
    "file_gone": gettext_lazy("上传的文件已不在服务器上，请重新上传。"),
    "file_headers": gettext_lazy("表头“%(found)s”出现了两次；每列的表头应各不相同。"),
    # runs
    "columns_missing": gettext_lazy("缺少必填列：%(expected)s。请在列对应中选择。"),
    "column_twice": gettext_lazy("文件的一列只能对应一个字段：%(found)s。"),
    "rows_refused": gettext_lazy("有 %(found)s 行未通过检查，未写入任何数据。"),
    "not_permitted": gettext_lazy("发起人已没有所需权限，未写入任何数据。"),
    "fault": gettext_lazy("处理时发生内部错误，未写入任何数据；请联系系统管理员。"),
}


class BadFile(Refused):
    """A file that cannot be imported as a whole; ``why`` is a key of WORDS."""

    code = "bad_import_file"

    def __init__(self, why: str, *, found: str = "", expected: str = "") -> None:
        super().__init__(f"{why}: found {found or 'nothing'}, expected {expected or 'otherwise'}")
        self.why, self.found, self.expected = why, found, expected


def add_words(words: Mapping[str, Text]) -> None:
    """Words for the codes of a room's own checks."""
    WORDS.update(words)


def said(code: str, found: str = "", expected: str = "") -> str:
    """The sentence behind a code, in the reader's language."""
    return str(WORDS.get(code, code)) % {"found": found, "expected": expected}


def sentence(problem: Problem) -> str:
    """Row, column, what was found and what was expected."""
    return _("第 %(row)d 行，“%(column)s”列：%(what)s") % {
        "row": problem.row,
        "column": problem.column,
        "what": said(problem.code, problem.found, problem.expected),
    }

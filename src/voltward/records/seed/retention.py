"""How long records are kept: the first rules, from the fact sheet's part 5 (F-5.xx) and clauses.

One row each: class, Chinese and English title, years, months, product life, legal minimum, what
then, basis, source, confidence, first day. Migration 0021 reads them; a change is a proposal that
two persons agree on, or a migration of its own. Confidence: A official text read, B second-hand,
M from memory, own: a default of the platform.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    code: str
    title_zh: str
    title_en: str
    years: int
    months: int
    life: bool
    legal: bool
    then: str
    basis: str
    source: str
    confidence: str
    first_day: str = "2022-04-08"  # the Guiding Opinions


ROWS = (
    Row("eol_test", "下线检测数据", "End-of-line test data", 10, 0, True, True, "pseudonymise",
        "指导意见 三（不低于产品预期生命周期）", "F-5.01", "A"),
    Row("monitoring", "运行监测数据", "Monitoring data", 10, 0, True, True, "pseudonymise",
        "道路机动车辆生产企业准入审查要求（2026年修订）", "F-5.02", "B", "2027-01-01"),
    Row("vehicle_file", "单车档案与年度报告", "Per-vehicle file and yearly report", 10, 0, True, True,
        "pseudonymise", "道路机动车辆生产企业准入审查要求（2026年修订）", "F-5.03", "B", "2027-01-01"),
    Row("design", "设计、制造、标识、检验记录及初次销售车主信息",
        "Design, manufacture, marking and inspection records, first owners", 10, 0, False, True,
        "pseudonymise", "缺陷汽车产品召回管理条例 第九条", "F-5.04", "A"),
    Row("recall", "召回记录", "Recall records", 10, 0, False, True, "review",
        "缺陷汽车产品召回管理条例实施办法", "F-5.05", "M"),
    Row("dealer", "销售、租赁、维修记录", "Seller, lessor and repairer records", 5, 0, False, True,
        "review", "缺陷汽车产品召回管理条例 第十一条", "F-5.06", "A"),
    Row("three_guarantee", "三包修理记录", "Three-guarantee repair records", 6, 0, False, True, "review",
        "家用汽车产品修理更换退货责任规定 第十七条", "F-5.07", "A"),
    Row("network_log", "网络日志", "Network logs", 0, 6, False, True, "delete", "网络安全法", "F-5.08", "A"),
    Row("vulnerability_log", "漏洞接收日志", "Vulnerability intake log", 0, 6, False, True, "review",
        "网络产品安全漏洞管理规定 第五条", "F-5.09", "B"),
    Row("impact_assessment", "个人信息保护影响评估", "Personal information impact assessment", 3, 0, False,
        True, "review", "个人信息保护法 第五十六条", "F-5.10", "A"),
    Row("data_provision", "提供、委托处理个人信息和重要数据的记录",
        "Records of giving or entrusting personal or important data", 3, 0, False, True, "review",
        "网络数据安全管理条例 第十二条", "F-5.11", "A"),
    # shortest necessary, then delete: no number, so somebody decides as soon as it is there
    Row("personal", "一般个人信息", "Personal information in general", 0, 0, False, False, "review",
        "个人信息保护法 第十九条、第四十七条", "F-5.12", "A"),
    Row("accident", "事故、缺陷、报警与纠正措施", "Accidents, defects, alarms and corrective action", 10, 0,
        True, False, "pseudonymise", "平台默认：不少于10年，宜至产品寿命期", "F-5.13", "own"),
    Row("training", "培训、演练与值班记录", "Training, drills and duty rosters", 3, 0, False, False,
        "review", "平台默认", "F-5.14", "own"),
    Row("life", "产品寿命期", "Product life", 10, 0, True, False, "pseudonymise",
        "条款表 retain: life", "clauses:life", "own"),
    Row("y10", "十年", "Ten years", 10, 0, False, False, "review", "条款表 retain: y10", "clauses:y10", "own"),
    Row("y6", "六年", "Six years", 6, 0, False, False, "review", "条款表 retain: y6", "clauses:y6", "own"),
    Row("y5", "五年", "Five years", 5, 0, False, False, "review", "条款表 retain: y5", "clauses:y5", "own"),
    Row("y3", "三年", "Three years", 3, 0, False, False, "delete", "条款表 retain: y3", "clauses:y3", "own"),
    Row("m6", "六个月", "Six months", 0, 6, False, False, "delete", "条款表 retain: m6", "clauses:m6", "own"),
    # kept while in force; the ten years begin when a newer version takes its place
    Row("policy", "企业制度（现行长期，作废后十年）", "Company policy (while in force, then ten years)", 10, 0,
        False, False, "review", "条款表 retain: policy", "clauses:policy", "own"),
)  # fmt: skip

# code, most bytes of one file, hours in which a slip may be taken back
LIMIT = (200 * 1024 * 1024, 24, "平台默认：200 MiB", "own", "2022-04-08")

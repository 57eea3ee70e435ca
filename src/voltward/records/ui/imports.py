"""Imports as pages: the list of runs, template and upload, columns, check, apply, undo, errors."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import FileResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_filters import CharFilter, ChoiceFilter, FilterSet

from voltward.base.errors import BadInput, WrongState
from voltward.pages.access import needs
from voltward.pages.export import XLSX
from voltward.pages.imports import mapping as columns_of
from voltward.pages.imports.kinds import KINDS, Problem, kind_of
from voltward.pages.imports.words import BadFile, said, sentence
from voltward.pages.imports.writing import template_csv, template_xlsx
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell
from voltward.records import import_files
from voltward.records.actors import actor_of
from voltward.records.models import ImportRun
from voltward.records.selectors import imports as selectors
from voltward.records.services import imports as services
from voltward.records.services.audit import reading_recorded

KEPT_SHOWN = 50
UNUSED = ""  # the mapping page's word for a column that no header stands for


def kind_choices() -> list[tuple[str, Any]]:
    return [(kind.code, kind.title) for kind in KINDS.values()]


class ImportFilter(FilterSet):  # type: ignore[misc]
    file_name = CharFilter(label=gettext_lazy("文件"), lookup_expr="begins", max_length=80)
    state = ChoiceFilter(
        label=gettext_lazy("状态"), choices=ImportRun.STATES, empty_label=gettext_lazy("全部")
    )

    kind = ChoiceFilter(
        label=gettext_lazy("对象"), choices=kind_choices, empty_label=gettext_lazy("全部")
    )

    class Meta:
        model = ImportRun
        fields = ["file_name", "state", "kind"]


def _shown_state(run: ImportRun) -> str:
    return _("处理中") if run.wanted else str(run.get_state_display())


IMPORTS = List(
    of="import",
    title=gettext_lazy("批量导入"),
    section=gettext_lazy("车辆"),
    needs="import.run",
    rows=lambda actor: selectors.import_run_visible(actor),
    filterset=ImportFilter,
    columns=(
        ListColumn(
            gettext_lazy("上传时间"),
            key="created_at",
            kind="instant",
            sort="created_at",
            link=lambda row: reverse("import-run", args=[row.pk]),
        ),
        ListColumn(gettext_lazy("对象"), lambda row: KINDS[row.kind].title, key="kind"),
        ListColumn(gettext_lazy("文件"), key="file_name"),
        ListColumn(
            gettext_lazy("状态"), lambda row: Cell(_shown_state(row), row.state), key="state"
        ),
        ListColumn(gettext_lazy("行数"), key="total_rows", kind="number"),
        ListColumn(gettext_lazy("新增"), key="new_rows", kind="number"),
        ListColumn(gettext_lazy("变更"), key="changed_rows", kind="number"),
        ListColumn(gettext_lazy("拒绝"), key="refused_rows", kind="number"),
        ListColumn(gettext_lazy("发起人"), key="started_by__display_name"),
    ),
    order="-created_at",
    facets=(Facet("state"), Facet("kind")),
    buttons=(Button(gettext_lazy("新建导入"), "import-new", "upload", "import.run"),),
    empty_title=gettext_lazy("还没有导入"),
    empty_text=gettext_lazy("下载模板，填写后上传；写入之前会先检查每一行，写入之后可以整批撤销。"),
    url_name="imports",
)


class ImportList(ListPage):
    declaration = IMPORTS


@needs("import.run")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Templates of every kind, and the upload; the file goes to disk piece by piece."""
    actor = actor_of(request)
    refusal = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None:
                raise BadFile("file_empty")
            run = services.import_upload(
                actor,
                kind=request.POST.get("kind", ""),
                file_name=str(file.name),
                pieces=file.chunks(),
            )
        except BadFile as error:
            refusal = said(error.why, error.found, error.expected)
        else:
            return redirect("import-run", run.pk)
    context = {
        "kinds": selectors.import_kinds(actor),
        "refusal": refusal,
        "largest_bytes": import_files.limits().file_bytes,
        "largest_mib": import_files.limits().file_bytes >> 20,
    }
    return render(request, "records/import_new.html", context, status=422 if refusal else 200)


@needs("import.run")
@require_safe
def template(request: HttpRequest, kind: str, ending: str) -> HttpResponse:
    """The empty table of a kind."""
    chosen = services.permitted_kind(actor_of(request), kind)
    example = [[column.example for column in chosen.columns]] if "example" in request.GET else []
    if ending == "csv":
        response = HttpResponse(template_csv(chosen, example), "text/csv; charset=utf-8")
    elif ending == "xlsx":
        response = HttpResponse(template_xlsx(chosen, example), XLSX)
    else:
        raise Http404(ending)
    response["Content-Disposition"] = f'attachment; filename="voltward-{chosen.code}.{ending}"'
    return response


@needs("import.run")
@require_safe
def run_page(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run: what was found in the file, what may be done next."""
    return _shown(request, selectors.import_run_by_id(actor_of(request), run_id))


@needs("import.run")
@require_safe
def progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """The part of the page that asks again every second while the run is worked on."""
    run = selectors.import_run_by_id(actor_of(request), run_id)
    response = render(request, "records/import_progress.html", _progress(run))
    if not run.wanted:
        response["HX-Refresh"] = "true"
    return response


@needs("import.run")
@require_POST
def map_columns(request: HttpRequest, run_id: int) -> HttpResponseBase:
    kind = kind_of(selectors.import_run_by_id(actor_of(request), run_id).kind)
    given = {column.key: request.POST.get(column.key, UNUSED) for column in kind.columns}
    mapping = {
        key: int(place) for key, place in given.items() if place.isascii() and place.isdigit()
    }
    return _asked(
        request, run_id, lambda actor: services.import_map(actor, run_id=run_id, mapping=mapping)
    )


@needs("import.run")
@require_POST
def check(request: HttpRequest, run_id: int) -> HttpResponseBase:
    return _asked(request, run_id, lambda actor: services.import_check_again(actor, run_id=run_id))


@needs("import.run")
@require_POST
def apply(request: HttpRequest, run_id: int) -> HttpResponseBase:
    good = request.POST.get("good_rows_only") == "1"
    return _asked(
        request,
        run_id,
        lambda actor: services.import_ask_apply(actor, run_id=run_id, good_rows_only=good),
    )


@needs("import.undo")
@require_POST
def undo(request: HttpRequest, run_id: int) -> HttpResponseBase:
    return _asked(request, run_id, lambda actor: services.import_ask_undo(actor, run_id=run_id))


@needs("import.run")
@require_safe
def errors(request: HttpRequest, run_id: int) -> FileResponse:
    """The refused rows with what is wrong in each."""
    run = selectors.import_run_by_id(actor_of(request), run_id)
    path = import_files.errors_path(run.pk)
    if not run.refused_rows or not path.is_file():
        raise Http404("no refused rows")
    reading_recorded(actor_of(request), what="import.errors", subject=run)
    name = f"voltward-import-{run.pk}-errors.xlsx"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=XLSX)


def _asked(request: HttpRequest, run_id: int, ask: Any) -> HttpResponseBase:
    actor = actor_of(request)
    try:
        ask(actor)
    except BadFile as error:
        return _shown(
            request,
            selectors.import_run_by_id(actor, run_id),
            said(error.why, error.found, error.expected),
        )
    except (WrongState, BadInput):
        messages.error(
            request, _("这一步现在不能做：导入正在处理，或已进入下一步。请查看当前状态。")
        )
    return redirect("import-run", run_id)


def _shown(request: HttpRequest, run: ImportRun, refusal: str = "") -> HttpResponse:
    kind = kind_of(run.kind)
    problems = [Problem(*plain) for plain in run.problems]
    error = run.error
    context = {
        "run": run,
        "kind": kind,
        "refusal": refusal,
        "error": said(error["code"], error["found"], error["expected"]) if error else "",
        "refusals": [sentence(one) for one in problems if not one.warns],
        "warnings": [sentence(one) for one in problems if one.warns],
        "unknown": columns_of.unknown(run.headers, run.mapping),
        "choices": _choices(run),
        "since": _since(run),
        "kept": [(one, said(one.kept)) for one in selectors.import_kept(run, KEPT_SHOWN)],
        "state": _shown_state(run),
        "may_apply": run.state == "checked" and run.refused_rows < run.total_rows,
        "may_undo": run.state == "applied" and services.UNDO_IMPORT in actor_of(request).grants,
        "may_map": run.state in ("uploaded", "mapped", "checked"),
        **_progress(run),
    }
    return render(request, "records/import_run.html", context, status=422 if refusal else 200)


def _choices(run: ImportRun) -> list[tuple[Any, int | None, list[tuple[int, str]]]]:
    """Each column of the kind with the header that stands for it, and all headers."""
    headers = [(place, header) for place, header in enumerate(run.headers) if header]
    return [(column, run.mapping.get(column.key), headers) for column in kind_of(run.kind).columns]


def _since(run: ImportRun) -> list[str]:
    names = {"n": _("新增"), "c": _("变更"), "s": _("相同"), "r": _("拒绝")}
    return [
        _("第 %(row)d 行：上次检查为“%(before)s”，现在为“%(now)s”。")
        % {"row": row, "before": names.get(before, "—"), "now": names[now]}
        for row, before, now in run.since.get("rows", [])
    ]


def _progress(run: ImportRun) -> dict[str, Any]:
    return {"run": run, "done_rows": selectors.import_progress(run) if run.wanted else 0}

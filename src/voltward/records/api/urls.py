"""API addresses of records/ that are no list of one kind of record."""

from django.urls import path

from voltward.records.api.workbench import WorkbenchApi

urlpatterns = [path("workbench/", WorkbenchApi.as_view(), name="api-workbench")]

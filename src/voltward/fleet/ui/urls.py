"""Addresses of fleet/."""

from django.urls import URLPattern, path

from voltward.fleet.ui import (
    agreements,
    defects,
    owners,
    place_lists,
    places,
    product_actions,
    product_lists,
    vehicle_tabs,
    vehicles,
)
from voltward.fleet.ui.kinds import KINDS
from voltward.fleet.ui.products import ProductEdit, ProductPage
from voltward.fleet.ui.vehicle_forms import STEPS, StepPage
from voltward.pages.lists.page import page_of

urlpatterns: list[URLPattern] = [
    path("vehicles/", vehicles.VehicleList.as_view(), name="vehicles"),
    path("vehicles/register/", vehicles.register, name="vehicle-register"),
    path("vehicles/<str:vin>/", vehicles.first_tab, name="vehicle"),
    path("vehicles/<str:vin>/record/", vehicles.record_tab, name="vehicle-record"),
    path("vehicles/<str:vin>/build/", vehicle_tabs.build_tab, name="vehicle-build"),
    path("vehicles/<str:vin>/agreements/", vehicle_tabs.agreement_tab, name="vehicle-agreements"),
    path("vehicles/<str:vin>/log/", vehicle_tabs.log_tab, name="vehicle-log"),
    path(
        "vehicles/<str:vin>/registration/",
        vehicle_tabs.registration_page,
        name="vehicle-registration",
    ),
    path("vehicles/<str:vin>/owners/<int:period_id>/", owners.page, name="vehicle-owner"),
    path("vehicles/<str:vin>/owners/<int:period_id>/show/", owners.show, name="owner-show"),
    path("vehicles/<str:vin>/owners/<int:period_id>/edit/", owners.edit, name="owner-edit"),
    path("vehicles/<str:vin>/owners/<int:period_id>/erase/", owners.erase, name="owner-erase"),
    path("agreement-versions/", agreements.versions, name="agreement-versions"),
    path("agreements/<int:agreement_id>/withdraw/", agreements.withdraw, name="agreement-withdraw"),
    path(
        "vehicle-models/<int:row_id>/detect-sign/", product_actions.detect_sign, name="detect-sign"
    ),
    path(
        "vehicle-models/<int:row_id>/signs/<int:proposal_id>/",
        product_actions.decide_sign,
        name="decide-sign",
    ),
    path(
        "battery-types/<int:row_id>/boundaries/new/",
        product_actions.boundary_new,
        name="boundary-new",
    ),
    path("controller-types/<int:row_id>/defect/", defects.defect, name="controller-type-defect"),
]
for _list in (*product_lists.LISTS, *place_lists.LISTS):
    _view = page_of(_list).as_view()
    urlpatterns.append(path(f"{_list.url_name}/", _view, name=_list.url_name))
for _name, _step in STEPS.items():
    _view = StepPage.as_view(step=_step)
    urlpatterns.append(path(f"vehicles/<str:vin>/do/{_name}/", _view, name=f"vehicle-do-{_name}"))
for _kind in KINDS:
    _slug, _edit = _kind.slug, ProductEdit.as_view(kind=_kind)
    urlpatterns += [
        path(f"{_slug}s/new/", _edit, name=f"{_slug}-new"),
        path(f"{_slug}s/<int:row_id>/", ProductPage.as_view(kind=_kind), name=f"{_slug}-page"),
        path(f"{_slug}s/<int:row_id>/edit/", _edit, name=f"{_slug}-edit"),
    ]
for _place, _edit_class, _close_class in (
    (places.OUTLET, places.PlaceEdit, places.PlaceClose),
    (places.SITE, places.SiteEdit, places.SiteClose),
):
    _slug, _edit, _page = _place.slug, _edit_class.as_view(), places.PlacePage.as_view(kind=_place)
    urlpatterns += [
        path(f"{_slug}s/new/", _edit, name=f"{_slug}-new"),
        path(f"{_slug}s/<int:row_id>/", _page, name=f"{_slug}-page"),
        path(f"{_slug}s/<int:row_id>/edit/", _edit, name=f"{_slug}-edit"),
        path(f"{_slug}s/<int:row_id>/close/", _close_class.as_view(), name=f"{_slug}-close"),
    ]

"""``GET /api/schema/``: the OpenAPI document, JSON unless YAML is asked for."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView

from voltward.entry.api.permissions import HoldsGrant


class Schema(SpectacularAPIView):
    needs = "account.own"
    permission_classes = [HoldsGrant]
    renderer_classes = [OpenApiJsonRenderer, OpenApiYamlRenderer]


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the document says that a token is wanted."""

    target_class = "voltward.entry.api.authentication.BearerTokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "voltward.entry.api.authentication.PageSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {"type": "apiKey", "in": "cookie", "name": "voltward_session"}

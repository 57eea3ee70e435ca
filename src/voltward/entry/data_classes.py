"""The data classes of all rooms, and of the tables that come with the frameworks."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from voltward.records.protection.classes import DataClass, Declared, classes_of

INTERNAL, PERSONAL, IMPORTANT = DataClass.INTERNAL, DataClass.PERSONAL, DataClass.IMPORTANT
FRAMEWORKS: Declared = {
    # whole rows of what changed, kept by pghistory beside who did it
    "Context": {PERSONAL: "metadata", INTERNAL: "id created_at updated_at"},
    "Permission": {INTERNAL: "id name content_type codename"},
    "Group_permissions": {INTERNAL: "id group permission"},
    "Group": {INTERNAL: "id name"},
    "ContentType": {INTERNAL: "id app_label model"},
    "Session": {IMPORTANT: "session_key session_data", INTERNAL: "expire_date"},
    "EmailAddress": {PERSONAL: "user email", INTERNAL: "id verified primary"},
    "EmailConfirmation": {IMPORTANT: "key", INTERNAL: "id email_address created sent"},
    "Authenticator": {IMPORTANT: "user type data", INTERNAL: "id created_at last_used_at"},
    "SocialApp": {
        IMPORTANT: "secret key",
        INTERNAL: "id provider provider_id name client_id settings",
    },
    "SocialAccount": {
        PERSONAL: "user uid extra_data last_login date_joined",
        INTERNAL: "id provider",
    },
    "SocialToken": {IMPORTANT: "token token_secret", INTERNAL: "id app account expires_at"},
}


def data_classes(rooms: list[str]) -> dict[tuple[str, str], DataClass]:
    """(model, column) to its class, of the frameworks and of every room that has models.

    Raises:
        ValueError: two rooms class a column of the same name of models of the same name.
    """
    found = classes_of(FRAMEWORKS)
    for room in rooms:
        name = f"voltward.{room}.data_classes"
        if find_spec(name) is not None:
            more = classes_of(import_module(name).DATA_CLASSES)
            if both := found.keys() & more.keys():
                raise ValueError(f"{room}: classed elsewhere already: {sorted(both)}")
            found |= more
    return found

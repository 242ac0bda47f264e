"""Every route demands exactly one permission, or stands on the list of public ones."""

import inspect
from collections import Counter

from fastapi import FastAPI

from asn_api.access.grants import GRANTS, Permission, Role
from tests.architecture.operations import operations

PUBLIC_OPERATIONS = {
    "list_vocabularies",
    "read_vocabulary",
    "list_problems",
    "sign_in",
    "refresh_session",
    "activate_account",
    "issue_client_token",
    "get_public_keys",
    "get_server_metadata",
    "describe_uploads",
    "list_public_complaint_categories",
    "find_similar_complaints",
    "send_contact_code",
    "get_complaint_statistics",
    "submit_complaint",
    "track_complaint",
    "download_own_complaint_file",
    "write_to_complaint",
    "accept_answer",
    "reopen_complaint",
    "discover_open311",
    "list_open311_services",
    "define_open311_service",
    "post_open311_request",
    "list_open311_requests",
    "get_open311_request",
    "get_open311_token",
    "verify_certificate_code",
    "search_catalogue",
    "read_catalogue_course",
    "list_catalogue_partners",
}
"""No token needed, limited by address."""

PUBLIC_PAGES = {
    "/livez",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/docs/problems",
    "/docs/init.js",
    "/docs/pages.css",
    "/docs/swagger-ui.css",
    "/docs/swagger-ui-bundle.js",
}
"""For operators and readers; outside the contract, without a limit."""


def test_every_route_demands_exactly_one_permission_or_is_public(blueprint: FastAPI) -> None:
    wrong = [
        f"{each.method} {each.path} ({each.id}): {len(each.permissions)} permissions, public={each.public}"
        for each in operations(blueprint)
        if each.path not in PUBLIC_PAGES and len(each.permissions) + each.public != 1
    ]
    assert not wrong, "\n".join(wrong)


def test_the_public_operations_are_the_listed_ones(blueprint: FastAPI) -> None:
    everything = operations(blueprint)
    assert {each.id for each in everything if each.public} == PUBLIC_OPERATIONS
    assert {each.path for each in everything if not each.documented} == PUBLIC_PAGES


def test_contract_and_paths_belong_together(blueprint: FastAPI) -> None:
    outside = [
        each.path
        for each in operations(blueprint)
        if each.documented and not each.path.startswith(("/v1/", "/.well-known/", "/open311/v2/"))
    ]
    assert not outside


def test_operation_names_are_unique_and_say_what_they_do(blueprint: FastAPI) -> None:
    everything = [each for each in operations(blueprint) if each.documented]
    assert [name for name, times in Counter(each.id for each in everything).items() if times > 1] == []
    assert [each.id for each in everything if not inspect.getdoc(each.endpoint)] == []


def test_every_permission_is_granted_and_used(blueprint: FastAPI) -> None:
    granted = {permission for held in GRANTS.values() for permission in held}
    assert granted == set(Permission)
    assert set(GRANTS) == set(Role)
    used = {permission for each in operations(blueprint) for permission in each.permissions}
    assert used == set(Permission), f"nothing demands {sorted(set(Permission) - used)}"

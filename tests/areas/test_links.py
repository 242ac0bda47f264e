"""Activities that serve several work results."""

from typing import Any

from asn_api.core.mapping import uuid7
from tests.areas.test_activities import TODAY, activity
from tests.areas.test_performance import begun, filled, result, step, supervisors_plan
from tests.areas.test_sync import operation, push
from tests.factories import City

Json = dict[str, Any]


async def results_of_staff(city: City) -> list[Json]:
    """The three work results of staff's approved plan."""
    superiors = await supervisors_plan(city)
    parent = superiors["work_results"][0]["id"]
    plan = await begun(city, "staff")
    plan = await filled(city, "staff", plan, *(result(parent_id=parent) for _ in range(3)))
    plan = await step(city, "staff", plan, "submission")
    shown: list[Json] = (await step(city, "supervisor", plan, "approval"))["work_results"]
    return shown


def link(result: Json, share: str, **given: Any) -> Json:
    return {"work_result_id": result["id"], "indicator_id": None, "share": share, **given}


async def test_an_activity_is_shared_among_results_and_survives_every_door(city: City) -> None:
    first, second, third = await results_of_staff(city)
    indicator = second["indicators"][0]["id"]
    links = [link(first, "0.5"), link(second, "0.25", indicator_id=indicator), link(third, "0.25")]
    id = str(uuid7())
    async with city.call_as("staff") as staff:
        made = await staff.post("/v1/activities", json=activity(id=id, links=links, submit=False))
        assert made.status_code == 201, made.text
        again = await staff.post("/v1/activities", json=activity(id=id, links=links, submit=False))
        assert again.json() == made.json()
        shown = (await staff.get(f"/v1/activities/{id}")).json()
        assert shown["links"] == made.json()["links"]
        assert [{**each, "plan_id": None} for each in shown["links"]] == [
            {**each, "plan_id": None} for each in links
        ]
        assert {each["plan_id"] for each in shown["links"]} == {shown["plan_id"]}
        assert (shown["work_result_id"], "NOT_LINKED" in shown["flags"]) == (first["id"], False)
        handed = operation("submit", id=id, base_version=1)
        assert [each["status"] for each in await push(staff, handed)] == ["applied"]
        data = activity(links=[link(third, "0.9"), link(first, "0.1")], description="Rapat koordinasi dua")
        pushed = await push(staff, operation(data=data))
        assert [each["status"] for each in pushed] == ["applied"]
        one = (await staff.post("/v1/activities", json=activity(work_result_id=first["id"]))).json()
        assert [(each["work_result_id"], each["share"]) for each in one["links"]] == [(first["id"], "1")]
        assert (await staff.post("/v1/activities", json=activity())).json()["links"] == []


async def test_what_is_wrong_with_links_is_named(city: City) -> None:
    first, second, _ = await results_of_staff(city)
    stranger = {"id": str(uuid7())}

    async def codes(**given: Any) -> set[tuple[str, str]]:
        answer = await staff.post("/v1/activities", json=activity(**given))
        assert answer.status_code == 422, answer.text
        return {(each["pointer"], each["code"]) for each in answer.json()["errors"]}

    async with city.call_as("staff") as staff:
        assert await codes(links=[link(first, "0.5"), link(second, "0.4999")]) == {
            ("/links", "ACTIVITY_SHARES_NOT_WHOLE")
        }
        assert await codes(links=[link(first, "0.5"), link(first, "0.5")]) == {
            ("/links/1/work_result_id", "ACTIVITY_LINK_TWICE")
        }
        assert await codes(links=[link(first, "0.5"), link(stranger, "0.5")]) == {
            ("/links/1/work_result_id", "ACTIVITY_RESULT_NOT_OWN")
        }
        foreign = first["indicators"][0]["id"]
        assert await codes(links=[link(first, "0.5"), link(second, "0.5", indicator_id=foreign)]) == {
            ("/links/1/indicator_id", "ACTIVITY_INDICATOR_NOT_OF_RESULT")
        }
        assert await codes(links=[link(first, "1")], work_result_id=second["id"]) == {
            ("/links", "ACTIVITY_LINKED_TWO_WAYS")
        }
        assert await codes(links=[link(first, "0.99999")]) != set()
        assert (await staff.get("/v1/me/activities", params={"day[gte]": TODAY})).json()["data"] == []

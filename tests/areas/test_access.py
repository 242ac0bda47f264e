"""What every operation shares: tokens, languages, problems."""

from tests.factories import City


async def test_an_unknown_address_is_a_problem_document(city: City) -> None:
    async with city.call_as("staff") as client:
        answer = await client.get("/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "ROUTE_UNKNOWN"

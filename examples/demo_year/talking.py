"""Feedback in the course of a quarter: from superiors to their people and between colleagues."""

from datetime import date

from examples.demo_year.agency import Person, chance
from examples.demo_year.cast import Cast

POSITIVE, CONSTRUCTIVE = "Laporan rapi dan tepat waktu.", "Data pendukung perlu lebih lengkap."


async def talk(cast: Cast, day: date) -> None:
    """Every superior to some of his people, and some colleagues to each other."""
    cast.stage.clock.go_to(day)
    for person in cast.people:
        team = cast.team(person.superior) if person.superior else []
        colleague = team[(team.index(person) + 1) % len(team)] if len(team) > 1 else None
        if person.superior and chance(person.nip, day, "told") < 0.4:
            await _say(cast, cast.leader(person.superior), person, chance(person.nip, day, "+") < 0.7)
        if colleague is not None and chance(person.nip, day, "asked") < 0.1:
            await _say(cast, person.nip, colleague, good=True)


async def _say(cast: Cast, giver: str, about: Person, good: bool) -> None:
    given = {
        "id": cast.stage.names.new(),
        "employee_id": cast[about.nip].id,
        "core_value": "ACCOUNTABLE",
        "polarity": "POSITIVE" if good else "CONSTRUCTIVE",
        "text": POSITIVE if good else CONSTRUCTIVE,
    }
    await cast[giver].post("/v1/feedback", given)

"""Samples of certificates, hours, the index and the evaluation of training: all about `staff` or his unit."""

from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from asn_api.areas.certificates.jobs import EVALUATE_TRAINING
from asn_api.rules.enrolments import ClassStatus
from asn_api.tables.certificates import TrainingCertificate, TrainingEvaluation, TrainingEvaluationTask
from tests.areas.learning import certificate as words
from tests.areas.learning import claimed, completed, course, course_class, enrolled, means, proof
from tests.factories import City
from tests.matrix import Build, Sample, made

YEAR = {"year": 2026}
_numbers = count(1)


async def claim_of(city: City, person: str = "staff") -> dict[str, Any]:
    number = next(_numbers)
    return await claimed(city, person, number=f"M-{number}", title=f"Pelatihan {number}")


async def listed(city: City) -> Sample:
    people = ("staff", "supervisor", "other_staff")
    return Sample(rows={(await claim_of(city, person))["id"]: person for person in people})


async def claiming(city: City) -> Sample:
    body = words(await proof(city), number=f"M-{next(_numbers)}")
    return Sample(body=body, about="caller")


def claim(body: Any = None) -> Build:
    async def build(city: City) -> Sample:
        return Sample({"id": (await claim_of(city))["id"]}, body=body)

    return build


async def changing(city: City) -> Sample:
    shown = await claim_of(city)
    return Sample({"id": shown["id"]}, body=words(shown["file_id"], number=shown["number"]))


async def decisions(city: City) -> Sample:
    item = {"id": (await claim_of(city))["id"], "version": 1, "decision": "VERIFY"}
    return Sample(body={"items": [item]}, batch=("NOT_FOUND",))


async def issued(city: City) -> TrainingCertificate:
    [shown] = (await completed(city, "staff"))[-1:]
    async with city.database.sessions() as db:
        return (
            await db.scalars(
                select(TrainingCertificate).where(
                    TrainingCertificate.region_id == city.region.id,
                    TrainingCertificate.number == shown["number"],
                    TrainingCertificate.code.is_not(None),
                )
            )
        ).one()


async def document(city: City) -> Sample:
    return Sample({"id": (await issued(city)).id})


async def revoking(city: City) -> Sample:
    return Sample({"id": (await issued(city)).id}, body={"reason": "Keliru"})


async def code(city: City) -> Sample:
    return Sample({"code": f"{city.region.code}.{(await issued(city)).code}"})


def of_staff(city: City) -> Sample:
    return Sample({"employee_id": city.id("staff")}, query=YEAR)


def of_ward(city: City) -> Sample:
    return Sample({"unit_id": city.units["ward"].id}, query=YEAR, about="ward")


async def task_of_staff(city: City) -> UUID:
    """What `staff` is asked about a class that ended today."""
    class_id = await course_class(city, *(city.now.date(),) * 2)
    await enrolled(city, class_id, "staff")
    await EVALUATE_TRAINING.run(means(city), str(city.region.id))
    task, evaluation = TrainingEvaluationTask, TrainingEvaluation
    async with city.database.sessions() as db:
        same = and_(evaluation.region_id == task.region_id, evaluation.id == task.evaluation_id)
        asked = select(task.id).join(evaluation, same).where(evaluation.class_id == class_id)
        return (await db.scalars(asked)).one()


async def answering(city: City) -> Sample:
    """Whoever reaches `staff` cannot answer for him."""
    questions = ("CONTENT", "TEACHERS", "MATERIALS", "ORGANISATION", "USEFULNESS")
    body = {"scores": [{"question": each, "score": 4} for each in questions]}
    return Sample(
        {"id": await task_of_staff(city)},
        body=body,
        refused={"supervisor": (404, "it is asked of the participant")},
    )


async def result_note(city: City) -> Sample:
    class_id = await course_class(city, status=ClassStatus.FINISHED)
    await enrolled(city, class_id, "staff")
    note = {"note": "Antrean lebih pendek."}
    await made(city, "supervisor", "PUT", f"/v1/classes/{class_id}/result-note", json=note)
    return Sample(
        {"class_id": class_id},
        body=note,
        refused={"staff": (404, "it is written by a superior of somebody who took part")},
    )


async def record(city: City) -> Sample:
    return Sample({"course_id": await course(city)}, about="region")


SAMPLES: dict[str, Build] = {
    "list_certificates": listed,
    "claim_certificate": claiming,
    "decide_certificates": decisions,
    "get_certificate": claim(),
    "change_certificate": changing,
    "withdraw_certificate": claim(),
    "verify_certificate": claim({}),
    "reject_certificate": claim({"reason": "Tidak terbaca"}),
    "revoke_certificate": revoking,
    "verify_certificate_code": code,
    "get_certificate_document": document,
    "get_learning_hours": of_staff,
    "explain_learning_hours": of_staff,
    "get_unit_learning_hours": of_ward,
    "list_learners": of_ward,
    "get_professionalism_index": of_staff,
    "explain_professionalism_index": of_staff,
    "get_unit_professionalism_index": of_ward,
    "list_my_training_evaluation_tasks": lambda city: Sample(about="caller"),
    "answer_training_evaluation": answering,
    "write_training_result_note": result_note,
    "get_course_record": record,
}

"""Made-up complaints by COPY: Indonesian sentences with frequent and rare words, places in a city, three years."""

import math
import random
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import resources
from typing import Any
from uuid import UUID

import asyncpg

from asn_api.core.mapping import uuid7
from asn_api.demo.cascade import uuid7 as uuid7_of
from asn_api.rules.complaints import ComplaintActor, ComplaintKind, ComplaintStatus
from benchmarks.city import City
from benchmarks.compare import say
from benchmarks.people import AGENCIES, copy

CHUNK = 20_000
DAYS = 1095
CENTRE = (-7.25, 112.75)
SPREAD = 0.05
"""Degrees: five kilometres around each of the districts' centres."""
SYLLABLES = [first + second for first in "bdgjklmnprst" for second in "aeiou"]

S = ComplaintStatus
WAYS: tuple[tuple[tuple[S, ...], int], ...] = (
    ((S.VERIFIED, S.FORWARDED, S.IN_PROGRESS, S.ANSWERED, S.CLOSED), 70),
    ((S.VERIFIED, S.FORWARDED, S.ANSWERED, S.CLOSED), 12),
    ((S.NOT_AUTHORITY,), 6),
    ((S.ARCHIVED,), 6),
    ((S.VERIFIED, S.FORWARDED, S.IN_PROGRESS), 3),
    ((S.VERIFIED, S.FORWARDED), 2),
    ((), 1),
)
CLOSING = ((S.ANSWERED, "answered_at"), (S.CLOSED, "closed_at"))


class Words:
    """The demo's sentences, with street names of which few are frequent and most are rare."""

    def __init__(self) -> None:
        self.seed = random.Random(76)
        text = resources.files("asn_api").joinpath("demo/complaints.toml").read_text("utf-8")
        self.words = tomllib.loads(text)
        names = {"".join(self.seed.choices(SYLLABLES, k=3)).title() for _ in range(12_000)}
        self.names = sorted(names)
        self.seed.shuffle(self.names)

    def name(self) -> str:
        """Zipf: the first hundred names make half of all."""
        return self.names[min(len(self.names) - 1, int(len(self.names) ** self.seed.random()))]

    def place(self) -> str:
        seed = self.seed
        if seed.random() < 0.3:
            return str(seed.choice(self.words["places"]))
        return f"Jalan {self.name()} {self.name()} RT {seed.randrange(1, 15)} RW {seed.randrange(1, 12)}"

    def complaint(self, category: int) -> tuple[str, str]:
        seed, words = self.seed, self.words
        of = words["categories"][category]
        subject = seed.choice(of["subjects"]).format(self.place())
        parts = [seed.choice(of["texts"]), seed.choice(words["since"])]
        parts.append(
            f"Lokasinya di dekat {self.place()}, kelurahan {self.name()}, patokan warung Bu {self.name()}."
        )
        if seed.random() < 0.5:
            parts.append(seed.choice(of["texts"]))
        parts.append(seed.choice(words["wishes"]))
        return subject, " ".join(parts)


class Rows:
    def __init__(self, city: City, words: Words) -> None:
        self.city, self.words, self.seed = city, words, words.seed
        self.categories = [uuid7() for _ in words.words["categories"]]
        self.centres = [
            (CENTRE[0] + self.seed.gauss(0, 0.08), CENTRE[1] + self.seed.gauss(0, 0.08)) for _ in range(25)
        ]

    async def copy(self, connection: asyncpg.Connection, count: int) -> None:
        await copy(
            connection,
            "complaint_categories",
            [
                {
                    "region_id": self.city.region_id,
                    "id": id,
                    "version": 1,
                    "code": of["code"],
                    "name": of["name"],
                    "agency_id": self.agency(number),
                }
                for number, (id, of) in enumerate(
                    zip(self.categories, self.words.words["categories"], strict=True)
                )
            ],
        )
        for start in range(0, count, CHUNK):
            made = [self._complaint(number, count) for number in range(start, min(count, start + CHUNK))]
            await copy(connection, "complaints", [row for row, _ in made])
            await copy(connection, "complaint_transitions", [entry for _, way in made for entry in way])
            say(f"{start + len(made):,} complaints")

    def agency(self, number: int) -> UUID:
        return self.city.unit_ids[number % AGENCIES]

    def _complaint(self, number: int, count: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        seed, city = self.seed, self.city
        category = int(len(self.categories) * seed.random() ** 1.7)
        subject, content = self.words.complaint(category)
        received: datetime = city.now - timedelta(
            days=DAYS * (1 - number / count), minutes=seed.randrange(600)
        )
        way = seed.choices([each for each, _ in WAYS], [weight for _, weight in WAYS])[0]
        entries = [(received, S.RECEIVED)]
        for status in way:
            entries.append((entries[-1][0] + timedelta(hours=seed.randrange(1, 100)), status))
        # What lies ahead has not happened.
        entries = [(at, status) for at, status in entries if at <= city.now] or entries[:1]
        at, status = entries[-1]
        reached = {status: at for at, status in entries}
        latitude, longitude = seed.choice(self.centres)
        has_place = seed.random() < 0.8
        id = uuid7_of(int(received.timestamp() * 1000), seed)
        with_agency = S.FORWARDED in reached
        rating = (
            seed.choices((1, 2, 3, 4, 5), (1, 1, 3, 6, 4))[0]
            if status is S.CLOSED and seed.random() < 0.3
            else None
        )
        key = {"region_id": city.region_id}
        row = key | {
            "id": id,
            "version": len(entries),
            "code": f"{number:016}",
            "pin_digest": b"bench",
            "kind": ComplaintKind.COMPLAINT_NON_SUPERVISORY.value
            if seed.random() < 0.97
            else ComplaintKind.COMPLAINT_SUPERVISORY.value,
            "status": status.value,
            "is_anonymous": seed.random() < 0.3,
            "is_secret": seed.random() < 0.1,
            "category_id": self.categories[category],
            "subject": subject,
            "content": content,
            "latitude": latitude + seed.gauss(0, SPREAD / 3) if has_place else None,
            "longitude": longitude + seed.gauss(0, SPREAD / 3) if has_place else None,
            "received_at": received,
            "changed_at": at,
            "agency_id": self.agency(math.floor(AGENCIES * seed.random() ** 1.5)) if with_agency else None,
            **{name: reached.get(status) for status, name in CLOSING},
            "rating": rating,
            "rated_at": at if rating else None,
        }
        return row, list(self._entries(key | {"complaint_id": id}, row, entries))

    def _entries(
        self, key: dict[str, Any], row: dict[str, Any], entries: list[tuple[datetime, S]]
    ) -> Iterator[dict[str, Any]]:
        for version, (at, status) in enumerate(entries, 1):
            yield key | {
                "id": uuid7(),
                "version": version,
                "at": at,
                "day": at.date(),
                "status": status.value,
                "actor": ComplaintActor.SYSTEM.value,
                "agency_id": row["agency_id"] if status in (S.FORWARDED, S.IN_PROGRESS) else None,
            }

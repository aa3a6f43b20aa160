"""Synthetic districts, written as N-Quads: plans like the shipped one, about 9,000 triples each, with invented names.

Districts share the national tree of places, the national bodies and the definitions of indicators; the rest of each
stands in two graphs of its own, one for what its report states and one for what editors infer. The same seed and
number give the same district, however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import IO, Final

from benchmarks.quads import ROOT, Fact, Source, code, term, text, thing, typed
from benchmarks.words import (
    ASPECTS,
    BUREAUS,
    CITIES,
    DOMAINS,
    INDICATORS,
    PROVINCES,
    SCHEMES,
    SYLLABLES,
    WORKS,
    Definition,
)

SEED: Final = 4
SHARED: Final = "national-synthetic"
"""The key of what the districts share."""
AS_OF: Final = "2028-06-30"
TOWNSHIPS, SITES, MEASURES, PROGRAMMES, PROJECTS, DOCUMENTS, GOALS = 16, 24, 24, 24, 80, 8, 4
YEARS: Final = (("baseline", 2025), ("actual", 2026), ("actual", 2027), ("target", 2030))
_STATUSES: Final = ("planned", "approved", "started", "under-construction", "structure-complete", "completed")


@dataclass(frozen=True)
class Written:
    """What was written: the number of districts, of quads, and of named graphs."""

    districts: int
    quads: int
    graphs: int


def write_districts(path: Path, count: int, seed: int = SEED) -> Written:
    """Write ``count`` districts and what they share to the N-Quads file ``path``."""
    with path.open("w", encoding="utf-8") as out:
        quads = _write_shared(out)
        for number in range(1, count + 1):
            quads += District(out, number, seed).write()
    return Written(count, quads, 1 + 2 * count)


def place_name(number: int) -> tuple[str, str]:
    """An invented name of two characters, another for each number up to 1,600."""
    first, second = divmod((number * 607 + 11) % len(SYLLABLES) ** 2, len(SYLLABLES))
    (zh1, en1), (zh2, en2) = SYLLABLES[first], SYLLABLES[second]
    return zh1 + zh2, en1 + en2.lower()


def _write_shared(out: IO[str]) -> int:
    source = Source(out, SHARED, "framework", thing(SHARED + "/document/midterm-report"))
    country = source.name(
        thing("place/synthetic-country"),
        "pg:Place",
        "合成国",
        "Synthetic Country",
        ("pg:placeType", code("place-type-region")),
    )
    source.plan("合成国", "Synthetic Country", country)
    government = source.name(
        thing("org/synthetic-government"), "org:Organization", "合成国政府", "Synthetic Government"
    )
    for slug, zh, en in BUREAUS:
        source.name(
            thing(f"org/synthetic-{slug}-bureau"),
            "org:Organization",
            "合成国" + zh,
            "Synthetic " + en,
            ("org:subOrganizationOf", government),
        )
    for p in range(PROVINCES):
        zh, en = place_name(1000 + p)
        province = source.name(
            thing(f"place/synthetic-province-{p:02}"),
            "pg:Place",
            zh + "省",
            en + " Province",
            ("pg:placeType", code("place-type-region")),
            ("pg:within", country),
        )
        for c in range(CITIES):
            zh, en = place_name(1100 + p * CITIES + c)
            source.name(
                thing(f"place/synthetic-city-{p:02}{c}"),
                "pg:Place",
                zh + "市",
                en + " City",
                ("pg:placeType", code("place-type-city")),
                ("pg:within", province),
            )
    for definition in INDICATORS:
        source.state(
            "indicator/" + definition.slug,
            "pg:Indicator",
            definition.zh,
            definition.en,
            ("pg:direction", code("direction-higher")),
        )
    return source.quads


class District:
    """One district: its plan, its work, its figures."""

    def __init__(self, out: IO[str], number: int, seed: int) -> None:
        self.key = f"synthetic-{number:04}"
        self.random = Random(f"{seed}/{number}")
        report = thing(self.key + "/document/midterm-report")
        self.stated = Source(out, self.key, "midterm", report)
        self.inferred = Source(out, self.key, "editorial", report)
        self.zh, self.en = place_name(number)
        self.city = thing(f"place/synthetic-city-{number % PROVINCES:02}{number // PROVINCES % CITIES}")
        self.area = thing(f"place/{self.key}")
        self.government = thing(f"org/{self.key}-government")
        self.own = self.stated.own

    def write(self) -> int:
        """Write everything; gives the number of quads."""
        self._write_places()
        self._write_bodies()
        self.stated.plan(self.zh + "区", self.en, self.area)
        self._write_aims()
        self._write_measures()
        self._write_programmes()
        self._write_projects()
        for definition in INDICATORS:
            self._write_figures(definition)
        return self.stated.quads + self.inferred.quads

    def _chosen(self, kind: str, count: int) -> str:
        return self.own(f"{kind}/{kind}-{self.random.randrange(count):03}")

    def _task(self) -> str:
        return self.own(f"task/{self.random.choice(DOMAINS)[0]}-{self.random.choice(ASPECTS)[0]}")

    def _bureau(self) -> str:
        return thing(f"org/{self.key}-{self.random.choice(BUREAUS)[0]}-bureau")

    def _write_places(self) -> None:
        put = self.stated.name
        within = ("pg:within", self.city)
        put(
            self.area,
            "pg:Place",
            self.zh + "区",
            self.en + " District",
            ("pg:placeType", code("place-type-district")),
            within,
        )
        for i in range(TOWNSHIPS):
            zh, en = place_name(self.random.randrange(1600))
            put(
                thing(f"place/{self.key}-township-{i:03}"),
                "pg:Place",
                zh + "街道",
                en + " Subdistrict",
                ("pg:placeType", code("place-type-township")),
                ("pg:within", self.area),
            )
        for i in range(SITES):
            zh, en = place_name(self.random.randrange(1600))
            work_zh, work_en, kind = self.random.choice(WORKS)
            put(
                thing(f"place/{self.key}-site-{i:03}"),
                "pg:Place",
                f"{zh}{work_zh}用地",
                f"{en} {work_en} Site",
                ("pg:placeType", code("place-type-" + kind)),
                ("pg:within", thing(f"place/{self.key}-township-{self.random.randrange(TOWNSHIPS):03}")),
            )

    def _write_bodies(self) -> None:
        located = ("pg:locatedIn", self.area)
        self.stated.name(self.government, "org:Organization", self.zh + "区政府", self.en + " Government", located)
        for slug, zh, en in BUREAUS:
            self.stated.name(
                thing(f"org/{self.key}-{slug}-bureau"),
                "org:Organization",
                f"{self.zh}区{zh}",
                f"{self.en} {en}",
                located,
                ("org:subOrganizationOf", self.government),
            )

    def _write_aims(self) -> None:
        for i in range(GOALS):
            zh, en = DOMAINS[i][1:]
            description = [
                ("dcterms:description", text(words, lang))
                for words, lang in ((zh + "领先。", "zh"), (en + " first.", "en"))
            ]
            self.stated.state(f"goal/goal-{i:03}", "pg:Goal", zh + "示范区", en + " Model District", *description)
        for i in range(DOCUMENTS):
            zh, en = self.random.choice(DOMAINS)[1:]
            self.stated.state(f"document/document-{i:03}", "pg:Document", f"{zh}方案{i + 1}", f"{en} Scheme {i + 1}")
        for position, (slug, zh, en) in enumerate(DOMAINS, 1):
            domain = self.stated.state(
                "domain/" + slug, "pg:Domain", zh, en, ("pg:position", typed(position, "integer"))
            )
            for aspect, aspect_zh, aspect_en in ASPECTS:
                indicator = self.random.choice(INDICATORS).slug
                self.stated.state(
                    f"task/{slug}-{aspect}",
                    "pg:Task",
                    zh + aspect_zh,
                    f"{en} {aspect_en}",
                    ("pg:inDomain", domain),
                    ("pg:hasIndicator", thing(f"{SHARED}/indicator/{indicator}")),
                    ("pg:basedOn", self._chosen("document", DOCUMENTS)),
                )
                self._link(self.own(f"task/{slug}-{aspect}"), "pg:supports", self._chosen("goal", GOALS))

    def _write_measures(self) -> None:
        for i in range(MEASURES):
            zh, en = self.random.choice(DOMAINS)[1:]
            above = [("pg:partOf", self.own(f"measure/measure-{i % 4:03}"))] if i >= 4 else []
            self.stated.state(
                f"measure/measure-{i:03}",
                "pg:PolicyMeasure",
                f"{zh}举措{i + 1}",
                f"{en} Measure {i + 1}",
                ("pg:continues", self._task()),
                ("pg:dueBy", typed(self._day(2028, 2030), "date")),
                *above,
            )

    def _write_programmes(self) -> None:
        for i in range(PROGRAMMES):
            zh, en = place_name(self.random.randrange(1600))
            scheme_zh, scheme_en, kind = self.random.choice(SCHEMES)
            programme = self.stated.state(
                f"programme/programme-{i:03}",
                "pg:Programme",
                zh + scheme_zh,
                f"{en} {scheme_en}",
                ("pg:programmeType", code("programme-type-" + kind)),
                ("pg:implements", self._task()),
                ("pg:locatedIn", self.area),
                ("pg:responsibleBody", self._bureau()),
            )
            self._link(programme, "pg:supports", self._chosen("goal", GOALS))

    def _write_projects(self) -> None:
        first = self.random.randrange(1600)
        for i in range(PROJECTS):
            zh, en = place_name(first + i)
            work_zh, work_en, _ = self.random.choice(WORKS)
            zh, en = f"{zh}{work_zh}", f"{en} {work_en}"
            quote = self.stated.evidence(zh)
            project = self.stated.state(
                f"project/project-{i:03}",
                "pg:Project",
                zh,
                en,
                ("pg:implements", self._task()),
                ("pg:implements", self._chosen("measure", MEASURES)),
                ("pg:locatedIn", thing(f"place/{self.key}-site-{self.random.randrange(SITES):03}")),
                ("pg:periodStart", typed(self._day(2026, 2027), "date")),
                ("pg:dueBy", typed(self._day(2027, 2030), "date")),
                ("pg:responsibleBody", self._bureau()),
            )
            self.stated.name(
                self.own(f"status-report/project-{i:03}-2028"),
                "pg:StatusReport",
                zh + "进展",
                en + ": Progress",
                ("pg:assertion", code("assertion-stated")),
                ("pg:evidence", quote),
                ("pg:inPlan", self.own("plan/five-year")),
                ("pg:about", project),
                ("pg:status", code("status-" + self.random.choices(_STATUSES, (2, 1, 2, 4, 1, 6))[0])),
                ("pg:asOf", typed(AS_OF, "date")),
            )
            if i % 2:
                self._link(project, "pg:supports", self._chosen("goal", GOALS))

    def _write_figures(self, definition: Definition) -> None:
        indicator = thing(f"{SHARED}/indicator/{definition.slug}")
        for kind, year in YEARS:
            value = self.random.uniform(definition.low, definition.high)
            self._write_figure(definition, indicator, kind, year, value)
        progress = self.random.choice(("on-track", "on-track", "on-track", "behind", "achieved-early"))
        self.inferred.name(
            self.own("assessment/" + definition.slug),
            "pg:Assessment",
            definition.zh + "评估",
            definition.en + ": Assessment",
            *self._editors("按规划期进度推算。", "Computed from the time elapsed."),
            ("pg:inPlan", self.own("plan/five-year")),
            ("pg:about", indicator),
            ("pg:status", code("progress-" + progress)),
            ("pg:asOf", typed(AS_OF, "date")),
        )

    def _write_figure(self, definition: Definition, indicator: str, kind: str, year: int, value: float) -> None:
        figure = f"{value:.{definition.digits}f}"
        half = 0.5 * 10**-definition.digits if definition.digits else 0.0
        low, high = (f"{float(figure) + d:.{definition.digits + 1}f}" for d in (-half, half))
        printed = figure + definition.printed
        bounds = (figure, figure) if definition.statistic == "count" else (low, high)
        self.stated.state(
            f"observation/{definition.slug}-{kind}-{year}",
            "pg:Observation",
            f"{definition.zh}（{year}年）：{printed}",
            f"{definition.en}, {year}: {figure}",
            ("pg:ofIndicator", indicator),
            ("pg:refArea", self.area),
            ("pg:value", typed(figure, "decimal")),
            ("pg:valueLow", typed(bounds[0], "decimal")),
            ("pg:valueHigh", typed(bounds[1], "decimal")),
            ("pg:unit", f"<{definition.unit}>"),
            ("pg:comparator", code("comparator-eq")),
            ("pg:statistic", code("statistic-" + definition.statistic)),
            ("pg:valueType", code("value-type-" + kind)),
            ("pg:asPrinted", text(printed)),
            ("pg:periodStart", typed(f"{year}-01-01", "date")),
            ("pg:periodEnd", typed(f"{year}-12-31", "date")),
            quote=printed,
        )

    def _editors(self, zh: str, en: str) -> tuple[Fact, ...]:
        return (
            ("pg:assertion", code("assertion-inferred")),
            ("pg:rationale", text(zh, "zh")),
            ("pg:rationale", text(en, "en")),
            ("prov:wasAttributedTo", thing("org/synthetic-government")),
        )

    def _link(self, start: str, property_name: str, end: str) -> None:
        slug = start.strip("<>").removeprefix(f"{ROOT}id/{self.key}/").replace("/", "-")
        self.inferred.put(
            self.own("link/" + slug),
            ("rdf:type", term("pg:Link")),
            ("pg:linkFrom", start),
            ("pg:linkProperty", term(property_name)),
            ("pg:linkTo", end),
            *self._editors("内容相近。", "They are about the same matter."),
        )
        self.inferred.put(start, (property_name, end))

    def _day(self, first: int, last: int) -> str:
        year, month = self.random.randint(first, last), self.random.randint(1, 12)
        return f"{year}-{month:02}-{self.random.randint(1, 28):02}"

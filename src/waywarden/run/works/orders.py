"""``waywarden orders plan``: which crew goes where, in which order; and, if wanted, orders in the ledger."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from waywarden.exchange.printed.pdf import pdf_of
from waywarden.exchange.road.for_page import plan_json
from waywarden.exchange.road.orders import Day, orders_csv, sheets_html, sheets_said
from waywarden.pavement.orders.jobs import Job
from waywarden.pavement.orders.plan import Plan, Working, planned, yard_of
from waywarden.run.export import check_out, write_bytes
from waywarden.run.printing.letters import letters
from waywarden.run.road import ledger
from waywarden.run.road.keys import read_rows
from waywarden.terms.distress import Role
from waywarden.terms.errors import ConfigError
from waywarden.terms.ledger import Fact, LedgerFact, spelt

JOB_COLUMNS = ("defect", "street", "chainage_m", "longitude", "latitude", "minutes", "priority")
MATRIX_COLUMNS = ("from", "to", "minutes")
SEED = 1


@dataclass(frozen=True, slots=True)
class OrdersJob:
    """What was asked for. ``store`` is the ledger that orders go into, None for none."""

    jobs: Path
    working: Working
    begins: datetime
    out: str
    sheets: str | None
    store: Path | None
    policy: str
    for_page: str | None = None


def plan_orders(job: OrdersJob) -> Plan:
    """Make the plan, write it, and put its orders into the ledger; WaywardenError where one of them cannot be."""
    check_out(job.out, [".csv"])
    if job.sheets is not None:
        check_out(job.sheets, [".html", ".pdf"])
    if job.for_page is not None:
        check_out(job.for_page, [".json"])
    jobs = read_jobs(job.jobs)
    try:
        plan = planned(jobs, job.working, np.random.default_rng(SEED))
    except ValueError as error:
        raise ConfigError(f"{job.jobs}: {error}") from error
    day = Day(job.begins, _named(plan, job))
    if job.store is not None:
        _order(plan, day, job.store, job.policy)
    if job.for_page is not None:
        write_bytes([plan_json(plan, day, yard_of(jobs, job.working))], job.for_page, sys.stdout.buffer)
    if job.sheets is not None:
        write_bytes([_sheets(plan, day, job.sheets)], job.sheets, sys.stdout.buffer)
    write_bytes((line.encode() for line in orders_csv(plan, day)), job.out, sys.stdout.buffer)
    return plan


def _sheets(plan: Plan, day: Day, out: str) -> bytes:
    if not out.endswith(".pdf"):
        return sheets_html(plan, day).encode()
    title = f"Work orders {day.begins:%Y-%m-%d}"
    return pdf_of(title, sheets_said(plan, day), letters(), title)


def read_jobs(path: Path) -> list[Job]:
    """Return the jobs of a CSV of ``JOB_COLUMNS``; ConfigError if it is none, or has a defect twice."""
    jobs = read_rows(path, JOB_COLUMNS, _job)
    names = [each.defect_id for each in jobs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ConfigError(f"{path} has defect {twice} twice: give each defect one row")
    return jobs


def read_matrix(path: Path) -> dict[tuple[str, str], float]:
    """Return minutes from defect to defect; an empty name is the yard."""
    return dict(read_rows(path, MATRIX_COLUMNS, lambda row: ((row["from"], row["to"]), float(row["minutes"]))))


def _job(row: Mapping[str, str]) -> Job:
    chainage, longitude, latitude, minutes, priority = (float(row[name]) for name in JOB_COLUMNS[2:])
    return Job(row["defect"], row["street"], chainage, longitude, latitude, minutes, priority)


def _named(plan: Plan, job: OrdersJob) -> tuple[tuple[str, ...], ...]:
    """Return names of orders that the ledger has not used: the day and a number."""
    used = set() if job.store is None or not job.store.exists() else _used(job.store)
    day = f"{job.begins:%Y-%m-%d}"
    stops = sum(len(each) for each in plan.crews)
    free = (name for name in (f"{day}-{number:02d}" for number in range(1, stops + len(used) + 1)) if name not in used)
    return tuple(tuple(next(free) for _ in stops) for stops in plan.crews)


def _used(store: Path) -> set[str]:
    told = (json.loads(entry.fact.told) for entry in ledger.read_entries(store))
    return {str(each["order_id"]) for each in told if "order_id" in each}


def _order(plan: Plan, day: Day, store: Path, policy: str) -> None:
    now = datetime.now(UTC)
    facts = [
        LedgerFact(one.defect_id, Fact.ORDERED, now, now, Role.FOREMAN, "", policy, spelt({"order_id": name}))
        for stops, names in zip(plan.crews, day.order_ids, strict=True)
        for stop, name in zip(stops, names, strict=True)
        for one in stop.visit.jobs
    ]
    ledger.write_all(store, facts)

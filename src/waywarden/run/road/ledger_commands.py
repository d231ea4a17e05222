"""``waywarden ledger …`` and ``waywarden policy …``: each command calls one job and says what came of it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from waywarden.exchange.road.rules import policy_json
from waywarden.exchange.tidy import quoted
from waywarden.pavement.ledger.repairs import claimed_not_seen, repaired_twice
from waywarden.pavement.ledger.triage import precisions
from waywarden.pavement.policy.backlog import backlog
from waywarden.pavement.policy.backtest import backtest
from waywarden.run.export import check_out, write_bytes
from waywarden.run.road import claim, ledger, names
from waywarden.run.road.policy_file import read_policy, read_streets
from waywarden.run.spoken import TIMES, StoreFile, instant, notes, utc
from waywarden.terms.distress import Role
from waywarden.terms.errors import ConfigError, LedgerError
from waywarden.terms.ledger import Fact, LedgerEntry, LedgerFact, Triage, spelt

ledger_app = typer.Typer(help="What happened to each defect, for good.")
policy_app = typer.Typer(help="The rules by which damage is acted on.")


@ledger_app.command("write")
def ledger_write(  # noqa: PLR0913, PLR0917 - a parameter an option
    defect: Annotated[str, typer.Argument(help="Name of the defect.")],
    fact: Annotated[Fact, typer.Argument(help="What happened to it.")],
    role: Annotated[Role, typer.Option(help="On whose word.")] = Role.INSPECTOR,
    store_file: StoreFile = Path("waywarden.sqlite"),
    observed: Annotated[
        datetime | None, typer.Option(formats=TIMES, metavar="TIME", help="When it was so; now if left out.")
    ] = None,
    policy: Annotated[str, typer.Option(help="Version of the policy in force.")] = "",
    weights: Annotated[str, typer.Option(help="Version of the weights that saw it.")] = "",
    told: Annotated[str, typer.Option(help="What else is known, as a JSON object.")] = "{}",
) -> None:
    """Write one fact down. It cannot be taken back, only followed by another."""
    now = datetime.now(UTC)
    try:
        written = LedgerFact(defect, fact, utc(observed) or now, now, role, weights, policy, ledger.read_told(told))
    except ValueError as error:
        raise LedgerError(str(error)) from error
    _say_written(ledger.write(store_file, written), defect)


@ledger_app.command("repaired")
def ledger_repaired(  # noqa: PLR0913, PLR0917 - a parameter an option
    defect: Annotated[str, typer.Argument(help="Name of the defect.")],
    before: Annotated[Path | None, typer.Option(help="A picture of the place before; kept redacted.")] = None,
    after: Annotated[Path | None, typer.Option(help="A picture of the place after; kept redacted.")] = None,
    temporary: Annotated[bool, typer.Option("--temporary", help="The repair is to be done again.")] = False,  # noqa: FBT002
    material: Annotated[str | None, typer.Option(help="What it was repaired with.")] = None,
    order: Annotated[str | None, typer.Option(help="By which order.")] = None,
    role: Annotated[Role, typer.Option(help="On whose word.")] = Role.FOREMAN,
    store_file: StoreFile = Path("waywarden.sqlite"),
    observed: Annotated[
        datetime | None, typer.Option(formats=TIMES, metavar="TIME", help="When it was done; now if left out.")
    ] = None,
    policy: Annotated[str, typer.Option(help="Version of the policy in force.")] = "",
) -> None:
    """Write a repair down, with pictures of before and after, on which whoever is there is hidden."""
    # Here: of all that is done to a ledger, pictures alone want the inference runtime.
    from waywarden.run.road.pictures.repairs import Repair, write_repair  # noqa: PLC0415

    done = Repair(defect, utc(observed) or datetime.now(UTC), role, policy, temporary, material, order)
    _say_written(write_repair(store_file, done, before, after), defect)


def _say_written(entry: LedgerEntry, defect: str) -> None:
    if entry.fact.defect_id != defect:
        now = escape(entry.fact.defect_id)
        notes.print(f"{escape(defect)} was merged into {now}: written under that name")
    typer.echo(f"{entry.number} {entry.entry_hash}")


@ledger_app.command("judge")
def ledger_judge(
    policy_file: Annotated[Path, typer.Option("--policy", help="The rules (policy.toml).")],
    store_file: StoreFile = Path("waywarden.sqlite"),
) -> None:
    """Write down which repairs later passes have verified, and which they reopened."""
    for entry in ledger.judge(store_file, read_policy(policy_file), datetime.now(UTC)):
        typer.echo(f"{entry.number} {entry.fact.defect_id} {entry.fact.fact}")


@ledger_app.command("verify")
def ledger_verify(
    store_file: StoreFile = Path("waywarden.sqlite"),
    head: Annotated[str | None, typer.Option(help="A head that was kept elsewhere: N:HASH.")] = None,
) -> None:
    """Find any edit, gap or reordering of the ledger; with a head that was kept, also a cut end."""
    found = ledger.verify(store_file, None if head is None else ledger.read_head(head))
    typer.echo(f"whole: {found.entries} entries, head {ledger.spelt_head(found)}")


@ledger_app.command("head")
def ledger_head(store_file: StoreFile = Path("waywarden.sqlite")) -> None:
    """Print the head, to be kept where nobody who can write the ledger can reach it."""
    typer.echo(ledger.spelt_head(ledger.verify(store_file, None)))


@ledger_app.command("entries")
def ledger_entries(
    store_file: StoreFile = Path("waywarden.sqlite"),
    defect: Annotated[str | None, typer.Option(help="Only of this defect.")] = None,
    first: Annotated[int, typer.Option(help="From this number on.", min=0)] = 0,
) -> None:
    """Print every entry as CSV: what happened, and on whose word; the account is the one that wrote it."""
    typer.echo("number,defect,fact,observed,recorded,role,account,weights,policy,told,hash")
    for each in ledger.read_entries(store_file, defect, first):
        one = each.fact
        typer.echo(
            f"{each.number},{quoted(one.defect_id)},{one.fact},{instant(one.observed_at)},"
            f"{instant(one.recorded_at)},{one.role},{one.account},{quoted(one.weights)},{quoted(one.policy)},"
            f"{quoted(one.told)},{each.entry_hash}"
        )


@ledger_app.command("states")
def ledger_states(store_file: StoreFile = Path("waywarden.sqlite")) -> None:
    """Print the state of every defect as CSV: defect,state."""
    typer.echo("defect,state")
    for name, state in sorted(ledger.states(store_file).items()):
        typer.echo(f"{quoted(name)},{state}")


@ledger_app.command("repaired-twice")
def ledger_repaired_twice(
    store_file: StoreFile = Path("waywarden.sqlite"),
    months: Annotated[int, typer.Option(help="Within so many months.", min=1)] = 12,
) -> None:
    """Print the defects that were repaired twice within 12 months as CSV: defect,first,second."""
    typer.echo("defect,first,second")
    facts = (entry.fact for entry in ledger.read_entries(store_file))
    for each in repaired_twice(facts, months=months, called=names.merged(store_file)):
        typer.echo(f"{quoted(each.defect_id)},{each.first_at:%Y-%m-%d},{each.second_at:%Y-%m-%d}")


@ledger_app.command("claimed")
def ledger_claimed(store_file: StoreFile = Path("waywarden.sqlite")) -> None:
    """Print the defects that were claimed to be repaired and were not seen sound since, a line each."""
    facts = (entry.fact for entry in ledger.read_entries(store_file))
    for name in claimed_not_seen(facts, called=names.merged(store_file)):
        typer.echo(name)


@ledger_app.command("triage")
def ledger_triage(
    defect: Annotated[str, typer.Argument(help="Name of the defect.")],
    verdict: Annotated[Triage, typer.Argument(help="What it is.")],
    role: Annotated[Role, typer.Option(help="On whose word.")] = Role.INSPECTOR,
    store_file: StoreFile = Path("waywarden.sqlite"),
    policy: Annotated[str, typer.Option(help="Version of the policy in force.")] = "",
) -> None:
    """Write down what somebody who looked says a defect is: that confirms or rejects it."""
    now = datetime.now(UTC)
    told = spelt({"triage": verdict.value})
    _say_written(ledger.write(store_file, LedgerFact(defect, verdict.fact, now, now, role, "", policy, told)), defect)


@ledger_app.command("precision")
def ledger_precision(store_file: StoreFile = Path("waywarden.sqlite")) -> None:
    """Print as CSV how often what was seen was there, by kind and by what it was seen with, as persons judged it."""
    typer.echo(f"kind,source,judged,real,precision,low,high,{','.join(Triage)}")
    for each in precisions(entry.fact for entry in ledger.read_entries(store_file)):
        low, high = each.interval
        verdicts = ",".join(str(each.verdicts[verdict]) for verdict in Triage)
        typer.echo(
            f"{each.kind},{quoted(each.source)},{each.judged},{each.real},{each.share:.3f},{low:.3f},{high:.3f},{verdicts}"
        )


@ledger_app.command("backlog")
def ledger_backlog(
    policy_file: Annotated[Path, typer.Option("--policy", help="The rules (policy.toml).")],
    streets: Annotated[
        Path | None, typer.Option(help="CSV: defect,kind,severity,hierarchy,vehicles_per_day; without it no level.")
    ] = None,
    at: Annotated[datetime | None, typer.Option(formats=TIMES, metavar="TIME", help="As of then; else now.")] = None,
    for_page: Annotated[str | None, typer.Option(help="Also write it for the page, with the rules: a .json.")] = None,
    store_file: StoreFile = Path("waywarden.sqlite"),
) -> None:
    """Print as CSV what is known and not mended, since when, and by when it is due; the most overdue first."""
    if for_page is not None:
        check_out(for_page, [".json"])
    policy, known = read_policy(policy_file), {} if streets is None else read_streets(streets)
    facts = [entry.fact for entry in ledger.standing(store_file)]
    as_of = utc(at) or datetime.now(UTC)
    try:
        waiting = backlog(policy, facts, known, as_of)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    if for_page is not None:
        write_bytes([policy_json(policy, waiting, as_of)], for_page, sys.stdout.buffer)
    typer.echo("defect,state,known_since,level,due,answered,hours_left,needs_measuring")
    for each in waiting:
        left = "" if each.hours_left is None else f"{each.hours_left:.1f}"
        typer.echo(
            f"{quoted(each.defect_id)},{each.state},{instant(each.known_since)},{quoted(each.level)},"
            f"{instant(each.due_at)},"
            f"{instant(each.answered_at)},{left},{'yes' if each.needs_measuring else 'no'}"
        )
    overdue = sum((each.hours_left or 0.0) < 0 for each in waiting)
    notes.print(f"{len(waiting)} known and not mended, {overdue} of them overdue by policy {policy.version}")


@ledger_app.command("pack")
def ledger_pack(  # noqa: PLR0913, PLR0917 - a parameter an option
    out: Annotated[str, typer.Option(help="The .zip file to write.")],
    at: Annotated[str, typer.Option(help="The day, or the time, by which something was known.")],
    defect: Annotated[str | None, typer.Option(help="Name of the defect.")] = None,
    street: Annotated[str | None, typer.Option(help="Or the street, with --chainage-m.")] = None,
    chainage_m: Annotated[float | None, typer.Option(help="Metres along the street.")] = None,
    within_m: Annotated[float, typer.Option(help="So far along the street either way.", min=0)] = 15.0,
    sightings: Annotated[Path | None, typer.Option(help="CSV of sightings, not those in the store.")] = None,
    policy_files: Annotated[list[Path] | None, typer.Option("--policy", help="policy.toml; may be repeated.")] = None,
    pdf: Annotated[str | None, typer.Option(help="Also write its pages to a .pdf file, with the head on each.")] = None,
    chain: Annotated[bool, typer.Option("--chain", help="With all later entries of the ledger.")] = False,  # noqa: FBT002
    store_file: StoreFile = Path("waywarden.sqlite"),
) -> None:
    """Write everything that is known of a place into one file that verifies itself, and print its head."""
    asked = claim.Asked(
        defect, street, chainage_m, within_m, claim.until_of(at), sightings, policy_files or [], with_chain=chain
    )
    typer.echo(claim.make_pack(store_file, asked, out, pdf))


@ledger_app.command("check-pack")
def ledger_check_pack(
    pack: Annotated[Path, typer.Argument(help="The .zip file.")],
    head: Annotated[str | None, typer.Option(help="The head that was noted when it was made.")] = None,
    store_file: Annotated[Path | None, typer.Option("--store", help="Also look its entries up in this ledger.")] = None,
) -> None:
    """Find any change to a claim pack; with its noted head, also one that was made anew."""
    typer.echo(f"whole: {claim.check_pack(pack, head, store_file)}")


@policy_app.callback()
def policy_callback() -> None:
    """The rules by which damage is acted on."""  # noqa: D401


@policy_app.command("backtest")
def policy_backtest(
    policy_file: Annotated[Path, typer.Option("--policy", help="The rules (policy.toml).")],
    streets: Annotated[Path, typer.Option(help="CSV: defect,kind,severity,hierarchy,vehicles_per_day.")],
    since: Annotated[datetime, typer.Option(formats=TIMES, metavar="TIME", help="Defects known from this time on.")],
    until: Annotated[datetime, typer.Option(formats=TIMES, metavar="TIME", help="And before this time.")],
    store_file: StoreFile = Path("waywarden.sqlite"),
) -> None:
    """Print as CSV what these rules would have come to: answers due, in time, late, and what they cost."""
    policy = read_policy(policy_file)
    facts = [entry.fact for entry in ledger.standing(store_file)]
    first, last = utc(since), utc(until)
    if first is None or last is None or first >= last:
        raise ConfigError(f"--since comes before --until, got {since} and {until}")
    try:
        outcomes = backtest(policy, facts, read_streets(streets), first, last)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    typer.echo("policy,level,due,in_time,late,waiting,needs_measuring,cost")
    for each in outcomes:
        typer.echo(
            f"{quoted(policy.version)},{quoted(each.level)},{each.due},{each.in_time},{each.late},{each.waiting},"
            f"{each.needs_measuring},{each.cost:g}"
        )

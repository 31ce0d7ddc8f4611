"""`upbeat source`: the systems of the company that send data."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.terminal import opened

# What a command needs is imported inside it: `upbeat --help` answers at once.

cli = typer.Typer(no_args_is_help=True, help="The systems of the company that send data.")


class Form(StrEnum):
    """How a system sends what it knows."""

    signed = "signed"
    github = "github"
    gitlab = "gitlab"
    jira = "jira"
    files = "files"


@cli.command("add")
def source_add(
    name: Annotated[str, typer.Argument(help="What it is called, and its address: /ingest/NAME.")],
    form: Annotated[
        Form,
        typer.Option(
            metavar="FORM",
            help="signed: figures as docs/data-in.md has them. github, gitlab, jira: their webhooks, with their"
            " signatures. files: CSV and XLSX alone, loaded here or sent in chat by the owner.",
        ),
    ] = Form.signed,
    owner: Annotated[
        str,
        typer.Option(
            help="The address of who looks after it: hears when it is silent, and sends its files in chat;"
            " administrators otherwise."
        ),
    ] = "",
    stale_days: Annotated[
        int, typer.Option(min=1, max=400, help="The age in days from which its figures do not count.")
    ] = 14,
    points_field: Annotated[
        str, typer.Option(help="Jira: the field that holds story points, like customfield_10016.")
    ] = "",
) -> None:
    """Let a system send data. Prints its secret, this once."""
    from bot.sources import add

    with opened() as database:
        add(
            database,
            name,
            form=form.value,
            owner=owner,
            stale_days=stale_days,
            points_field=points_field,
        )


@cli.command("list")
def source_list() -> None:
    """Print who sends data, when it was heard last, and what waits for a person that nobody knows."""
    from bot.sources import print_list

    with opened() as database:
        print_list(database)


@cli.command("remove")
def source_remove(name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """Hear a system no more. What it sent stays."""
    from bot.sources import remove

    with opened() as database:
        remove(database, name)


@cli.command("allow")
def source_allow(
    name: Annotated[str, typer.Argument(help="The source.")],
    metric: Annotated[str, typer.Argument(help="The metric, as it is sent.")],
) -> None:
    """Let a metric pass that is refused by its name. It still never enters a score."""
    from bot.sources import allow

    with opened() as database:
        allow(database, name, metric)


@cli.command("person")
def source_person(
    name: Annotated[str, typer.Argument(help="The source.")],
    called: Annotated[str, typer.Argument(help="What it calls the person: a login, an id.")],
    email: Annotated[str, typer.Argument(help="The person's address in the people file.")],
) -> None:
    """Say who somebody is that a source calls by another name, and take again what waited for them."""
    from bot.sources import map_person

    with opened() as database:
        map_person(database, name, called, email)


@cli.command("pull")
def source_pull(
    name: Annotated[str, typer.Argument(help="The source.")],
    address: Annotated[
        Path | None,
        typer.Option(
            help="The file with the database's address (postgresql://… or sqlite:///…); - reads it from standard input."
        ),
    ] = None,
    query: Annotated[Path | None, typer.Option(help="The file with the query, which may only read.")] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="What the columns are, in TOML; kept with the source.")
    ] = None,
    every_hours: Annotated[int, typer.Option(min=1, max=800, help="How often it is asked.")] = 24,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask once, say what would change, and change nothing.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="Ask no more; address and query are forgotten.")
    ] = False,
) -> None:
    """Read a source from another database, every so often. Address and query are kept encrypted."""
    from bot.source_tables import ask, stop_asking
    from bot.terminal import Complaint

    with opened() as database:
        if stop:
            stop_asking(database, name)
        elif address is None or query is None:
            raise Complaint("Say where and what: --address FILE --query FILE, or --stop.")
        else:
            ask(
                database,
                name,
                address=address,
                query=query,
                mapping=mapping,
                every_hours=every_hours,
                dry_run=dry_run,
            )


@cli.command("openapi")
def source_openapi() -> None:
    """Print what programs may post to /ingest, as an OpenAPI document."""
    from bot.ingest.openapi import printed

    typer.echo(printed(), nl=False)


@cli.command("load")
def source_load(
    name: Annotated[str, typer.Argument(help="The source.")],
    file: Annotated[Path, typer.Argument(help="CSV or XLSX; its first row names the columns.")],
    mapping: Annotated[
        Path | None,
        typer.Option(help="What the columns are, in TOML; kept with the source for the files after it."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
) -> None:
    """Load figures from a file: all of them or none. The same file twice changes nothing."""
    from bot.source_tables import load

    with opened() as database:
        load(database, name, file, mapping=mapping, dry_run=dry_run)


@cli.command("files")
def source_files(name: Annotated[str, typer.Argument(help="The source.")]) -> None:
    """Print the last files that were loaded, each with its number."""
    from bot.source_tables import print_files

    with opened() as database:
        print_files(database, name)


@cli.command("take-back")
def source_take_back(
    name: Annotated[str, typer.Argument(help="The source.")],
    file: Annotated[str, typer.Argument(help="The file's number, as `upbeat source files` prints it.")],
) -> None:
    """Take back a file: its figures are again what they were before. What came since stays."""
    from bot.source_tables import take_back

    with opened() as database:
        take_back(database, name, file)


@cli.command("unmatched")
def source_unmatched(
    name: Annotated[str, typer.Argument(help="The source.")],
    again: Annotated[
        bool, typer.Option("--again", help="Take them again: some may be known by now.")
    ] = False,
) -> None:
    """Print what waits for a person that nobody knows."""
    from bot.sources import print_unmatched

    with opened() as database:
        print_unmatched(database, name, again=again)

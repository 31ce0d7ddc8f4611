"""The `upbeat` command: run it, and look after it."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from bot.source_commands import cli as source_cli
from bot.terminal import opened

# What a command needs is imported inside it: `upbeat --help` answers at once.

cli = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Upbeat: check-ins, kudos, feedback and one-on-ones where people already talk.",
)
people_cli = typer.Typer(no_args_is_help=True, help="The company's people: import the file, invite somebody.")
key_cli = typer.Typer(no_args_is_help=True, help="The keys that protect people's words.")
calendar_cli = typer.Typer(no_args_is_help=True, help="Holidays and make-up workdays.")
goals_cli = typer.Typer(
    no_args_is_help=True, help="Goals that everybody in the company sees, as an Excel file."
)
cli.add_typer(source_cli, name="source")
cli.add_typer(goals_cli, name="goals")
cli.add_typer(people_cli, name="people")
cli.add_typer(key_cli, name="key")
cli.add_typer(calendar_cli, name="calendar")


def main() -> None:
    """Run a command; what the operator can mend is one sentence, not a traceback."""
    from bot.terminal import Complaint, say_problem, say_somehow

    say_somehow()
    try:
        cli()
    except Complaint as complaint:
        say_problem(str(complaint))
        raise SystemExit(1) from None


@cli.command()
def run(
    only: Annotated[
        str,
        typer.Option(
            help="The roles of this process, of web, hear, tick and deliver, with commas between; all of them"
            " otherwise. For several processes on one PostgreSQL."
        ),
    ] = "",
) -> None:
    """Migrate, then serve what is configured: Slack, Telegram, or the local chat on a sample company."""
    gc.disable()  # until it serves: nearly all that a start makes stays, and looking through it takes a sixth of it
    from bot.roles import read_roles
    from bot.running import run as serve
    from bot.terminal import read_settings

    serve(read_settings(), roles=read_roles(only))


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from storage.damage import refuse_damage
    from storage.migrations import migrate as bring
    from storage.migrations import newest

    with opened(migrated=False) as database:
        refuse_damage(database)
        changed = bring(database)
    typer.echo(f"The schema is {newest()}{', brought up now' if changed else ' already'}.")


@cli.command()
def manifest(
    public_url: Annotated[
        str, typer.Option(help="The address that Slack reaches, for HTTP; empty for Socket Mode.")
    ] = "",
) -> None:
    """Print the manifest for a new Slack app."""
    from bot.slack.manifest import print_manifest
    from bot.terminal import Complaint

    if public_url and not public_url.startswith("https://"):
        raise Complaint("Slack sends only to https://…, and --public-url begins otherwise.")
    typer.echo(print_manifest(public_url=public_url), nl=False)


@cli.command()
def refresh(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail when something is stale.")
    ] = False,
) -> None:
    """Write again what is made from the code: migration, catalog, Slack manifest, pages of docs."""
    from bot.refreshing import refresh as renew

    stale, lacking = renew(check=check)
    for line in [*(f"{'stale' if check else 'written'}: {name}" for name in stale), *lacking]:
        typer.echo(line)
    if check and (stale or lacking):
        from bot.terminal import Complaint

        raise Complaint("Run `upbeat refresh` and commit what it writes.")


@cli.command()
def doctor() -> None:
    """Look at everything that Upbeat needs, and say how to mend what is wrong."""
    from bot.doctor import examine
    from bot.terminal import read_settings

    raise typer.Exit(examine(read_settings()))


@cli.command()
def audit() -> None:
    """Look through the whole audit log, entry by entry; fails when it was changed, cut or added to from outside."""
    from bot.terminal import Complaint

    with opened() as database:
        report = database.look_now(lambda store: store.proof.whole())
    if report.broken:
        raise Complaint(f"The audit log: {report}.")
    typer.echo(f"The audit log: {report}.")


@cli.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Copy everything of one moment into a file, while Upbeat goes on."""
    from bot.terminal import complaining
    from storage.backups import BackupProblem, back_up
    from storage.damage import refuse_damage

    with complaining(BackupProblem), opened(migrated=False) as database:
        refuse_damage(database)
        rows = back_up(database, file)
    typer.echo(f"{rows} rows are in {file}. Keep the key (UPBEAT_SECRET_KEY or the key file) apart from it.")


@cli.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `upbeat backup` wrote.", exists=True)],
) -> None:
    """Fill the empty database of UPBEAT_DATABASE_URL from a backup. Nothing that was sent is sent again."""
    from bot.terminal import Complaint, complaining
    from storage.backups import BackupProblem
    from storage.backups import restore as put_back
    from storage.slots import RESTORED_FROM

    with complaining(BackupProblem), opened(migrated=False) as database:
        rows = put_back(database, file)
        typer.echo(f"{rows} rows are back, every one that the backup counts.")
        database.open()
        made_at = database.look_now(lambda store: store.setting(RESTORED_FROM))
        report = database.look_now(lambda store: store.proof.whole())
    typer.echo(
        f"They are of {made_at[:16].replace('T', ' ')} UTC: let people know that what they said after it is lost."
        " Whoever may have missed messages is told so, once."
    )
    if report.broken:
        raise Complaint(f"The audit log was broken before the backup was made: {report}.")
    typer.echo(f"The audit log: {report}.")


@people_cli.command("import")
def people_import(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX; its first row names the columns.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
) -> None:
    """Make the company what a people file says. Who is not in the file has left."""
    from bot.importing import import_people

    with opened() as database:
        import_people(database, file, dry_run=dry_run)


@people_cli.command("invite")
def people_invite(
    email: Annotated[str, typer.Argument(help="The person's address in the people file.")],
) -> None:
    """Print a single-use code with which a person connects their account on Telegram."""
    from bot.importing import invite

    with opened() as database:
        invite(database, email)


@goals_cli.command("export")
def goals_export(
    file: Annotated[Path, typer.Argument(help="The XLSX file to write.")],
    reader: Annotated[str, typer.Option(help="The address of the person for whom it is.")],
    which: Annotated[str, typer.Option(help="Whose: mine, team, or seen (everybody's).")] = "seen",
) -> None:
    """Write the goals that everybody in the company sees into an Excel file, in the language of one person."""
    from bot.goals import export

    with opened() as database:
        export(database, file, email=reader, which=which)


@goals_cli.command("import")
def goals_import(
    file: Annotated[Path, typer.Argument(help="XLSX or CSV, as `upbeat goals export` writes it.")],
    by: Annotated[str, typer.Option(help="The address of the person in whose name it is changed.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
) -> None:
    """Change goals that everybody sees as a file says, as far as this person may."""
    from bot.goals import take_in

    with opened() as database:
        take_in(database, file, email=by, dry_run=dry_run)


@key_cli.command("rotate")
def key_rotate() -> None:
    """Make a new data key and seal everything again with it. Stop Upbeat first."""
    from bot.terminal import complaining
    from storage.rotation import Running, rotate

    with complaining(Running), opened() as database:
        values = rotate(database)
    typer.echo(f"{values} sealed values are under a new key; the old one is gone.")


NEW_SECRET = "UPBEAT_NEW_SECRET_KEY"  # noqa: S105 - the name of the variable


@key_cli.command(
    "secret", help=f"Protect the keys by another UPBEAT_SECRET_KEY: {NEW_SECRET}, or it is asked for."
)
def key_secret() -> None:
    import os

    from bot.terminal import Complaint
    from storage.rotation import change_secret

    new = os.environ.get(NEW_SECRET) or typer.prompt(
        "The new UPBEAT_SECRET_KEY", hide_input=True, confirmation_prompt=True
    )
    if not new.strip():
        raise Complaint("An empty UPBEAT_SECRET_KEY protects nothing. Nothing was changed.")
    with opened() as database:
        change_secret(database, new.encode())
    typer.echo(
        "The keys are protected by the new one alone. Set it as UPBEAT_SECRET_KEY and start Upbeat again; backups from"
        " before still need the old one."
    )


@calendar_cli.command("import")
def calendar_import(
    file: Annotated[
        Path,
        typer.Argument(help="CSV or XLSX with the columns day, workday (yes or no) and name.", exists=True),
    ],
    country: Annotated[
        str,
        typer.Option(
            help="The ISO code of the country whose calendar it is, like CN; otherwise the one that was chosen."
        ),
    ] = "",
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Take away what else was loaded for the years that the file touches."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
) -> None:
    """Load a year's public holidays and make-up workdays."""
    from bot.importing import import_calendar

    with opened() as database:
        import_calendar(database, file, country, replace=replace, dry_run=dry_run)


if __name__ == "__main__":
    main()

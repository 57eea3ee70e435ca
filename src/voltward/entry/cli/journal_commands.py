"""``voltward journal cat|verify|stats``: read a journal folder without disturbing its writer."""

from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    journal = typer.Typer(help="Read, check and measure a journal folder.", no_args_is_help=True)
    journal.command()(cat)
    journal.command()(verify)
    journal.command()(stats)
    app.add_typer(journal, name="journal")

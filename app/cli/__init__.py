"""The commands; ``python -m app --help`` lists them. Each calls `app.commands`, which open the transaction."""

import sys

import click

from app.cli import copies, deploying, interrupts, people, running, timing, triage, usage, wrong_use
from app.cli.base import say
from app.errors import AppError, InvalidForm


@click.group(help="Alur: menjalankan SOP langsung dari diagram BPMN-nya.")
def commands() -> None:
    """Alur's commands."""


for _command in (
    people.init,
    running.demo_command,
    running.run,
    running.serve,
    running.work,
    deploying.check,
    deploying.deploy,
    timing.fire,
    timing.clock_command,
    people.user,
    copies.backup_command,
    copies.restore_command,
    triage.triage_command,
):
    commands.add_command(_command)
usage.translate(commands)


def main() -> None:
    """Run a command; an expected error is one sentence and exit code 1, never a traceback."""
    try:
        interrupts.tidy_up_first()
        commands(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        click.echo(wrong_use.told(error), err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except UnicodeEncodeError as error:
        if error.reason != "surrogates not allowed":  # so Python hands on bytes that are no UTF-8
            raise
        click.echo("Berhenti: ada kata pada perintah ini yang bukan UTF-8. Ketik ulang kata itu.", err=True)
        sys.exit(1)
    except AppError as error:
        say(f"Berhenti: {error}", err=True)
        for reason in _reasons(error):
            say(f"- {reason}", err=True)
        sys.exit(1)
    finally:
        interrupts.end_at_once()  # pressed again, it has nothing to interrupt but the end


def _reasons(error: AppError) -> list[str]:
    """What is wrong with each thing entered, or with the database, where the sentence itself does not say."""
    found = list(error.errors.values()) if isinstance(error, InvalidForm) else []
    # The driver's own words: whoever runs commands may read them.
    if said := getattr(error.__cause__, "orig", None):
        found += [line.strip() for line in str(said).strip().splitlines()]
    return [reason for reason in found if reason != str(error)]

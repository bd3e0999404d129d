"""The commands; ``python -m app --help`` lists them. Each calls `app.commands`, which open the transaction."""

import sys

import click
from click import core, decorators, exceptions, formatting, parser, types

from app.base import i18n, log_safety
from app.base.errors import AppError, InvalidForm
from app.cli import deploying, evidence, exporting, interrupts, people, reporting, running, witness
from app.cli.base import say
from app.services.core import security_log
from app.services.core.security_log import Origin


@click.group(help="Alur: menjalankan SOP langsung dari diagram BPMN-nya.")
def commands() -> None:
    """Alur's commands."""
    security_log.come_from(Origin("command"))


for _command in (
    people.init,
    running.demo_command,
    running.run,
    running.serve,
    running.work,
    deploying.check,
    deploying.deploy,
    running.fire,
    running.clock_command,
    people.user,
    running.backup_command,
    running.restore_command,
    deploying.triage_command,
    reporting.report_command,
    evidence.verify_command,
    evidence.checkpoint_command,
    exporting.export_log,
    evidence.export_command,
    evidence.export_checkpoint_command,
    evidence.restrict_command,
    witness.witness_command,
):
    commands.add_command(_command)


def _translate(command: click.Command) -> None:
    """Say in Indonesian the words of a command's usage, and of those below it, that click does not translate."""
    command.options_metavar = "[PILIHAN]"
    if isinstance(command, click.Group):
        command.subcommand_metavar = "PERINTAH [ARGUMEN]..."
        for inner in command.commands.values():
            _translate(inner)


_translate(commands)
_indonesian = i18n.catalogue("id")
for _module in (core, decorators, exceptions, formatting, parser, types):
    # gettext's own way to a language is an environment variable, which would go on to the programs that we start.
    vars(_module).update(_=_indonesian.gettext, ngettext=_indonesian.ngettext)


def main() -> None:
    """Run a command; an expected error is one sentence and exit code 1, never a traceback."""
    try:
        interrupts.tidy_up_first()
        commands(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _show(error)
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


def _show(error: click.ClickException) -> None:
    """Print what was typed wrongly, below how the command is used where that is known."""
    if isinstance(error, click.BadParameter) and error.param and error.param_hint is None:
        error.param_hint = error.param.get_error_hint(error.ctx).replace("'", "")
    text = error.format_message()
    if isinstance(error, click.MissingParameter):
        text = f"{error.param_hint} belum diisi."
    click.UsageError(log_safety.plain(text), getattr(error, "ctx", None)).show()


def _reasons(error: AppError) -> list[str]:
    """What is wrong with each thing entered, or with the database, where the sentence itself does not say."""
    found = list(error.errors.values()) if isinstance(error, InvalidForm) else []
    # The driver's own words: whoever runs commands may read them.
    if said := getattr(error.__cause__, "orig", None):
        found += [line.strip() for line in str(said).strip().splitlines()]
    return [reason for reason in found if reason != str(error)]

"""The `groundswell` command. Heavy imports happen inside the commands, so that help is instant."""

import contextlib
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

import groundswell.cli.annotations as annotations
import groundswell.cli.certify as certify
import groundswell.cli.cleaning as cleaning
import groundswell.cli.datasets as datasets
import groundswell.cli.export as export
import groundswell.cli.keys as keys
import groundswell.cli.kinds as kinds
import groundswell.cli.labelling as labelling
import groundswell.cli.runs as runs
import groundswell.cli.searching as searching
import groundswell.cli.tracing as tracing
import groundswell.cli.versions as versions
from groundswell import __version__
from groundswell.errors import STOPPED, GroundswellError, StoreError
from groundswell.settings import Settings

EPILOG = "Errors end with one line that says what to do, and an exit code: docs/reference/errors.md."


class Cli(click.Group):
    """A group that turns whatever goes wrong in a command into one line and an exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; see `click.Group.main`."""
        _unwind_on_sigterm()
        try:
            sys.exit(super().main(*args, **{**kwargs, "standalone_mode": False}))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(error.exit_code)
        except click.ClickException as error:
            _fail(_one_line(error), error.exit_code)
        except GroundswellError as error:
            _fail(str(error), error.exit_code)
        except click.Abort:
            _fail("stopped", STOPPED)
        except OSError as error:
            _fail(f"{error.filename or 'the system'}: {error.strerror or error}", StoreError.exit_code)


def _unwind_on_sigterm() -> None:
    """Let a service manager's stop run the same clean-up as Ctrl-C."""
    with contextlib.suppress(ValueError):  # only the main thread may listen to signals
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def _one_line(error: click.ClickException) -> str:
    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "groundswell"
    return f"{' '.join(error.format_message().split()).rstrip('.')}; see `{command} --help`"


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"groundswell: {message}", err=True)
    sys.exit(code)


@click.group(cls=Cli, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="groundswell")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="The data folder [default: $GROUNDSWELL_HOME, else ./groundswell-data].",
)
@click.pass_context
def main(context: click.Context, home: Path | None) -> None:
    """Groundswell, the open data engine for AI training.

    Collect raw data, clean it, keep it in versions, have it labelled by people and models together, prove
    the quality of the labels, and feed them into training.
    """
    settings = Settings.from_env()
    context.obj = Settings(**{**vars(settings), "home": home}) if home else settings


main.add_command(labelling.demo)
main.add_command(labelling.up)
main.add_command(labelling.label)
main.add_command(labelling.sign_in)
main.add_command(labelling.projects)
main.add_command(kinds.kinds)
main.add_command(certify.audits)
main.add_command(certify.certify)
main.add_command(export.export)
main.add_command(keys.keys)
main.add_command(annotations.import_)
main.add_command(cleaning.collect)
main.add_command(cleaning.clean)
main.add_command(cleaning.drops)
main.add_command(datasets.datasets)
main.add_command(datasets.diff)
main.add_command(datasets.split)
main.add_command(datasets.leaks)
main.add_command(versions.versions)
main.add_command(versions.quota)
main.add_command(searching.search)
main.add_command(searching.slices)
main.add_command(searching.add_vectors)
main.add_command(tracing.trace)
main.add_command(tracing.retract)
main.add_command(runs.trace_run)

if __name__ == "__main__":
    main()

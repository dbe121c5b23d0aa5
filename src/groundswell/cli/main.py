"""The `groundswell` command. Heavy imports happen inside the commands, so that help is instant."""

import sys
from pathlib import Path
from typing import Any

import click

import groundswell.cli.data as data
import groundswell.cli.labelling as labelling
from groundswell import __version__
from groundswell.errors import GroundswellError, InvalidSetting
from groundswell.settings import Settings

EPILOG = "Errors end with one line that says what to do, and an exit code: docs/reference/errors.md."


class Cli(click.Group):
    """A group whose commands turn Groundswell's errors into one line and an exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; see `click.Group.main`."""
        try:
            return super().main(*args, **kwargs)
        except GroundswellError as error:
            click.echo(f"groundswell: {error}", err=True)
            sys.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("groundswell: stopped", err=True)
            sys.exit(130)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(141)


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
    try:
        settings = Settings.from_env()
    except InvalidSetting as error:
        click.echo(f"groundswell: {error}", err=True)
        context.exit(error.exit_code)
    context.obj = Settings(**{**vars(settings), "home": home}) if home else settings


main.add_command(labelling.demo)
main.add_command(labelling.up)
main.add_command(labelling.label)
main.add_command(labelling.sign_in)
main.add_command(labelling.projects)
main.add_command(labelling.export)
main.add_command(labelling.keys)
main.add_command(data.collect)
main.add_command(data.datasets)
main.add_command(data.trace)

if __name__ == "__main__":
    main()

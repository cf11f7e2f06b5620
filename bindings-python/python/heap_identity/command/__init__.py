"""The command `heap-identity`."""

import typer

from .._core import __version__
from . import apply, demo, doctor, importing, serve, sso, token, watch

app = typer.Typer(
    name="heap-identity",
    help="Provisioning and single sign-on between an identity provider and Heap.",
    no_args_is_help=True,
    # What goes wrong unexpectedly is shown without the values of variables: one of them may be a token.
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


def _version(is_asked: bool) -> None:
    if is_asked:
        print(f"heap-identity {__version__}")
        raise typer.Exit


@app.callback()
def _options(version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version.")) -> None:
    pass


app.command()(apply.apply)
app.command()(apply.plan)
app.command()(watch.watch)
app.command()(watch.events)
app.command()(serve.serve)
app.command()(demo.demo)
app.command("import")(importing.import_)
app.command()(doctor.doctor)
app.add_typer(sso.app, name="sso")
app.add_typer(token.app, name="token")


def main() -> None:
    """What the installed command runs."""
    app()

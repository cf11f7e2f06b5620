"""`apply` and `plan`: the main job."""

from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..rounds import Held, Result, Run
from ..state import MemoryJournal, State, StateError
from . import common
from .common import Unusable, err, out

# What talks over HTTP is loaded by those commands alone that do: a shell that completes a word waits for all that is loaded here.
if TYPE_CHECKING:
    from ..http import Connection

#: How many lines of one kind people are shown.
SHOWN_MAX = 20

DirectoryFile = Annotated[Path, typer.Argument(metavar="DIRECTORY.json", help="The whole directory: who is not in it is gone.")]
Approve = Annotated[str | None, typer.Option("--approve", metavar="DIGEST", help="Carry out the plan with this digest although it trips a guard.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before the first write. Never lifts a guard.")]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the plan as one self-contained page, too.")]


def apply(
    directory: DirectoryFile,
    base_url: common.BaseUrl,
    state: common.StateFile,
    token_env: common.TokenEnv = None,
    token_file: common.TokenFile = None,
    token_keyring: common.TokenKeyring = None,
    guards: common.GuardsOption = None,
    approve: Approve = None,
    yes: Yes = False,
    replace_changed_user_names: common.Replace = False,
    timeout: common.Timeout = 5,
    proxy: common.Proxy = None,
    ca_file: common.CaFile = None,
    json_: common.Json = False,
    log: common.Log = common.LogLevel.off,
) -> None:
    """Brings a tenant to what a directory says, and stops when both are equal.

    Exit status: 0 the tenant equals the directory; 3 something was held back or failed, and a new start goes on; 2 bad usage or a
    bad file, and nothing was sent; 130 interrupted, and a new start goes on.
    """
    from ..http import engine

    with common.told(json_, log):
        if not yes and not common.is_terminal():
            raise Unusable("nobody is there to be asked: add --yes, or look at `heap-identity plan` first")
        snapshot = common.read_directory(directory)
        limits = common.read_guards(guards)
        token = common.token(token_env, token_file, token_keyring)
        connection = connection_of(base_url, token, timeout, proxy, ca_file)
        opened = State(state)
        options: dict[str, Any] = {"guards": limits, "replace_changed_user_names": replace_changed_user_names}
        try:
            made = engine(snapshot, connection, opened, approve=approve, review=not yes and approve is None, **options)
        except BaseException:
            opened.close()
            raise
    with opened, common.Stopping() as stopping:
        try:
            result = settled(Run(made, opened, bearer_token=token, timeout=timeout), connection, stopping, is_quiet=json_)
            # Held back by nothing but the wish to be asked.
            while (held := result.held) is not None and not held.trips and not yes and approve is None:
                show_held(held)
                if not typer.confirm("carry it out?", err=True):
                    result = declined(result)
                    break
                made.approve(digest=held.digest)
                result = settled(Run(made, opened, bearer_token=token, timeout=timeout), connection, stopping, is_quiet=json_)
        except StateError as error:
            common.fail(str(error), is_json=json_, code=error.code, status=common.HELD_OR_FAILED)
    end(result, is_json=json_)


def plan(
    directory: DirectoryFile,
    base_url: common.BaseUrl,
    state: Annotated[Path | None, typer.Option("--state", metavar="FILE", help="The state of `apply`; it is not changed.")] = None,
    token_env: common.TokenEnv = None,
    token_file: common.TokenFile = None,
    token_keyring: common.TokenKeyring = None,
    guards: common.GuardsOption = None,
    html: Html = None,
    replace_changed_user_names: common.Replace = False,
    timeout: common.Timeout = 5,
    proxy: common.Proxy = None,
    ca_file: common.CaFile = None,
    json_: common.Json = False,
    log: common.Log = common.LogLevel.off,
) -> None:
    """Shows what `apply` would do, and why. Writes nothing: neither at the tenant nor to the state.

    Exit status: 0 the tenant was read, and the plan is shown; 3 the tenant cannot be read; 2 bad usage or a bad file.
    """
    from ..http import engine

    with common.told(json_, log):
        snapshot = common.read_directory(directory)
        token = common.token(token_env, token_file, token_keyring)
        connection = connection_of(base_url, token, timeout, proxy, ca_file)
        limits = common.read_guards(guards)
        journal = untouched(state)
        made = engine(snapshot, connection, journal, guards=limits, review=True, replace_changed_user_names=replace_changed_user_names)
        with common.Stopping() as stopping:
            result = settled(Run(made, journal, bearer_token=token, timeout=timeout), connection, stopping, is_quiet=json_)
        document = plan_document(result)
        if html is not None and document is not None:
            common.write_private(html, rendered(document))
    if document is None:
        end(result, is_json=json_)
    if json_:
        common.show_json(document)
    elif result.held is None:
        out.print("the tenant equals the directory: there is nothing to do", markup=False)
    else:
        show_held(result.held)


def rendered(document: dict[str, Any]) -> str:
    """The plan as one page."""
    from ..plan_page import render

    nothing = {"version": 1, "totals": {"managed_active": 0, "managed_groups": 0, "source_is_empty": False}, "steps": []}
    return render(document["plan"] or nothing, tripped=document["reasons"], digest=document["digest"], made_at=datetime.now(timezone.utc))


def untouched(file: Path | None) -> MemoryJournal:
    """The records of a state in memory, so that a plan leaves no trace in the file."""
    if file is None or not file.exists():
        return MemoryJournal()
    with State(file) as state:
        return MemoryJournal(state.records())


def plan_document(result: Result) -> dict[str, Any] | None:
    """The plan with its digest and the guards that it trips; `None` where the tenant could not be read."""
    if result.held is not None:
        return {"digest": result.held.digest, "trips": result.held.trips, "reasons": result.held.reasons, "plan": result.held.plan}
    if result.is_equal:
        return {"digest": None, "trips": [], "reasons": [], "plan": None}
    return None


def connection_of(base_url: str, token: str, timeout: float, proxy: str | None, ca_file: Path | None) -> "Connection":
    """How the tenant is reached."""
    import ssl

    from ..http import Connection

    verify = None
    if ca_file is not None:
        try:
            verify = ssl.create_default_context(cafile=str(ca_file))
        except (OSError, ssl.SSLError) as error:
            raise Unusable(f"{ca_file}: {error}") from error
    return Connection(base_url=base_url, bearer_token=token, timeout=timeout, proxy=proxy, verify=verify)


def settled(run: Run, connection: "Connection", stopping: common.Stopping, *, is_quiet: bool) -> Result:
    """Drives a run, with progress for people, and with an end in good order on Ctrl-C."""
    from ..http import drive

    stopping.attach(run.stop)
    if is_quiet or not err.is_terminal:
        return drive(run, connection)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("reading", total=None)
        run.on_progress = lambda done, total: progress.update(
            task, description="reading" if total is None else "writing", completed=done, total=total
        )
        return drive(run, connection)


def declined(result: Result) -> Result:
    """The person at the keyboard has said no."""
    return Result(**{**vars(result), "reason": "it was not confirmed; nothing of it was sent"})


def end(result: Result, *, is_json: bool) -> None:
    """Shows what a run came to, and ends with its status."""
    if is_json:
        common.show_json(result.to_dict())
    else:
        show(result)
    if result.outcome == "interrupted":
        raise typer.Exit(common.INTERRUPTED)
    if not result.is_equal:
        raise typer.Exit(common.HELD_OR_FAILED)


def show(result: Result) -> None:
    """What a run came to, for people."""
    for event in result.failures[:SHOWN_MAX]:
        resource = event["resource"]["id"] if "resource" in event else "-"
        out.print(f"{event['event_type']} {resource}: {event.get('error_message') or '-'}", markup=False)
    if len(result.failures) > SHOWN_MAX:
        out.print(f"… and {len(result.failures) - SHOWN_MAX} more (all of them with --json)", markup=False)
    if result.held is not None:
        show_held(result.held)
        out.print(f"to carry out exactly this plan, add: --approve {result.held.digest}", markup=False)
    said = "equals the directory" if result.reason is None else f"does not equal the directory: {result.reason}"
    counts = f"{result.steps} steps, {result.writes} writes of {sum(result.requests.values())} requests, {result.seconds:.1f} s"
    style = "green" if result.is_equal else "red"
    out.print(f"the tenant {said} ({counts})", markup=False, style=style)


def show_held(held: Held) -> None:
    """A plan; of a long one the beginning, and its counts."""
    lines = held.text.splitlines()
    steps, counts = lines[:-1], lines[-1:]
    shown = [*steps[:SHOWN_MAX]]
    if len(steps) > SHOWN_MAX:
        shown.append(f"  … and {len(steps) - SHOWN_MAX} more lines (all of them with --json)")
    for line in [*shown, *counts]:
        out.print(line, markup=False)
    for reason in held.reasons:
        out.print(f"guard: {reason}", markup=False, style="yellow")


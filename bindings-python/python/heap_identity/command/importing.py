"""`import`: people who are at Heap and not in the directory are brought into it (R34-R37)."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ..connector import Import, ImportCandidate, ImportList, ImportResult
from . import common
from .apply import DirectoryFile, connection_of
from .common import Unusable, out

Select = Annotated[list[str] | None, typer.Option("--select", metavar="ACCOUNT", help="Import the account with this id at Heap; once for each.")]
AllNew = Annotated[bool, typer.Option("--all-new", help="Import every account that is new.")]
NewOnly = Annotated[bool, typer.Option("--new-only", help="Show the new accounts alone.")]
Output = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Where the directory with the imported people is written, whole or not at all.")
]


def import_(
    directory: DirectoryFile,
    base_url: common.BaseUrl,
    token_env: common.TokenEnv = None,
    token_file: common.TokenFile = None,
    token_keyring: common.TokenKeyring = None,
    new_only: NewOnly = False,
    select: Select = None,
    all_new: AllNew = False,
    output: Output = None,
    timeout: common.Timeout = 5,
    proxy: common.Proxy = None,
    ca_file: common.CaFile = None,
    json_: common.Json = False,
    log: common.Log = common.LogLevel.off,
) -> None:
    """Shows Heap's accounts beside the directory, and brings new ones into it; writes nothing at Heap.

    Imported people are in no group: they are managed once you put them into one that is bound. Exit status: 0 it is shown, or
    imported; 3 the accounts cannot be read, or somebody could not be imported; 2 bad usage or a bad file.
    """
    from ..exchange import Exchange, NotRead

    with common.told(json_, log):
        if bool(select or all_new) != (output is not None):
            raise Unusable("--select or --all-new says who is imported, and --output where to: give both")
        snapshot, document = common.read_directory(directory), json.loads(common.read_text(directory))
        token = common.token(token_env, token_file, token_keyring)
        connection = connection_of(base_url, token, timeout, proxy, ca_file)
        try:
            with Exchange(connection) as exchange:
                found = ImportList.compare(exchange.accounts(), directory=snapshot)
        except NotRead as error:
            common.fail(str(error), is_json=json_, code=error.code, status=common.HELD_OR_FAILED)
        shown = found.view("new_users_only" if new_only else "new_users_first")
        if output is None:
            tell(shown, json_)
            return
        new = [candidate.account for candidate in found.view("new_users_only")]
        selected = list(dict.fromkeys([*(select or []), *(new if all_new else [])]))
        if all_new and not selected:
            tell(shown, json_)
            return
        importing = found.select(selected)
        results = bring_in(importing, selected, document, is_told=not json_ and importing.mode == "live")
        common.write_private(output, json.dumps(document, ensure_ascii=False, indent=1))
    finish(importing, results, output, shown, json_)


def bring_in(importing: Import, selected: list[str], document: dict[str, Any], *, is_told: bool) -> list[ImportResult]:
    """Adds each person to the directory, with an id that is the same whenever this account is imported."""
    ids = {user["id"] for user in document["users"]}
    results = []
    while (person := importing.next_person()) is not None:
        id = f"heap-{selected[importing.progress[0]]}"
        if id in ids:
            results.append(importing.settle(failure=f"the directory has somebody else with the id {id}"))
        else:
            fields = {"userName": person.user_name, "givenName": person.given_name, "familyName": person.family_name, "email": person.email}
            user = {"id": id, **{name: value for name, value in fields.items() if value is not None}, "active": True}
            document["users"].append(user)
            results.append(importing.settle(person=id))
        if is_told:
            tell_result(results[-1])
    return results


def tell(candidates: list[ImportCandidate], is_json: bool) -> None:
    """The list."""
    if is_json:
        common.show_json({"outcome": "listed", "candidates": [shown(candidate) for candidate in candidates]})
        return
    for candidate in candidates:
        names = " ".join(name for name in (candidate.given_name, candidate.family_name) if name)
        perhaps = f" (perhaps {candidate.suggestion})" if candidate.suggestion else ""
        out.print(f"{candidate.status:9} {candidate.account:24} {candidate.user_name} {names}{perhaps}", markup=False)
    new = sum(candidate.status == "new" for candidate in candidates)
    out.print(f"{new} new; import them with --select ACCOUNT or --all-new, and --output FILE", markup=False)


def tell_result(result: ImportResult) -> None:
    """One result, when it is known (R36)."""
    out.print(f"{result.user_name}: {result.person or result.failure}", markup=False)


def finish(importing: Import, results: list[ImportResult], output: Path, candidates: list[ImportCandidate], is_json: bool) -> None:
    """What it came to: the end of a job is announced (R36), and what is to be bound is said (R37)."""
    failed = [result for result in results if result.failure is not None]
    if is_json:
        told = [{"account": it.account, "userName": it.user_name, "person": it.person, "failure": it.failure, "advice": it.advice} for it in results]
        summary = {"outcome": "failed" if failed else "imported", "mode": importing.mode, "announcement": importing.announcement()}
        common.show_json({**summary, "output": str(output), "results": told, "candidates": [shown(candidate) for candidate in candidates]})
    else:
        for result in failed if importing.mode == "job" else []:
            tell_result(result)
        out.print(importing.announcement() or f"{len(results) - len(failed)} of {len(results)} accounts were imported", markup=False)
        for advice in sorted({result.advice for result in results}):
            out.print(advice, markup=False)
        out.print(f"{output} is the directory with them", markup=False)
    if failed:
        raise typer.Exit(common.HELD_OR_FAILED)


def shown(candidate: ImportCandidate) -> dict[str, Any]:
    """A candidate as JSON."""
    names = {"userName": candidate.user_name, "givenName": candidate.given_name, "familyName": candidate.family_name}
    known = {"status": candidate.status, "person": candidate.person, "suggestion": candidate.suggestion}
    return {"account": candidate.account, **names, **known}

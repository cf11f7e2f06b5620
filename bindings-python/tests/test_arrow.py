"""A directory out of Arrow tables, of whoever makes them, is the one out of the same file; what is wrong is told with its place."""

import json
from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from heap_identity import Diff, InvalidInput, Snapshot

PEOPLE: dict[str, list[Any]] = {
    "id": ["u1", "u2", "u3"],
    "userName": ["ann@example.com", "ben@example.com", "zoë-of-a-long-name@example.com"],
    "active": [True, False, True],
    "givenName": ["Ann", None, ""],
    "role": [None, None, "Analyst"],
}
GROUPS: dict[str, list[Any]] = {"id": ["g1", "g2"], "name": ["Analysts", "Leads"], "bound": [True, False]}
MEMBERSHIPS: dict[str, list[Any]] = {"group": ["g1", "g2", "g1", "g1"], "person": ["u1", "u3", "u3", "u3"]}


def from_file() -> Snapshot:
    """The same directory by the way that has no tables."""
    people = [{key: value for key, value in zip(PEOPLE, row) if value is not None} for row in zip(*PEOPLE.values())]
    groups = [{"id": id, "name": name, "bound": bound} for id, name, bound in zip(*GROUPS.values())]
    for group in groups:
        group["members"] = [person for of, person in zip(*MEMBERSHIPS.values()) if of == group["id"]]
    return Snapshot.from_json(json.dumps({"users": people, "groups": groups}))


def read(table: Callable[[dict[str, list[Any]]], Any], **instead: Any) -> Snapshot:
    tables = {"people": table(PEOPLE), "groups": table(GROUPS), "memberships": table(MEMBERSHIPS), **instead}
    return Snapshot.from_arrow(**tables)


def with_duckdb(columns: dict[str, list[Any]]) -> Any:
    table = pa.table(columns)
    return duckdb.connect().from_arrow(table).filter("true")


def chunked(columns: dict[str, list[Any]]) -> pa.Table:
    """A chunk for each row, and one without rows."""
    table = pa.table(columns)
    return pa.concat_tables([table.slice(0, 0), *(table.slice(row, 1) for row in range(table.num_rows))])


def as_type(text: pa.DataType) -> Callable[[dict[str, list[Any]]], pa.Table]:
    """All texts of one type."""

    def table(columns: dict[str, list[Any]]) -> pa.Table:
        made = pa.table(columns)
        return made.cast(pa.schema([(field.name, text if field.type == pa.string() else field.type) for field in made.schema]))

    return table


def dictionary(index: pa.DataType, text: pa.DataType) -> Callable[[dict[str, list[Any]]], pa.Table]:
    """All texts by their number in a dictionary, which has a text that nothing uses."""

    def encoded(values: list[Any]) -> pa.Array:
        if not any(isinstance(value, str) for value in values):
            return pa.array(values)
        texts = sorted({value for value in values if value is not None}) + ["used by nobody"]
        keys = pa.array([None if value is None else texts.index(value) for value in values], index)
        return pa.DictionaryArray.from_arrays(keys, pa.array(texts, text))

    return lambda columns: pa.table({name: encoded(values) for name, values in columns.items()})


TABLES: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "pyarrow": pa.table,
    "pyarrow record batch": pa.RecordBatch.from_pydict,
    "pyarrow reader": lambda columns: pa.table(columns).to_reader(),
    "pyarrow in chunks": chunked,
    "pyarrow slice": lambda columns: pa.concat_tables([pa.table(columns).slice(0, 1), pa.table(columns)]).combine_chunks().slice(1),
    "pyarrow large": as_type(pa.large_string()),
    "pyarrow view": as_type(pa.string_view()),
    "pyarrow dictionary": dictionary(pa.int8(), pa.string()),
    "pyarrow large dictionary": dictionary(pa.uint64(), pa.large_string()),
    "polars": pl.DataFrame,
    "polars categorical": lambda columns: pl.DataFrame(columns).with_columns(pl.col(pl.String).cast(pl.Categorical)),
    "duckdb": with_duckdb,
    "pandas": pd.DataFrame,
    "pandas categorical": lambda columns: pd.DataFrame(columns).astype({name: "category" for name in columns if name in ("id", "group", "person")}),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_tables_and_file_are_the_same_directory(table: Callable[[dict[str, list[Any]]], Any]) -> None:
    snapshot = read(table)
    assert Diff.between(before=from_file(), after=snapshot).is_empty
    ben = snapshot.person("u2")
    zoe = snapshot.person("u3")
    assert ben and zoe and (ben.given_name, zoe.given_name, zoe.role, zoe.email) == (None, "", "Analyst", None)
    assert snapshot.members("g1") == ["u1", "u3"]


def test_a_difference_names_who_and_what() -> None:
    after = {**PEOPLE, "givenName": ["Anna", None, ""]}
    joined = pa.table({"group": ["g1", "g1"], "person": ["u1", "u2"]})
    diff = Diff.between(before=read(pa.table), after=read(pa.table, people=pa.table(after), memberships=joined))
    assert diff.people == [("changed", "u1")]
    assert sorted(diff.memberships) == [("joined", "g1", "u2"), ("left", "g1", "u3"), ("left", "g2", "u3")]
    assert (diff.groups, diff.is_empty) == ([], False)


def test_r24_group_management_is_said_beside_the_tables() -> None:
    tables = {"people": pa.table(PEOPLE), "groups": pa.table(GROUPS), "memberships": pa.table(MEMBERSHIPS)}
    assert not Snapshot.from_arrow(**tables, group_management=False).group_management
    assert Snapshot.from_arrow(**tables).group_management


def test_empty_tables_are_an_empty_directory() -> None:
    tables = {"people": pa.table(PEOPLE), "groups": pa.table(GROUPS), "memberships": pa.table(MEMBERSHIPS)}
    snapshot = Snapshot.from_arrow(**{name: table.slice(0, 0) for name, table in tables.items()})
    assert (snapshot.people_count, snapshot.group_count, snapshot.membership_count) == (0, 0, 0)


def bad_utf8() -> pa.Array:
    return pa.Array.from_buffers(pa.string(), 3, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0\4\0\0\0\6\0\0\0"), pa.py_buffer(b"u1\xff\xffu3")])


def bad_offsets() -> pa.Array:
    return pa.Array.from_buffers(pa.string(), 3, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0\1\0\0\0\6\0\0\0"), pa.py_buffer(b"u1u2u3")])


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("people", {**PEOPLE, "id": [1, 2, 3]}, "people, column `id`: expected text (string, large_string"),
    ("people", {**PEOPLE, "active": ["yes", "no", "yes"]}, "people, column `active`: expected bool, found Utf8"),
    ("people", {**PEOPLE, "active": [True, None, True]}, "people, column `active`, row 1 from 0: expected true or false, found nothing"),
    ("people", {**PEOPLE, "id": ["u1", "u2", None]}, "people, column `id`, row 2 from 0: expected a text, found nothing"),
    ("people", {**PEOPLE, "userName": ["", "b", "c"]}, "people, column `userName`, row 0 from 0: expected a text, found an empty one"),
    ("people", {**PEOPLE, "id": ["u1", "u1", "u3"]}, "person id `u1` occurs twice"),
    ("people", {**PEOPLE, "role": [1.5, 2.5, None]}, "people, column `role`: expected text"),
    ("people", {**PEOPLE, "id": bad_utf8()}, "people, column `id`: Invalid argument error: Invalid UTF8"),
    ("people", {**PEOPLE, "id": bad_offsets()}, "people, column `id`: Invalid argument error"),
    ("people", {"id": ["u1"], "active": [True]}, 'people, column `userName`: the column is missing; found ["id", "active"]'),
    ("groups", {"id": ["g1", "g2", "g1"], "name": ["A", "B", "C"]}, "group id `g1` occurs twice"),
    ("groups", {"id": ["g1", "g2"], "name": ["A", None]}, "groups, column `name`, row 1 from 0: expected a text, found nothing"),
    ("memberships", {"group": ["g1", "g7"], "person": ["u1", "u1"]}, "memberships, column `group`, row 1 from 0: expected an `id` of the table groups, found `g7`"),
    ("memberships", {"group": ["g1"], "person": ["u9"]}, "memberships, column `person`, row 0 from 0: expected an `id` of the table people, found `u9`"),
    ("memberships", {"group": ["g1"], "person": [None]}, "memberships, column `person`, row 0 from 0: expected an `id` of the table people, found nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "columns", "said"), WRONG)
def test_what_is_wrong_is_told_with_table_column_and_row(name: str, columns: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(pa.table, **{name: pa.table(columns)})
    assert said in str(refused.value)
    assert refused.value.code in ("directory.table", "directory.person_twice", "directory.group_twice")


def test_a_row_is_counted_over_all_chunks() -> None:
    people = pa.concat_tables([pa.table(PEOPLE), pa.table({**PEOPLE, "id": ["u4", None, "u6"]})])
    with pytest.raises(InvalidInput, match="row 4 from 0"):
        read(pa.table, people=people)


def many(ids: list[str]) -> dict[str, pa.Table]:
    """More memberships than one thread takes, of people with these ids."""
    groups = [f"g{number}" for number in range(400)]
    people = {"id": ids, "userName": ids, "active": [True] * len(ids)}
    members = [ids[(row * 7 + row // 500) % len(ids)] for row in range(500 * len(groups))]
    memberships = {"group": [group for group in groups for _ in range(500)], "person": members}
    return {"people": pa.table(people), "groups": pa.table({"id": groups, "name": groups}), "memberships": pa.table(memberships)}


@pytest.mark.parametrize("table", [pa.Table.combine_chunks, lambda table: table.take(pa.array(range(table.num_rows - 1, -1, -1))), pl.from_arrow])
def test_ids_of_every_length_are_found_again_in_many_rows(table: Callable[[pa.Table], Any]) -> None:
    ids = [f"{number:0{length}d}" for length in range(1, 41) for number in range(10)]
    tables = many(ids)
    snapshot = Snapshot.from_arrow(**{**tables, "memberships": table(tables["memberships"])})
    of_group: dict[str, set[str]] = {}
    for group, person in zip(*tables["memberships"].to_pydict().values()):
        of_group.setdefault(group, set()).add(person)
    assert {group: snapshot.members(group) for group in of_group} == {group: sorted(members) for group, members in of_group.items()}


def test_of_many_rows_the_first_that_is_wrong_is_told() -> None:
    tables = many(["u1", "u2", "u3"])
    columns = tables["memberships"].to_pydict()
    columns["person"][199_999] = "u9"
    columns["group"][100_001] = None
    with pytest.raises(InvalidInput, match="column `group`, row 100001 from 0: expected an `id` of the table groups, found nothing"):
        Snapshot.from_arrow(**{**tables, "memberships": pa.table(columns)})


def test_a_column_that_is_there_twice_is_refused() -> None:
    twice = pa.Table.from_arrays([pa.array(["g1"]), pa.array(["g1"]), pa.array(["A"])], names=["id", "id", "name"])
    with pytest.raises(InvalidInput, match="groups, column `id`: the column is there twice"):
        read(pa.table, groups=twice)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(TypeError, match="people: expected a table with `__arrow_c_stream__`"):
        read(pa.table, people=[{"id": "u1"}])


def test_a_stream_that_breaks_off_gives_no_half_directory() -> None:
    def batches() -> Any:
        yield pa.RecordBatch.from_pydict(PEOPLE)
        raise OSError("the disk is gone")

    reader = pa.RecordBatchReader.from_batches(pa.table(PEOPLE).schema, batches())
    with pytest.raises(InvalidInput, match="people: the stream cannot be read: .*the disk is gone"):
        read(pa.table, people=reader)

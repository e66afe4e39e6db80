#!/usr/bin/env python3
"""Draws a random table and random queries, and asks DuckDB for the answers.

    make_queries.py                          writes the fixtures beside this script (seed 20261121)
    make_queries.py --seed 7 --count 500 --out DIR   draws others, for a comparison with a new seed

Needs the Python package duckdb. Files written:
    oracle_table.csv      the table; \\N is null. Types are in the header: name:type
    oracle_queries.jsonl  one query a line: q = text, t = copies of the table it runs over, a = rows.
                          A decimal stands as a one-element array of its text; dates are texts.

The text for DuckDB differs from ours in what Documentation/Queries.md lists as differences: HAS TAG is a
column, / and ln guard their arguments, median of dates is cut to a date, and an order that we promise is spelled out.
"""
import argparse, datetime, decimal, json, os, random

import duckdb

BASE_ROWS = 700
TILES = 120

COLUMNS = [
    ("id", "BIGINT"), ("customer_id", "VARCHAR"), ("r", "UTINYINT"), ("f", "UTINYINT"),
    ("i", "INTEGER"), ("big", "BIGINT"), ("m", "DECIMAL(18,4)"), ("m2", "DECIMAL(18,4)"),
    ("x", "DOUBLE"), ("y", "DOUBLE"), ("p", "FLOAT"), ("d", "DATE"), ("d2", "DATE"),
    ("b", "BOOLEAN"), ("b2", "BOOLEAN"), ("region", "VARCHAR"), ("segment", "VARCHAR"),
    ("name", "VARCHAR"), ("tag_vip", "BOOLEAN"), ("tag_new", "BOOLEAN"),
    ("huge", "BIGINT"), ("m3", "DECIMAL(19,4)"),
]
OUR_TYPES = {
    "id": "int64", "customer_id": "text", "r": "uint8", "f": "uint8", "i": "int32", "big": "int64",
    "m": "money", "m2": "money", "x": "float64", "y": "float64", "p": "float32", "d": "day",
    "d2": "day", "b": "bool", "b2": "bool", "region": "string", "segment": "string",
    "name": "string", "tag_vip": "tag", "tag_new": "tag", "huge": "int64", "m3": "money",
}
REGIONS = ["EU", "US", "APAC", "华东", "", "Eu", "E_U", "100%", None]
SEGMENTS = ["Champions", "Loyal", "At risk", "Lost", "New", "Émigré", "O'Neil"]
# Whole numbers around the largest that money holds, and the ends of 64 bits.
EDGES = [922337203685477, 922337203685478, 10**15, 2**53, 2**53 + 1, 10**17, 2**63 - 1, 900719925474, 0]
WORDS = ["ant", "bee", "cat", "dog", "eel", "fox", "Ant", "ÖBB", "猫", "a_b", "50%"]


def edge(rng):
    """A whole number at or beside an edge of 64 bits."""
    value = rng.choice([-1, 1]) * rng.choice(EDGES) + rng.choice([-1, 0, 0, 0, 1])
    return max(-2**63, min(value, 2**63 - 1))


def money_edge(rng):
    """An amount in units of 10^-4, often a whole one that is in `edge` too."""
    value = edge(rng) * rng.choice([10000, 10000, 1]) + rng.choice([0, 0, 1, -1, 5000])
    return max(-2**63, min(value, 2**63 - 1))


def make_rows(rng):
    def maybe(value, share=0.12):
        return None if rng.random() < share else value

    rows = []
    for i in range(BASE_ROWS):
        rows.append((
            i, f"c{rng.randrange(10**6):06d}-{i}", rng.randint(1, 5), maybe(rng.randint(0, 9)),
            maybe(rng.randint(-20, 20)), maybe(rng.randint(-10**12, 10**12)),
            maybe(decimal.Decimal(rng.randint(-2000, 9000)) / 100),
            maybe(decimal.Decimal(rng.randint(-10**7, 10**9)) / 10000, 0.05),
            maybe(rng.randint(-160, 800) / 8), maybe(round(rng.random() * 100, 3), 0.05),
            maybe(round(rng.random(), 2)),
            maybe(datetime.date(2025, 1, 1) + datetime.timedelta(rng.randint(0, 60))),
            datetime.date(2025, 1, 1) + datetime.timedelta(rng.randint(-400, 400)),
            maybe(rng.random() < 0.4), rng.random() < 0.7, rng.choice(REGIONS),
            rng.choice(SEGMENTS), maybe(" ".join(rng.choices(WORDS, k=rng.randint(1, 3)))),
            rng.random() < 0.2, rng.random() < 0.5, maybe(edge(rng)),
            maybe(decimal.Decimal(money_edge(rng)) / 10000)))
    return rows


class Generator:
    """Every method gives (our text, DuckDB's text)."""

    def __init__(self, rng):
        self.rng = rng

    def pick(self, *makers):
        return self.rng.choice(makers)()

    def both(self, text):
        return text, text

    def join(self, form, *parts):
        return form.format(*[p[0] for p in parts]), form.format(*[p[1] for p in parts])

    # Numbers -----------------------------------------------------------------------------------
    def number_literal(self):
        r = self.rng
        return self.both(r.choice([
            str(r.randint(-20, 60)), f"{r.randint(-30, 90)}.{r.randint(0, 99):02d}",
            f"{r.randint(0, 40)}.5", f"{r.randint(0, 9)}.{r.randint(0, 99999):05d}",
            f"{r.randint(1, 9)}e{r.randint(-1, 2)}", "0", "1"]))

    def number_column(self):
        return self.both(self.rng.choice(["r", "f", "i", "m", "m2", "x", "y", "id", "i", "m", "x"]))

    def number(self, depth=2):
        if depth == 0:
            return self.pick(self.number_column, self.number_column, self.number_literal)
        r = self.rng
        kind = r.randrange(12)
        sub = lambda: self.number(depth - 1)
        if kind < 3:
            return self.number_column()
        if kind < 6:
            return self.join("({} " + r.choice("+-*") + " {})", sub(), sub())
        if kind == 6:
            a, b = sub(), sub()
            return f"({a[0]} / {b[0]})", f"({a[1]} / NULLIF({b[1]}, 0))"
        if kind == 7:
            return self.join(r.choice(["abs({})", "floor({})", "ceil({})", "(- {})"]), sub())
        if kind == 8:
            digits = r.choice(["", ", 1", ", 2", ", 0", ", -1"])
            return self.join("round({}" + digits + ")", sub())
        if kind == 9:
            inner = sub()
            return (f"ln({inner[0]})", f"(CASE WHEN {inner[1]} > 0 THEN ln({inner[1]}) END)")
        if kind == 10:
            return self.simple_case(sub) if r.random() < 0.2 else self.case(sub, depth - 1)
        return self.join(
            r.choice(["coalesce({}, {})", "({} % {})"]), sub(),
            self.both(str(r.randint(2, 7))))

    def case(self, value, depth):
        parts = [(self.condition(depth), value()) for _ in range(self.rng.randint(1, 2))]
        ours = " ".join(f"WHEN {c[0]} THEN {v[0]}" for c, v in parts)
        theirs = " ".join(f"WHEN {c[1]} THEN {v[1]}" for c, v in parts)
        if self.rng.random() < 0.7:
            other = value()
            ours += f" ELSE {other[0]}"
            theirs += f" ELSE {other[1]}"
        return f"CASE {ours} END", f"CASE {theirs} END"

    def simple_case(self, value):
        subject, first, second = self.number_column(), self.number_literal(), self.number_column()
        return self.join(
            "CASE {} WHEN {} THEN {} WHEN {} THEN {} END", subject, first, value(), second, value())

    # Strings -----------------------------------------------------------------------------------
    def quoted(self, text):
        return self.both("'" + text.replace("'", "''") + "'")

    def string_literal(self):
        r = self.rng
        return self.quoted(r.choice([
            r.choice([x for x in REGIONS if x is not None]), r.choice(SEGMENTS),
            " ".join(r.choices(WORDS, k=r.randint(1, 2))), "M", "zz"]))

    def string_column(self):
        return self.both(self.rng.choice(
            ["region", "region", "segment", "segment", "name", "customer_id"]))

    def string(self, depth=1):
        r = self.rng
        if depth and r.random() < 0.2:
            return self.case(
                lambda: self.pick(
                    lambda: self.both(r.choice(["region", "segment", "name"])),
                    self.string_literal), 0)
        if depth and r.random() < 0.1:
            return self.join(
                "coalesce({}, {})", self.both(r.choice(["region", "name"])), self.string_literal())
        return self.string_column()

    def pattern(self):
        r = self.rng
        return self.quoted(r.choice([
            "%a%", "a%", "%t", "_nt%", "E_", "E%", "%_%", "%", "", "___", "c%-1_", "%é", "华_",
            "%o%e%", "L%s%", "100%", "%''%".replace("''", "'"), "c_0%", "%猫", "%_猫%", "% %"]))

    # Dates -------------------------------------------------------------------------------------
    def date_text(self):
        return (datetime.date(2025, 1, 1)
                + datetime.timedelta(self.rng.randint(-30, 70))).isoformat()

    def date_literal(self):
        return self.both(f"DATE '{self.date_text()}'")

    def date(self):
        r = self.rng
        kind = r.random()
        column = self.both(r.choice(["d", "d2"]))
        if kind < 0.7:
            return column
        return self.join("({} " + r.choice("+-") + " {})", column, self.both(str(r.randint(0, 40))))

    # Conditions --------------------------------------------------------------------------------
    def compare(self):
        return self.rng.choice(["=", "<>", "<", "<=", ">", ">=", "!="])

    def wide_column(self):
        return self.both(self.rng.choice(["huge", "m3", "huge", "m3", "big", "m", "i", "id"]))

    def wide_literal(self):
        r = self.rng
        if r.random() < 0.3:
            # No float: beside one DuckDB compares all sides of BETWEEN and IN as floats, we only the float.
            literal = self.number_literal()
            return self.both("7") if "e" in literal[0] else literal
        whole = r.choice([edge(r), edge(r), 2**63, -2**63, -2**63 - 1, 10**20, 12345678901234567])
        digits = r.choice(["", "", "", ".0", ".5", ".0001", ".00000001", ".5807", ".123456789",
                           ".000000000000"])
        return self.both(f"{whole}{digits}")

    def wide(self):
        return self.pick(self.wide_column, self.wide_column, self.wide_literal)

    def side(self, kind):
        """One operand of a comparison of a kind: numbers, wide numbers, strings, dates, booleans."""
        r = self.rng
        if kind == "number":
            return self.pick(
                self.number_column, self.number_column, self.number_literal, self.number_literal,
                lambda: self.number(1))
        if kind == "wide":
            return self.wide()
        if kind == "string":
            return self.pick(self.string_column, self.string_literal, self.string)
        if kind == "date":
            return self.pick(self.date, self.date_literal, self.both_dates)
        if kind == "single":
            return self.pick(lambda: self.both("p"), lambda: self.both(f"0.{r.randint(0, 99):02d}"))
        return self.both(r.choice(["b", "b2", "true", "false"]))

    def both_dates(self):
        return self.both(self.rng.choice(["d", "d2"]))

    def any_order(self):
        """BETWEEN, chains of comparisons and lists, with columns, literals and NULL on every side."""
        r = self.rng
        kind = r.choice(["number", "number", "wide", "wide", "string", "date", "date", "bool", "single"])
        side = lambda: self.both("NULL") if r.random() < 0.04 else self.side(kind)
        sides = [side() for _ in range(4)]
        # A text is a date beside one only.
        if kind == "date" and r.random() < 0.5:
            sides[1] = self.both_dates()
            sides[0] = self.both(f"'{self.date_text()}'")
        op = self.compare
        form = r.randrange(8)
        if form < 3:
            return self.join(
                "{} " + r.choice(["BETWEEN", "BETWEEN", "NOT BETWEEN"]) + " {} AND {}", *sides[:3])
        if form == 3:
            return self.join(
                "({} {} {} AND {} {} {})".format("{}", r.choice(["<=", "<", ">="]), "{}", "{}",
                                                 r.choice(["<=", "<", ">="]), "{}"),
                sides[1], sides[0], sides[0], sides[2])
        if form == 4:
            return self.join(
                "({} " + op() + " {} " + r.choice(["AND", "OR"]) + " {} " + op() + " {})",
                sides[0], sides[1], sides[0], sides[1])
        if form == 5:
            return self.join("{} " + op() + " {}", sides[0], sides[1])
        word = r.choice(["IN", "IN", "NOT IN"])
        if form == 6:
            return self.join("{} " + word + " ({}, {}, {})", *sides)
        return self.join("{} " + word + " ({})", *sides[:2])

    def atom(self, depth):
        r = self.rng
        if r.random() < 0.3:
            return self.any_order()
        op = self.compare()
        makers = [
            lambda: self.join("{} " + op + " {}", self.number_column(), self.number_literal()),
            lambda: self.join("{} " + op + " {}", self.number_literal(), self.number_column()),
            lambda: self.join("{} " + op + " {}", self.number(1), self.number(1)),
            lambda: self.join("{} " + op + " {}", self.number(depth), self.number_literal()),
            lambda: self.join("{} " + op + " {}", self.string(), self.string_literal()),
            lambda: self.join("{} " + op + " {}", self.both("region"), self.string_column()),
            lambda: self.join(
                "{} " + r.choice(["LIKE", "NOT LIKE"]) + " {}", self.string(), self.pattern()),
            lambda: self.join(
                "{} " + r.choice(["IN", "NOT IN"]) + " ({})", self.string(),
                self.items(self.string_literal)),
            lambda: self.join(
                "{} " + r.choice(["IN", "NOT IN"]) + " ({})", self.number(r.randint(0, 1)),
                self.items(self.number_literal)),
            lambda: self.join(
                "{} IN ({}, {})", self.number_column(), self.number(1), self.number_literal()),
            lambda: self.join(
                "{} " + r.choice(["BETWEEN", "NOT BETWEEN"]) + " {} AND {}",
                self.number(r.randint(0, 1)), self.number_literal(), self.number(r.randint(0, 1))),
            lambda: self.join(
                "{} BETWEEN {} AND {}", self.number_column(), self.number_literal(),
                self.number_literal()),
            lambda: self.join(
                "{} " + r.choice(["IS NULL", "IS NOT NULL"]),
                self.pick(
                    lambda: self.number(1), self.string_column, self.date,
                    lambda: self.both("b"))),
            lambda: self.join("{} " + op + " {}", self.date(), self.date_literal()),
            lambda: self.join("{} " + op + " '{}'", self.date(), self.both(self.date_text())),
            lambda: self.join("{} " + op + " {}", self.date(), self.date()),
            lambda: self.join(
                "({} - {}) " + op + " {}", self.both("d"), self.both("d2"),
                self.both(str(r.randint(-300, 300)))),
            lambda: self.join(
                "{} BETWEEN '{}' AND '{}'", self.both("d"), self.both(self.date_text()),
                self.both(self.date_text())),
            lambda: self.join(
                "{} IN ('{}', '{}')", self.both("d"), self.both(self.date_text()),
                self.both(self.date_text())),
            lambda: self.both(r.choice(["b", "b2", "b = true", "b <> b2", "b = false", "b < b2"])),
            lambda: (r.choice([("HAS TAG 'vip'", "tag_vip"), ("has tag 'new'", "tag_new")])),
            lambda: self.join(
                "p " + op + " {}", self.both(f"0.{r.randint(0, 99):02d}")),
            lambda: self.both("p IN (0.10, 0.25, 0.5, 0.77)"),
        ]
        return r.choice(makers)()

    def items(self, maker):
        parts = [maker() for _ in range(self.rng.choice([1, 2, 3, 4, 12]))]
        if self.rng.random() < 0.1:
            parts.append(self.both("NULL"))
        return ", ".join(p[0] for p in parts), ", ".join(p[1] for p in parts)

    def condition(self, depth=2):
        r = self.rng
        kind = r.random()
        if depth == 0 or kind < 0.35:
            return self.atom(min(depth, 1))
        if kind < 0.62:
            return self.join("({} AND {})", self.condition(depth - 1), self.condition(depth - 1))
        if kind < 0.85:
            return self.join("({} OR {})", self.condition(depth - 1), self.condition(depth - 1))
        return self.join("NOT ({})", self.condition(depth - 1))

    # Aggregates --------------------------------------------------------------------------------
    def aggregate(self):
        r = self.rng
        number = lambda: self.number(r.choice([0, 0, 1]))
        makers = [
            lambda: self.both("count(*)"),
            lambda: self.join("count({})", self.pick(number, self.string_column, self.date)),
            lambda: self.join(
                "count(DISTINCT {})",
                self.pick(number, self.string_column, self.date, lambda: self.both("b"))),
            lambda: self.join("sum({})", number()),
            lambda: self.join("avg({})", number()),
            lambda: self.join(
                r.choice(["min({})", "max({})"]),
                self.pick(
                    number, lambda: self.string(), self.date,
                    lambda: self.both(r.choice(["b", "p", "huge", "m3"])))),
            # Of decimals only columns: past 18 digits DuckDB rounds the middle another way.
            lambda: self.join("median({})", self.number(0)),
            lambda: self.join("median({} + 0e0)", number()),
            lambda: ("median(d)", "CAST(median(d) AS DATE)"),
            lambda: self.join(
                "quantile({}, {})",
                self.pick(number, self.date, lambda: self.both("name")),
                self.both(r.choice(["0.1", "0.5", "0.25", "0.9", "0.999", "1", "0"]))),
            lambda: self.join("stddev({})", number()),
        ]
        return r.choice(makers)()

    def group_key(self):
        r = self.rng
        return self.pick(
            lambda: self.both(r.choice(["region", "segment", "r", "f", "b", "i", "d", "region"])),
            lambda: self.both(r.choice(["segment", "r", "name", "m", "x"])),
            lambda: self.join("floor({} / 10)", self.both(r.choice(["m", "x", "y"]))),
            lambda: self.case(self.string_literal, 0),
            lambda: self.join("{}", self.condition(0)),
            lambda: self.both(r.choice(["huge", "m3", "m * 0.01"])),
            lambda: self.both("i % 3"))

    # Queries -----------------------------------------------------------------------------------
    def where(self):
        if self.rng.random() < 0.25:
            return "", ""
        return self.join(" WHERE {}", self.condition(self.rng.randint(0, 3)))

    def order_word(self):
        return self.rng.choice(["", " ASC", " DESC"]) + self.rng.choice(
            ["", "", " NULLS FIRST", " NULLS LAST"])

    def row_query(self):
        r = self.rng
        items = [self.pick(
            lambda: self.number(2), self.number_column, lambda: self.string(), self.date,
            lambda: self.condition(1), lambda: self.both("p"), self.any_order, self.wide_column,
            lambda: self.join(
                "({} * {})", self.both(r.choice(["m", "m2", "i"])),
                self.both(r.choice(["0.1234", "1.1", "0.015", "2.5000", "0.00001"]))))
            for _ in range(r.randint(1, 4))]
        ours = "SELECT " + ", ".join(f"{x[0]} AS c{n}" for n, x in enumerate(items))
        theirs = "SELECT " + ", ".join(f"{x[1]} AS c{n}" for n, x in enumerate(items))
        where = self.where()
        ours += " FROM customers" + where[0]
        theirs += " FROM customers" + where[1]
        if r.random() < 0.7:
            keys = [self.pick(
                self.number_column, self.string_column, self.date, lambda: self.both("b"),
                lambda: self.both("c0"), lambda: self.both("1"))
                for _ in range(r.randint(1, 3))]
            words = [self.order_word() for _ in keys]
            ours += " ORDER BY " + ", ".join(k[0] + w for k, w in zip(keys, words))
            theirs += " ORDER BY " + ", ".join(k[1] + w for k, w in zip(keys, words)) + ", id"
        else:
            theirs += " ORDER BY id"
        tail = f" LIMIT {r.choice([1, 3, 5, 8])}"
        if r.random() < 0.3:
            tail += f" OFFSET {r.choice([1, 2, 7, 50])}"
        return ours + tail, theirs + tail

    def group_query(self):
        r = self.rng
        keys = [self.group_key() for _ in range(r.choice([0, 1, 1, 1, 2, 2, 3]))]
        aggregates = [self.aggregate() for _ in range(r.randint(1, 4))]
        items = keys + aggregates
        if r.random() < 0.2:
            items.append(self.join("{} + 1", r.choice([self.both("count(*)"), self.both("sum(r)")])))
        ours = "SELECT " + ", ".join(f"{x[0]} AS c{n}" for n, x in enumerate(items))
        theirs = "SELECT " + ", ".join(f"{x[1]} AS c{n}" for n, x in enumerate(items))
        where = self.where()
        ours += " FROM customers" + where[0]
        theirs += " FROM customers" + where[1]
        if keys:
            ours += " GROUP BY " + ", ".join(
                k[0] if r.random() < 0.8 else str(n + 1) for n, k in enumerate(keys))
            theirs += " GROUP BY " + ", ".join(k[1] for k in keys)
        if r.random() < 0.25:
            having = self.pick(
                lambda: self.both(f"count(*) > {r.choice([1, 5, 30])}"),
                lambda: self.both(f"sum(m) > {r.randint(-50, 3000)}"),
                lambda: self.both("max(i) >= 10 AND min(r) = 1"),
                lambda: self.both("avg(x) IS NOT NULL"))
            ours += " HAVING " + having[0]
            theirs += " HAVING " + having[1]
        order = []
        if keys and r.random() < 0.5:
            sortable = [n for n, x in enumerate(items) if "stddev" not in x[0] and "avg" not in x[0]]
            order = [f"c{r.choice(sortable)}" + self.order_word() for _ in range(r.randint(1, 2))]
            ours += " ORDER BY " + ", ".join(order)
        if keys:
            by_keys = [f"c{n} ASC NULLS LAST" for n in range(len(keys))]
            theirs += " ORDER BY " + ", ".join(order + by_keys)
        if keys:
            tail = f" LIMIT {r.choice([3, 6, 12])}"
            ours += tail
            theirs += tail
        return ours, theirs

    def query(self):
        return self.group_query() if self.rng.random() < 0.55 else self.row_query()


def encode(value):
    if isinstance(value, decimal.Decimal):
        return [format(value, "f")]
    if isinstance(value, datetime.datetime):
        raise ValueError("timestamp")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError("not finite")
        return value
    return value


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--count", type=int, default=2300)
    parser.add_argument("--out", default=os.path.dirname(os.path.abspath(__file__)))
    args = parser.parse_args()
    rng = random.Random(args.seed)
    rows = make_rows(rng)
    os.makedirs(args.out, exist_ok=True)

    def text(value):
        if value is None:
            return "\\N"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, decimal.Decimal):
            return format(value, "f")
        return str(value)

    with open(os.path.join(args.out, "oracle_table.csv"), "w") as out:
        out.write(",".join(f"{name}:{OUR_TYPES[name]}" for name, _ in COLUMNS) + "\n")
        for row in rows:
            out.write(",".join(text(v) for v in row) + "\n")

    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    for schema, tiles in (("s1", 1), ("s2", TILES)):
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(
            f"CREATE TABLE {schema}.base ({', '.join(f'{n} {t}' for n, t in COLUMNS)})")
        connection.executemany(
            f"INSERT INTO {schema}.base VALUES ({', '.join('?' for _ in COLUMNS)})", rows)
        connection.execute(
            f"CREATE TABLE {schema}.customers AS SELECT base.* "
            f"REPLACE (base.id + t * {BASE_ROWS} AS id) "
            f"FROM {schema}.base, range({tiles}) AS tiles(t) ORDER BY id")

    generator = Generator(rng)
    kept = dropped = 0
    reasons = {}
    with open(os.path.join(args.out, "oracle_queries.jsonl"), "w") as out:
        while kept < args.count:
            ours, theirs = generator.query()
            tiles = TILES if kept % 20 == 19 else 1
            connection.execute(f"SET schema = '{'s1' if tiles == 1 else 's2'}'")
            try:
                answer = [[encode(v) for v in row] for row in connection.execute(theirs).fetchall()]
            except (duckdb.Error, ValueError) as error:
                dropped += 1
                reason = str(error).split("\n")[0][:60]
                reasons[reason] = reasons.get(reason, 0) + 1
                continue
            line = json.dumps(
                {"q": ours, "t": tiles, "a": answer}, ensure_ascii=False, separators=(",", ":"))
            out.write(line + "\n")
            kept += 1
    print(f"seed {args.seed}: {kept} queries kept, {dropped} dropped (DuckDB refused them)")
    for reason, count in sorted(reasons.items(), key=lambda x: -x[1])[:12]:
        print(f"  {count} {reason}")


main()

"""Mistakes that change nothing that anybody could notice, each with why."""

from collections.abc import Mapping

_BECAUSE: Mapping[str, tuple[str, ...]] = {
    "spares a question: without it the same is answered, later": (
        "_stands_in: actor not in directory.stand_ins or row.subject_id in directory.line_above(act"
        "or, now.date()) -> row.subject_id in directory.line_above(actor, now.date())",
        "_Asked._stands_in: if self.reader not in self.directory.stand_ins: return false() -> if Fa"
        "lse: return false()",
        "_Asked._by_glass: self.reader not in self.directory.openings or not self.directory.is_hr(s"
        "elf.reader) -> not self.directory.is_hr(self.reader)",
    ),
    "no company has fifty levels, and a circle is refused at the import: the bound is a belt for the braces": (
        "DEEPEST: 50 -> 51",
        "_below: …since) <= today, col(line.until) > today, tree.c.depth < DEEPEST)… -> …since) <= "
        "today, col(line.until) > today)…",
        "_below: 1 -> 2 (2)",
        "_below: tree.c.depth < DEEPEST -> tree.c.depth <= DEEPEST",
        "_ever_below: 1 -> 2",
        "_ever_below: …= tree.c.subject_id).where(since < until, tree.c.depth < DEEPEST)… -> …= tre"
        "e.c.subject_id).where(since < until)…",
        "_ever_below: tree.c.depth + 1 -> tree.c.depth - 1",
        "_ever_below: 1 -> 2 (2)",
        "_ever_below: tree.c.depth < DEEPEST -> tree.c.depth <= DEEPEST",
    ),
    "a table has no rows of other kinds, so a condition for them is met by none": (
        "readable: kind in table.kinds and (allowed := [relation for relation, right in rights.item"
        "s() if Rig… -> (allowed := [relation for relation, right in rights.items() if Right.READ i"
        "n right])",
    ),
    "every personal table has a kind that somebody may read": (
        "readable: or_(*conditions) if conditions else false() -> or_(*conditions) if True else false()",
        "readable: false() -> true()",
    ),
    "who may read what they lead or opened may read what is about themselves anyway, and nobody leads themselves": (
        "_Asked._by_line: and_(subject.in_(below(self.reader, today)), subject != self.reader) -> a"
        "nd_(subject.in_(below(self.reader, today)))",
        "_Asked._by_glass: and_(subject.in_(opened), subject != self.reader) -> and_(subject.in_(opened))",
    ),
    "whether there is a row does not depend on what is chosen from it": (
        "_Asked._within_tenure: 1 -> 2",
        "_Asked._stands_in: 1 -> 2",
        "_Asked._led_then: 1 -> 2",
    ),
    "NULL in an OR lets nobody in, as FALSE does": (
        "_Asked._stands_in: return false() -> return None",
        "_Asked._by_glass: return false() -> return None",
    ),
    "SQLite walks a tree without the word RECURSIVE; on PostgreSQL every test of the filter fails without it": (
        "_below: True -> False",
        "_ever_below: True -> False",
    ),
    "who is found twice is found": (
        "_below: tree.union_all(deeper) -> tree.union(deeper)",
        "_ever_below: tree.union(deeper) -> tree.union_all(deeper)",
    ),
    "a line that ends on the day on which it begins covers no day, nor does one below it: it finds nobody": (
        "_ever_below: …th')).where(first.c.manager_id == reader, first.c.since < first.c.until)… ->"
        " …th')).where(first.c.manager_id == reader)…",
        "_ever_below: first.c.since < first.c.until -> first.c.since <= first.c.until",
        "_ever_below: ….manager_id == tree.c.subject_id).where(since < until, tree.c.depth < DEEPES"
        "T)… -> ….manager_id == tree.c.subject_id).where(tree.c.depth < DEEPEST)…",
        "_ever_below: since < until -> since <= until",
    ),
    "of two equal days it does not matter which is taken": (
        "_ever_below: line.c.since > tree.c.since -> line.c.since >= tree.c.since",
        "_ever_below: line.c.until < tree.c.until -> line.c.until <= tree.c.until",
    ),
}

EXPLAINED: Mapping[str, str] = {name: why for why, names in _BECAUSE.items() for name in names}

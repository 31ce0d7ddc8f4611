"""Mistakes that change nothing that anybody could notice, each with why."""

from collections.abc import Mapping

_BECAUSE: Mapping[str, tuple[str, ...]] = {
    "spares a question: without it the same is answered, later": (
        "_stands_in: actor not in directory.stand_ins or row.subject_id in directory.line_above(act"
        "or, now.date()) -> row.subject_id in directory.line_above(actor, now.date())",
        "_Asked._stands_in: if self.known not in self.directory.stand_ins: return false() -> if Fal"
        "se: return false()",
        "_Asked._by_glass: self.known not in self.directory.openings or not self.directory.is_hr(se"
        "lf.known) -> not self.directory.is_hr(self.known)",
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
        "_condition: kind in table.kinds and (allowed := [relation for relation, right in rights.it"
        "ems() if Rig… -> (allowed := [relation for relation, right in rights.items() if Right.READ"
        " in right])",
    ),
    "every personal table has a kind that somebody may read": (
        "_condition: or_(*conditions) if conditions else false() -> or_(*conditions) if True else false()",
        "_condition: false() -> true()",
    ),
    "who may read what they lead or opened may read what is about themselves anyway, and nobody leads themselves": (
        "_Asked._by_line: and_(subject.in_(below(self.reader, self.today)), subject != self.reader)"
        " -> and_(subject.in_(below(self.reader, self.today)))",
        "_Asked._by_glass: and_(subject.in_(opened), subject != self.reader) -> and_(subject.in_(opened))",
        "_Asked._in_team: and_(subject.in_(team), subject != self.reader) -> and_(subject.in_(team))",
    ),
    "whether there is a row does not depend on what is chosen from it": (
        "_Asked._within_tenure: 1 -> 2",
        "_Asked._stands_in: 1 -> 2",
        "_Asked._led_then: 1 -> 2",
        "_compiled: 1 -> 2",
    ),
    "NULL in an OR lets nobody in, as FALSE does": (
        "_Asked._stands_in: return false() -> return None",
        "_Asked._by_glass: return false() -> return None",
        "_Asked._in_team: return false() -> return None",
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
    "it costs time and changes nothing: a condition that is kept is the one that would be made": (
        "readable: if reader in directory.stand_ins or reader in directory.openings: return _condit"
        "ion(_Asked… -> if True: return _condition(_Asked(table, reader, now.date(), reader, now, _"
        "team_of(person)…",
        "readable: if known is None: asked = _Asked(table, _READER, _TODAY, reader, now, _TEAM if _"
        "team_of(pe… -> if True: asked = _Asked(table, _READER, _TODAY, reader, now, _TEAM if _team"
        "_of(person) els…",
        "readable: reader in directory.openings -> reader not in directory.openings",
    ),
    "whoever reads is somebody": ("_team_of: person and person.active -> person.active",),
}

EXPLAINED: Mapping[str, str] = {name: why for why, names in _BECAUSE.items() for name in names}

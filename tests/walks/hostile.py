"""What people could write to do harm: to other readers, to a platform, to a spreadsheet, or to Upbeat itself."""

from __future__ import annotations

from itertools import cycle

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"

BAITS = (
    "NUL \x00 and \x1b[31m escape",
    "half a pair \ud800 and \udfff",
    "over\u202eride \u2066isolate\u2069 \u202d",
    "lines\u2028of\u2029another \x85 kind",
    "<!channel> <!here> <!subteam^S1|x> <@U123> <#C1|y>",
    "@everyone @channel @here @ben @evilbot",
    "<b>HTML</b> <script>alert(1)</script> <img src=x onerror=alert(1)> &lt;i&gt; &amp; \"'",
    "*bold* _italic_ ~struck~ `code` ```block``` ||spoiler|| [x](http://evil.example) \\",
    "=1+1",
    "+SUM(A1:A9)|cmd'!A1",
    "-2+3",
    "\t@SUM(1)",
    "＝1＋1",
    "http://evil.example/?q=<a&b> <http://evil.example|HR portal> mailto:a@evil.example evil.example",
    "{name} {0} %s %(x)s {{ 7 * 7 }} ${HOME} {words!r}",
    "'; DROP TABLE person; --",
    "a" + "\u0301" * 1000,
    FAMILY * 60,
    "\u200b\u2060\ufeff",
    "\u3000 \u00a0",
    "中文，“引号”；、。" * 20,
    "x" * 2990,
    "<" * 1400,
    "&" * 2900,
    "word " * 580,
    "\n" * 80 + "end",
    "/help /start@evilbot /checkin",
    "-",
    "0",
    "nan",
    "-1e400",
)
"""Short enough for most questions."""

HUGE = ("\U0001f600" * 40_000, "x" * 1_000_000, "\U0001f469\u200d\U0001f680" * 15_000, "<&>" * 100_000)


class Words:
    """The next bait each time, and now and then something huge."""

    def __init__(self, every: int = 40) -> None:
        self._baits = cycle(BAITS)
        self._huge = cycle(HUGE)
        self._every = every
        self._count = 0

    def __call__(self) -> str:
        self._count += 1
        return next(self._huge) if self._count % self._every == 0 else next(self._baits)

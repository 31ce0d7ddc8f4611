"""The sample company: who works there, and what they said to each other in the last month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Colleague(NamedTuple):
    """A person of the sample company."""

    name: str
    manager: str
    team: str
    zone: str
    language: str = "en"
    role: str = "employee"


BERLIN, LONDON, NEW_YORK = "Europe/Berlin", "Europe/London", "America/New_York"
SHANGHAI, SAO_PAULO = "Asia/Shanghai", "America/Sao_Paulo"

PEOPLE: Mapping[str, Colleague] = {
    "grace": Colleague("Grace Hopper", "", "Board", LONDON),
    "ada": Colleague("Ada Lovelace", "grace", "Engines", BERLIN),
    "ben": Colleague("Ben Okri", "ada", "Engines", BERLIN),
    "chen": Colleague("陈明", "ada", "Engines", SHANGHAI, "zh"),
    "eve": Colleague("Eve Curie", "ada", "Engines", NEW_YORK),
    "lin": Colleague("林晓雨", "ada", "Engines", SHANGHAI, "zh"),
    "tomas": Colleague("Tomás Silva", "ada", "Engines", SAO_PAULO),
    "noor": Colleague("Noor Haddad", "ada", "Engines", LONDON),
    "sofia": Colleague("Sofia Almeida", "grace", "Customers", SAO_PAULO),
    "marcus": Colleague("Marcus Weber", "sofia", "Customers", BERLIN),
    "fang": Colleague("王芳", "sofia", "Customers", SHANGHAI, "zh"),
    "priya": Colleague("Priya Nair", "sofia", "Customers", LONDON),
    "liam": Colleague("Liam Walsh", "sofia", "Customers", NEW_YORK),
    "julia": Colleague("Júlia Costa", "sofia", "Customers", SAO_PAULO),
    "dora": Colleague("Dora Maar", "grace", "Design", LONDON),
    "kofi": Colleague("Kofi Mensah", "dora", "Design", LONDON),
    "ting": Colleague("周婷", "dora", "Design", SHANGHAI, "zh"),
    "yuki": Colleague("Yuki Tanaka", "dora", "Design", NEW_YORK),
    "oscar": Colleague("Oscar Lind", "dora", "Design", BERLIN),
    "hana": Colleague("Hana Sato", "grace", "Office", BERLIN, role="hr"),
    "ivan": Colleague("Ivan Petrov", "hana", "Office", BERLIN, role="admin"),
    "clara": Colleague("Clara Jensen", "hana", "Office", LONDON),
    "lina": Colleague("李娜", "hana", "Office", SHANGHAI, "zh"),
    "felix": Colleague("Felix Braun", "hana", "Office", BERLIN),
}

CHANNELS: Mapping[str, str] = {
    "general": "",
    "engines": "Engines",
    "customers": "Customers",
    "design": "Design",
    "office": "Office",
}

_WORK: Mapping[str, str] = {
    "grace": "the board paper | the plan for the second office | talks with two investors | "
    "the budget for next year | a visit to Shanghai",
    "ada": "interviews for the platform role | the roadmap of the quarter | the review of the outage | "
    "the new on-call rota | hiring plan for spring",
    "ben": "the login page | payments with saved cards | refunds | the invoice export | a faster checkout",
    "chen": "搜索接口 | 搜索结果排序 | 缓存预热 | 中文分词 | 搜索压测",
    "eve": "alerts for the queue | the dashboard of errors | a runbook for outages | "
    "the load test | backups that restore themselves",
    "lin": "导入工具 | 导入的错误提示 | 批量导入 | 导入的权限 | 导入的文档",
    "tomas": "the mobile layout | offline drafts | push notifications | the settings screen | a smaller app",
    "noor": "the audit log | key rotation | the security questionnaire | single sign-on | the penetration test",
    "sofia": "the renewal of our biggest customer | a new onboarding plan | the customer survey | "
    "the pricing page | two reference calls",
    "marcus": "three onboarding calls | the migration of Nordlicht | the help centre in German | "
    "answers for the tender | a webinar",
    "fang": "客户回访 | 续约报价 | 培训材料 | 上线支持 | 季度总结",
    "priya": "the top ten questions | macros for support | a script for calls | "
    "the escalation path | the support report",
    "liam": "a demo for Hudson Labs | the pilot with Hudson Labs | the security answers | "
    "the contract | a kick-off in January",
    "julia": "the Portuguese website | subtitles for the videos | two case studies | "
    "the newsletter | the partner page",
    "dora": "the colour system | the review of all forms | hiring a researcher | "
    "the design principles | the icon set",
    "kofi": "the empty states | the onboarding pictures | the dark theme | the report layout | the settings pages",
    "ting": "用户访谈 | 访谈结论 | 原型测试 | 可用性报告 | 下季度研究计划",
    "yuki": "the icons | the motion guide | the type scale | the landing page | the new logo files",
    "oscar": "the component library | the date picker | keyboard paths | contrast fixes | the table component",
    "hana": "two offers | the parental leave guide | the salary bands | feedback training | the yearly survey",
    "ivan": "new laptops | the phone system | an inventory of licences | "
    "the backup of the file server | the guest network",
    "clara": "the closing of October | the audit papers | the travel policy | the forecast | the new bank account",
    "lina": "上海办公室搬迁 | 新员工入职 | 办公用品盘点 | 年会方案 | 供应商合同",
    "felix": "the data protection register | two supplier contracts | the works agreement | "
    "a course on contracts | the archive",
}

WORK: Mapping[str, tuple[str, ...]] = {who: tuple(work.split(" | ")) for who, work in _WORK.items()}
"""What each worked on, week by week: what is next in one week is done in the following one."""

BLOCKED: Mapping[tuple[str, int], str] = {
    ("ben", 3): "the review of the refund rules by legal",
    ("chen", 2): "测试环境的磁盘满了",
    ("noor", 3): "no test account at the customer",
    ("liam", 1): "no answer from their lawyers",
    ("oscar", 3): "waiting for the final texts",
    ("fang", 2): "报价还没有批下来",
}
"""What blocked whom, in the week of that number (3 is this one)."""

KUDOS: tuple[tuple[int, str, str, str, str], ...] = (
    (26, "ada", "general", "@ben", "for the calm incident call on Tuesday night"),
    (24, "sofia", "customers", "@priya", "for turning our angriest customer into a reference"),
    (21, "dora", "design", "@oscar", "for making every form usable with the keyboard"),
    (19, "chen", "engines", "@lin", "帮我一起排查了整晚的导入问题"),
    (17, "marcus", "general", "@tomas @eve", "for staying on the call until Nordlicht was live"),
    (14, "hana", "office", "@clara", "for the clearest budget sheet we ever had"),
    (12, "ting", "design", "@kofi", "访谈的原型做得又快又好"),
    (9, "grace", "general", "@sofia", "for the renewal, and for how you got it"),
    (6, "ben", "engines", "@noor", "for explaining key rotation so that I could do it myself"),
    (
        3,
        "eve",
        "engines",
        "@ben @chen",
        "for the load test that found the slow query before our customers did",
    ),
    (1, "priya", "general", "@ada", "for answering support questions in person all week"),
)
"""Days ago, giver, channel, receivers, reason."""

CHEERS: tuple[tuple[str, str], ...] = (
    ("grace", "clap"),
    ("tomas", "tada"),
    ("julia", "heart"),
    ("oscar", "clap"),
    ("lina", "tada"),
    ("noor", "heart"),
    ("yuki", "clap"),
    ("felix", "pray"),
)

GOALS: tuple[tuple[int, int, str, str], ...] = (
    (27, 6, "ben", "/goals add Buying takes no more than a minute"),
    (27, 7, "ben", "/goals result 1 time at the checkout from 180 to 60 seconds"),
    (27, 8, "ben", "/goals result 1 finished payments from 71% to 85%"),
    (13, 6, "ben", "/goals update 1.1 120 saved cards are live"),
    (5, 6, "ben", "/goals update 1.2 78% since the error texts are new"),
    (27, 6, "ada", "/goals add Being on call is nothing to be afraid of"),
    (27, 7, "ada", "/goals result 1 calls at night from 14 to 4 a month"),
    (8, 6, "ada", "/goals update 1.1 9 the queue has alerts now"),
    (26, 6, "chen", "目标 新建 搜索又快又准"),
    (26, 7, "chen", "目标 关键结果 1 首屏搜索耗时 从 800 到 300 毫秒"),
    (6, 7, "chen", "目标 更新 1.1 520 缓存预热已上线"),
    (26, 6, "sofia", "/goals add Customers renew because it works"),
    (26, 7, "sofia", "/goals result 1 renewals from 82% to 92%"),
    (9, 6, "sofia", "/goals update 1.1 88% our biggest customer stays"),
)
"""Days ago, hour after midday, who, and what they said about their goals."""

TALK: tuple[tuple[int, str, str, str], ...] = (
    (
        25,
        "ivan",
        "general",
        "The new coffee machine in Berlin is here. It asks for a check-in before it gives you coffee.",
    ),
    (22, "lina", "office", "上海办公室下周搬到新楼，大家的工位图已经发到邮箱。"),
    (
        20,
        "tomas",
        "engines",
        "The mobile layout is on staging. Please try it on the oldest phone you can find.",
    ),
    (15, "dora", "design", "Crit on Thursday: bring one screen that you are not proud of."),
    (13, "liam", "customers", "Hudson Labs said yes to a pilot!"),
    (8, "eve", "engines", "The runbook for outages is ready for comments. Ben and Noor, you know it best."),
    (7, "chen", "engines", "搜索接口的响应时间从 800 毫秒降到了 120 毫秒。"),
    (5, "felix", "general", "Reminder of the kind sort: cake in the Berlin kitchen at three."),
    (2, "noor", "engines", "Single sign-on works with the first customer. I wrote down what surprised me."),
    (
        1,
        "sofia",
        "customers",
        "The survey is in: nine of ten would recommend us. The tenth told us exactly why not.",
    ),
)
"""Days ago, who, where, what."""

FEEDBACK: tuple[tuple[int, str, str, tuple[str, str, str, str]], ...] = (
    (
        18,
        "ada",
        "ben",
        (
            "In the call about the outage on Tuesday",
            "you said every two minutes what we knew and what we did not",
            "so that nobody panicked and support could answer customers",
            "Write these updates down as you go; the next review will be much easier.",
        ),
    ),
    (
        10,
        "ben",
        "ada",
        (
            "When we planned the quarter",
            "you asked each of us what we would drop",
            "and for the first time I believe in the plan",
            "",
        ),
    ),
    (
        4,
        "lin",
        "chen",
        (
            "上周评审搜索排序的时候",
            "你先把大家的意见写在白板上再讨论",
            "会议比平时短了一半，结论也清楚",
            "下次可以提前一天发材料",
        ),
    ),
)
"""Days ago, who, to whom: situation, behaviour, effect, suggestion."""

AGENDA: tuple[tuple[int, str, str, str], ...] = (
    (20, "ben", "ada", "who looks after refunds while I am away"),
    (13, "ada", "ben", "how the on-call week felt"),
    (5, "ben", "ada", "a course on databases in spring"),
    (2, "ada", "ben", "the invoice export, and what you need for it"),
    (12, "chen", "ada", "明年的发展方向"),
    (3, "ada", "chen", "visit to Berlin in February"),
    (6, "priya", "sofia", "the escalation path is too long"),
)
"""Days ago, who, with whom, a point."""

NOTES: tuple[tuple[int, str, str, str], ...] = (
    (
        13,
        "ada",
        "ben",
        "On-call was hard but fair. Ben keeps the runbook alive; Ada finds a second person for nights.",
    ),
    (
        6,
        "sofia",
        "priya",
        "Support may promise a fix date after asking Engines once. We look again in two weeks.",
    ),
)

ACTIONS: tuple[tuple[int, str, str, int, str], ...] = (
    (6, "ada", "ben", 0, "find a second person for the night shifts"),
    (5, "ben", "ada", 0, "send the draft of the invoice export"),
    (4, "chen", "ada", 0, "把搜索压测的结果发给大家"),
    (4, "priya", "sofia", 2, "write down the new escalation path"),
)
"""Days ago, whose, with whom, due in days from today, what."""

"""Time zones by the names that people use: Shanghai, 上海, "New York", CST; when several fit, the person is asked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale

from handlers.kit.calendar import local
from handlers.kit.cards import Button, Press
from handlers.kit.problems import Problem
from handlers.kit.text import Listing, Phrase, Text, Verbatim
from handlers.kit.typed import folded

COMPANY = "company"
"""What stands for the company's zone, or its language, where a person or a team has their own."""
MOST = 6
"""Zones that are offered when several fit."""

_OFFSET = re.compile(r"\d")
REGIONS = {
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"
}  # fmt: skip

# Cities and countries without a zone of their own, and short names of zones; "_" stands for a space.
ALSO: Mapping[str, str] = {
    "Asia/Shanghai": "beijing shenzhen guangzhou hangzhou chengdu nanjing wuhan xian suzhou tianjin xiamen qingdao"
    " china prc 北京 深圳 广州 杭州 成都 南京 武汉 西安 苏州 天津 厦门 青岛 中国",
    "Asia/Kolkata": "mumbai bangalore bengaluru delhi new_delhi hyderabad pune chennai india 孟买 班加罗尔 新德里 印度",
    "Asia/Tokyo": "osaka kyoto japan jst 大阪 京都 日本",
    "Europe/Berlin": "munich münchen hamburg frankfurt cologne köln stuttgart leipzig germany deutschland cet cest"
    " 慕尼黑 汉堡 法兰克福 德国",
    "Europe/London": "manchester edinburgh glasgow uk england gmt bst 英国",
    "Europe/Madrid": "barcelona valencia 巴塞罗那",
    "Europe/Rome": "milan milano turin florence 米兰",
    "Europe/Zurich": "geneva basel bern 日内瓦",
    "America/New_York": "boston washington miami atlanta philadelphia nyc edt 波士顿 华盛顿",
    "America/Chicago": "houston dallas austin cdt 休斯敦",
    "America/Los_Angeles": "la san_francisco seattle san_diego san_jose portland pst pdt 旧金山 西雅图",
    "UTC": "utc",
}
UNCLEAR: Mapping[str, str] = {
    "cst": "Asia/Shanghai America/Chicago America/Havana",
    "ist": "Asia/Kolkata Europe/Dublin Asia/Jerusalem",
    "est": "America/New_York Australia/Sydney",
    **dict.fromkeys(
        ("us", "usa", "美国"), "America/New_York America/Chicago America/Denver America/Los_Angeles"
    ),
}
RENAMED: Mapping[str, str] = {
    **dict.fromkeys(("Asia/Chongqing", "Asia/Chungking", "Asia/Harbin"), "Asia/Shanghai"),
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Asia/Tel_Aviv": "Asia/Jerusalem",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "America/Louisville": "America/Kentucky/Louisville",
    "Europe/Kiev": "Europe/Kyiv",
}


def zone_text(zone: str, now: datetime) -> Text:
    """A zone, with what its clocks show."""
    clock = local(now, zone).time().replace(second=0, microsecond=0)
    return Phrase("{zone}, where it is {clock} now", zone=Verbatim(zone), clock=clock)


def one_zone(said: str, *, question: str, pick: Callable[[str], Press]) -> str:
    """The zone that is meant, or COMPANY. Raises Problem when none or several are, with a button that picks each."""
    if folded(said) in (COMPANY, "公司"):
        return COMPANY
    found = find_zones(said)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Problem(
            Phrase("I know no such place. Write a larger city nearby, or a zone such as Europe/Berlin."),
            question=question,
        )
    raise Problem(
        Phrase(
            "Several places fit: {places}. Which one is it?",
            places=Listing(tuple(Verbatim(each) for each in found)),
        ),
        question=question,
        buttons=tuple(Button(Verbatim(each), pick(each)) for each in found),
    )


def find_zones(said: str) -> tuple[str, ...]:
    """The zones that these words may mean: one when it is clear, several to ask about, none when nothing is like it."""
    wanted = _spoken(said).strip(" .。")
    names = _names()
    if not wanted or wanted in names:
        return names.get(wanted, ())
    if _OFFSET.search(wanted):  # UTC+8 is no place, and nothing like UTC
        return ()
    place, *land = re.split(r"\s*[,，]\s*", wanted)
    if land:
        return find_zones(place)
    begins = (zone for name, zones in names.items() if name.startswith(wanted) for zone in zones)
    within = (zone for name, zones in names.items() if wanted in name for zone in zones)
    like = difflib.get_close_matches(wanted, names, n=2, cutoff=0.75)
    close = (zone for name in like for zone in names[name])
    return next((found for each in (begins, within, close) if (found := _distinct(each))), ())[:MOST]


def zone_called(said: str) -> str | None:
    """The zone of exactly this name, or of a city or country that names only one: Berlin, 上海."""
    found = _names().get(_spoken(said), ())
    return found[0] if len(found) == 1 else None


@lru_cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """Every name of every zone: its own, its city's in English and in Chinese, and what else people say."""
    made: dict[str, list[str]] = {}
    chinese = Locale.parse("zh_Hans_CN").time_zones
    for zone in sorted(available_timezones()):
        if zone.split("/")[0] in REGIONS:
            city = str(chinese[zone].get("city", "")) if zone in chinese else ""
            for name in {zone, zone.rsplit("/", 1)[-1], city} - {""}:
                made.setdefault(_spoken(name), []).append(zone)
    for zone, cities in ALSO.items():
        made.update({_spoken(city): [zone] for city in cities.split()})
    made.update({name: zones.split() for name, zones in UNCLEAR.items()})
    return {name: _distinct(zones) for name, zones in made.items()}


def _spoken(name: str) -> str:
    return folded(name).replace("_", " ")


def _distinct(zones: Iterable[str]) -> tuple[str, ...]:
    """Each once, under its present name."""
    return tuple(dict.fromkeys(RENAMED.get(zone, zone) for zone in zones))

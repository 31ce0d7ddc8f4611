"""Time zones by the names that people use: Shanghai, 上海, Berlin, "New York", CST; when several fit, the person is asked."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale

from handlers.kit.grammar import folded

MOST = 6
"""Zones that are offered when several fit."""

REGIONS = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")

# Cities that have no zone of their own, and short names; those that mean several zones are asked.
ALSO: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        "beijing 北京 深圳 shenzhen 广州 guangzhou 杭州 hangzhou 成都 chengdu 南京 nanjing 武汉 wuhan 西安 xian 苏州 suzhou"
        " 天津 tianjin 重庆 chongqing 厦门 xiamen 青岛 qingdao 中国 china prc".split(),
        ("Asia/Shanghai",),
    ),
    **dict.fromkeys(
        "munich münchen hamburg frankfurt cologne köln stuttgart leipzig germany deutschland 慕尼黑 汉堡 法兰克福".split(),
        ("Europe/Berlin",),
    ),
    **dict.fromkeys(
        ("san francisco", "seattle", "san diego", "san jose", "portland", "旧金山", "西雅图", "pst", "pdt"),
        ("America/Los_Angeles",),
    ),
    **dict.fromkeys(
        ("boston", "washington", "miami", "atlanta", "philadelphia", "波士顿", "华盛顿", "edt", "nyc"),
        ("America/New_York",),
    ),
    **dict.fromkeys(("houston", "dallas", "austin", "cdt"), ("America/Chicago",)),
    **dict.fromkeys("mumbai bangalore bengaluru delhi hyderabad pune chennai india 孟买 班加罗尔".split(), ("Asia/Kolkata",)),
    **dict.fromkeys("osaka kyoto japan 大阪 日本".split(), ("Asia/Tokyo",)),
    **dict.fromkeys("barcelona valencia".split(), ("Europe/Madrid",)),
    **dict.fromkeys("milan milano turin florence 米兰".split(), ("Europe/Rome",)),
    **dict.fromkeys("geneva basel bern 日内瓦".split(), ("Europe/Zurich",)),
    **dict.fromkeys("manchester edinburgh glasgow uk england gmt bst".split(), ("Europe/London",)),
    **dict.fromkeys("kyiv kiev".split(), ("Europe/Kyiv",)),
    **dict.fromkeys("cet cest".split(), ("Europe/Berlin",)),
    "utc": ("UTC",),
    "cst": ("Asia/Shanghai", "America/Chicago", "America/Havana"),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "est": ("America/New_York", "Australia/Sydney"),
    "usa": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    "us": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    "美国": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
}


def find_zones(said: str) -> tuple[str, ...]:
    """The zones that these words may mean: one when it is clear, several to ask about, none when nothing is like them."""
    wanted = folded(said).replace("_", " ").strip(" .。")
    if not wanted:
        return ()
    names = _names()
    if wanted in names:
        return _distinct(names[wanted])
    begin = [zone for name, zones in names.items() if name.startswith(wanted) for zone in zones]
    within = [zone for name, zones in names.items() if len(wanted) > 1 and wanted in name for zone in zones]
    close = [zone for name in difflib.get_close_matches(wanted, names, n=3, cutoff=0.75) for zone in names[name]]
    return _distinct(begin or within or close)[:MOST]


def _distinct(zones: Iterable[str]) -> tuple[str, ...]:
    """Without those that are another name of one before them."""
    made: dict[object, str] = {}
    for zone in zones:
        made.setdefault(_rules(zone), zone)
    return tuple(made.values())


@lru_cache(maxsize=None)
def _rules(zone: str) -> object:
    return _canonical().get(zone, zone)


@lru_cache
def _canonical() -> Mapping[str, str]:
    """Old names of zones that are still known, and what they are called now."""
    return {
        "Asia/Chongqing": "Asia/Shanghai",
        "Asia/Chungking": "Asia/Shanghai",
        "Asia/Harbin": "Asia/Shanghai",
        "Asia/Calcutta": "Asia/Kolkata",
        "Asia/Saigon": "Asia/Ho_Chi_Minh",
        "Asia/Katmandu": "Asia/Kathmandu",
        "Asia/Rangoon": "Asia/Yangon",
        "Asia/Tel_Aviv": "Asia/Jerusalem",
        "Europe/Kiev": "Europe/Kyiv",
        "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
        "America/Indianapolis": "America/Indiana/Indianapolis",
        "America/Louisville": "America/Kentucky/Louisville",
        "Atlantic/Faeroe": "Atlantic/Faroe",
    }


@lru_cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """Every name of every zone: the zone itself, its city in English and in Chinese, and what else people say."""
    made: dict[str, tuple[str, ...]] = {}
    chinese = Locale.parse("zh_Hans_CN").time_zones
    for zone in sorted(available_timezones()):
        if not zone.startswith(REGIONS):
            continue
        city = zone.rsplit("/", 1)[-1]
        own = str(chinese[zone]["city"]) if zone in chinese and "city" in chinese[zone] else ""
        for name in (zone, city, own):
            spoken = folded(name.replace("_", " "))
            if spoken and zone not in made.get(spoken, ()):
                made[spoken] = (*made.get(spoken, ()), zone)
    return {**made, **{folded(name): zones for name, zones in ALSO.items()}}


def is_zone(name: str) -> bool:
    """Whether this is a zone's own name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True

"""What must not be used about people: health, family, faith, whereabouts; refused by the name of the figure."""

from __future__ import annotations

import re
from functools import lru_cache

_ENGLISH = """
health healthcare healthy sick sickness sickleave illness ill medical medication disease diagnosis disability disabled
pregnant pregnancy maternity paternity fertility menstrual mental therapy religion religious church faith
family marital marriage married divorce spouse husband wife partner child children kids
location gps geolocation geo latitude longitude whereabouts ethnicity ethnic race nationality
political politics union sexual sexuality orientation gender genetic biometric
"""
_CHINESE = """
病 健康 医疗 体检 残疾 怀孕 孕 产假 产检 哺乳 宗教 信仰 家庭 婚 配偶 子女 生育
位置 定位 行踪 轨迹 民族 种族 籍贯 政治 党派 工会 性取向 性别 基因 生物识别
"""
WORDS = frozenset(_ENGLISH.split())
"""Words of a name, each on its own: “wellness” holds no “ill”."""
SIGNS = tuple(_CHINESE.split())
"""Characters anywhere in a name."""

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@lru_cache(maxsize=1024)
def forbidden(name: str) -> str:
    """The word for which a name is refused, or ""."""
    for part in _PARTS.findall(name):
        if part.casefold() in WORDS:
            return str(part)
    return next((sign for sign in SIGNS if sign in name), "")

"""What must not be used about people: health, family, faith, whereabouts; refused by the name of the figure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from handlers.kit.characters import simpler

_ENGLISH = """
health healthcare healthy sick sickness sickleave sickday sickdays illness illnesses ill medical medication disease
diseases diagnosis diagnoses disability disabilities disabled vaccinated vaccination allergy allergies
pregnant pregnancy pregnancies maternity paternity fertility menstrual mental depression bmi therapy religion religions
religious church faith family families marital marriage married divorce divorced spouse spouses husband wife partner
child children childcare kids location locations gps geolocation geo latitude longitude whereabouts residence ethnicity
ethnic race nationality political politics union sexual sexuality orientation gender genetic biometric
"""
_CHINESE = """
病 健康 医疗 体检 血压 血糖 抑郁 残疾 残障 怀孕 孕 产假 产检 哺乳 住院 就医 疫苗 过敏 宗教 信仰 家庭 家属 亲属 父母 婚
配偶 丈夫 妻子 子女 孩子 生育 位置 定位 地点 住址 住所 住处 打卡地址 经纬度 行踪 轨迹 民族 种族 籍贯 户籍 国籍
政治 党派 党员 工会 性取向 性别 基因 生物识别
"""
WORDS = frozenset(_ENGLISH.split())
"""Words of a name, each on its own: “wellness” holds no “ill”."""
SIGNS = tuple(_CHINESE.split())
"""Characters anywhere in a name."""

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@lru_cache(maxsize=1024)
def forbidden(name: str) -> str:
    """The word for which a name is refused, or ""."""
    plain = simpler(unicodedata.normalize("NFKC", name))
    for part in _PARTS.findall(plain):
        if part.casefold() in WORDS:
            return str(part)
    return next((sign for sign in SIGNS if sign in plain), "")

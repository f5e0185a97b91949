"""The regions of the policy documents, by GB/T 2260: Jiangsu, three of its cities and their districts.

Bureaus are those that issue notices: a city's 知识产权局, a district's 市场监督管理局, which carries that office.
The telephone is the municipal service line (12345) behind each city's area code, until a bureau enters its own.
"""

from typing import Any

PROVINCE = ("320000", "江苏省", "江苏省知识产权局", "025-12345")
# Code, name, telephone (the government hotline 12345 with its area code), districts.
CITIES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "320200",
        "无锡市",
        "0510-12345",
        {
            "320205": "锡山区",
            "320206": "惠山区",
            "320211": "滨湖区",
            "320213": "梁溪区",
            "320214": "新吴区",
            "320281": "江阴市",
            "320282": "宜兴市",
        },
    ),
    (
        "320500",
        "苏州市",
        "0512-12345",
        {
            "320505": "虎丘区",
            "320506": "吴中区",
            "320507": "相城区",
            "320508": "姑苏区",
            "320509": "吴江区",
            "320581": "常熟市",
            "320582": "张家港市",
            "320583": "昆山市",
            "320585": "太仓市",
        },
    ),
    (
        "320700",
        "连云港市",
        "0518-12345",
        {
            "320703": "连云区",
            "320706": "海州区",
            "320707": "赣榆区",
            "320722": "东海县",
            "320723": "灌云县",
            "320724": "灌南县",
        },
    ),
)


def load_region_tree(region_model: Any) -> int:
    """Make what is missing of the tree; returns how many regions were new.

    Runs any number of times. What exists keeps its bureau and telephone: an administrator may have corrected them.
    """
    code, name, bureau, phone = PROVINCE
    rows: list[tuple[str, str, str, str | None, str, str]] = [(code, name, "province", None, bureau, phone)]
    for city_code, city, city_phone, districts in CITIES:
        rows.append((city_code, city, "city", code, f"{city}知识产权局", city_phone))
        rows += [
            (
                district_code,
                district,
                "district",
                city_code,
                f"{city}{district}市场监督管理局" if district.endswith("区") else f"{district}市场监督管理局",
                city_phone,
            )
            for district_code, district in districts.items()
        ]
    made = 0
    for own_code, own_name, level, parent, own_bureau, own_phone in rows:
        _, created = region_model.objects.get_or_create(
            code=own_code,
            defaults={
                "name": own_name,
                "level": level,
                "parent_id": parent,
                "bureau": own_bureau,
                "contact": own_phone,
            },
        )
        made += created
    return made

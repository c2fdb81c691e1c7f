"""Write `crmkit/calendar/YYYY.json` from the chinesecalendar package: `python tests/make_calendar.py 2027`."""

import json
import sys
from pathlib import Path

from chinese_calendar.constants import Holiday, holidays, workdays

FOLDER = Path(__file__).parents[1] / "crmkit" / "calendar"


def table(year):
    """The public holidays and make-up workdays of one year, each day with its occasion in Chinese."""

    def named(days):
        return {str(day): Holiday(name).chinese for day, name in sorted(days.items()) if day.year == year}

    return {"year": year, "holidays": named(holidays), "workdays": named(workdays)}


if __name__ == "__main__":
    for year in sys.argv[1:]:
        text = json.dumps(table(int(year)), ensure_ascii=False, indent=2) + "\n"
        (FOLDER / f"{year}.json").write_text(text, encoding="utf-8")

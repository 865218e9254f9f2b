"""Words that put a booking off or bring it forward."""

import pytest

from service.when.shift import before_shift, read_shift


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("推迟一天", 1),
        ("能往后推两天吗", 2),
        ("提前一周", -7),
        ("早一天行不行", -1),
        ("顺延1周", 7),
        ("推迟到周五", 0),
        ("月经推迟了十天", 0),
        ("改到明天", 0),
    ],
)
def test_days_are_counted_from_the_booked_one(text: str, days: int) -> None:
    assert read_shift(text) == days


def test_what_is_shifted_stands_before() -> None:
    assert before_shift("把周三的推迟一天") == "把周三的"
    assert before_shift("改到明天") == ""

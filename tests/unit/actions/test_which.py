"""What a message says of the booking that is to be moved, and of where it shall go."""

import pytest

from actions.which import parts_of_move


@pytest.mark.parametrize(
    ("text", "moved", "to"),
    [
        ("把骨科的改到周五", "把骨科的", "周五"),
        ("换成潘丽君医生", "", "潘丽君医生"),
        ("挂错了，应该是产科", "挂错了", "，应该是产科"),
        ("我要产科的，挂成妇科了", "妇科了", "我要产科的，"),
        ("我想换皮肤科", "我想", "皮肤科"),
    ],
)
def test_the_booking_and_where_it_shall_go_are_told_apart(text: str, moved: str, to: str) -> None:
    assert parts_of_move(text) == (moved, to)


@pytest.mark.parametrize("text", ["把骨科那个改一下时间", "改眼科的预约", "我要改期"])
def test_words_that_only_describe_the_booking_are_not_parted(text: str) -> None:
    assert parts_of_move(text) == (text, text)

"""What makes a complaint a medical dispute, or one that is answered within a day."""

import pytest

from service.cases import is_medical_dispute, is_severe


@pytest.mark.parametrize(
    "told",
    [
        "刀口缝错了",
        "现在感染了",
        "刀口化脓了，要赔偿",
        "护士把我妈摔了",
        "护工推车把老人摔下来了",
        "打错针了",
        "药给错了，吃了头晕",
        "给孩子打错了药",
        "输错了血",
        "没做皮试就打针",
        "看错片子了，耽误治疗",
        "纱布留在肚子里",
        "左右都能弄反",
        "打针以后腿动不了",
        "手术以后人没了",
        "热水袋把我妈烫伤了",
        "拔错牙了",
        "我要做医疗鉴定",
    ],
)
def test_harm_by_treatment_is_a_medical_dispute(told: str) -> None:
    assert is_medical_dispute(told)
    assert is_severe(told)


@pytest.mark.parametrize(
    "told",
    [
        "感染科的护士态度差",
        "排队排了两个小时",
        "我妈走了很远才找到手术室",
        "收费处多收了钱，要求退费",
        "候诊的地方太挤，怕交叉感染",
        "医生说话不耐烦",
        "手术排期太久",
        "挂错号了不给退",
        "走错门，药房在另一边",
        "取药窗口等了一小时",
    ],
)
def test_what_only_sounds_like_harm_is_none(told: str) -> None:
    assert not is_medical_dispute(told)


@pytest.mark.parametrize("told", ["地滑摔倒了", "我要赔偿", "再不处理我就报警", "大夫要红包"])
def test_some_complaints_are_answered_within_a_day(told: str) -> None:
    assert is_severe(told)
    assert not is_medical_dispute(told)

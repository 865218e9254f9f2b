"""The intent model: what it says of one text is what its model says."""

import pytest
from scipy.sparse import hstack

from learning.components.intent_model import IntentModel, Ranker, clean

EXAMPLES = {
    "book": ["挂个号", "我想约骨科的号", "明天上午能挂吗", "给我妈挂个号", "约周三"],
    "fees": ["多少钱", "挂号费多少", "做个CT要多少钱", "专家号贵不贵"],
    "thank": ["谢谢", "谢谢你啊", "麻烦了", "太感谢了"],
}


@pytest.fixture(scope="module")
def model() -> IntentModel:
    model = IntentModel({"C": 30.0, "characters": 2, "words": 1}, {"department": ["骨科", "眼科"]})
    said = [(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    model.fit([text for text, _ in said], [intent for _, intent in said])
    return model


@pytest.mark.parametrize(
    "text",
    ["挂眼科多少钱", "谢谢谢谢谢谢", "13812345678", "@@@", " ", "约骨科，周三，给我妈", "zzz"],
)
def test_a_text_is_ranked_as_the_trained_model_itself_would(model: IntentModel, text: str) -> None:
    ranked = {one["name"]: one["confidence"] for one in Ranker(model).rank(text)}
    features = hstack([one.transform([clean(text)]) for one in model.vectorizers]).tocsr()
    shares = model.classifier.predict_proba(features)[0]
    assert ranked == pytest.approx(dict(zip(model.classifier.classes_, shares, strict=True)))
    assert list(ranked.values()) == sorted(ranked.values(), reverse=True)

"""What identifies a person is sealed, and found by a keyed hash."""

import pytest
from cryptography.fernet import InvalidToken
from hypothesis import given
from hypothesis import strategies as st

from service.crypto import Vault, masked_phone


def test_what_is_sealed_can_be_opened_with_the_same_secret_only() -> None:
    sealed = Vault("a secret").seal("王秀英")
    assert Vault("a secret").open(sealed) == "王秀英"
    with pytest.raises(InvalidToken):
        Vault("another").open(sealed)


def test_a_damaged_seal_is_not_opened() -> None:
    vault = Vault("a secret")
    sealed = vault.seal("王秀英")
    with pytest.raises(InvalidToken):
        vault.open(sealed[:-8] + "AAAAAAAA")


def test_the_same_text_is_sealed_differently_and_has_one_fingerprint() -> None:
    vault = Vault("a secret")
    assert vault.seal("王秀英") != vault.seal("王秀英")
    assert vault.fingerprint("王秀英") == vault.fingerprint("王秀英")
    assert vault.fingerprint("王秀英") != vault.fingerprint("王秀瑛")


def test_a_fingerprint_tells_nothing_without_the_secret() -> None:
    assert Vault("a secret").fingerprint("13800138001") != Vault("b").fingerprint("13800138001")


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    vault = Vault("a secret")
    assert vault.open(vault.seal(text)) == text


@pytest.mark.parametrize(
    ("phone", "shown"), [("13912345678", "139****5678"), ("120", "****"), ("", "****")]
)
def test_a_masked_phone_is_known_to_its_owner_only(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown

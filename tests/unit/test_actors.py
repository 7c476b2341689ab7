"""Clients prove themselves, and an attacker learns nothing from how they fail."""

import pickle
import time

import pytest

from governance.actors import Client, Role, Secret, SecretHash, authenticate, new_secret, register
from governance.adapters.clients_memory import ClientsMemory
from governance.errors import AuthenticationFailed, InvalidClient
from identity.adapters.system import SystemEntropy
from identity.ids import EntityId

SHOP_WEB = Client("shop-web", EntityId("shop"), frozenset({Role.ENGINEER}), frozenset({"marketing"}))


@pytest.fixture
def secret() -> Secret:
    return new_secret(SystemEntropy())


@pytest.fixture
def clients(secret: Secret) -> ClientsMemory:
    store = ClientsMemory()
    store.add(register(SHOP_WEB, secret, entropy=SystemEntropy()))
    return store


def test_a_client_proves_itself_with_its_own_secret(clients: ClientsMemory, secret: Secret) -> None:
    assert authenticate(clients, "shop-web", secret) == SHOP_WEB


def test_unknown_wrong_and_disabled_fail_alike(clients: ClientsMemory, secret: Secret) -> None:
    clients.add(register(Client("gone", EntityId("shop"), frozenset({Role.EDGE})), secret, entropy=SystemEntropy()))
    clients.disable("gone")
    said = set()
    attempts = [
        ("nobody", secret),
        ("shop-web", Secret("wrong")),
        ("gone", secret),
        ("", Secret("")),
        ("shop-web", Secret("x" * 10_000)),
    ]
    for name, guess in attempts:
        with pytest.raises(AuthenticationFailed) as failed:
            authenticate(clients, name, guess)
        said.add(str(failed.value))
    assert len(said) == 1


def test_an_unknown_client_costs_as_much_time_as_a_wrong_secret(clients: ClientsMemory) -> None:
    def cost(name: str) -> float:
        best = 1.0
        for _ in range(5):
            start = time.perf_counter()
            with pytest.raises(AuthenticationFailed):
                authenticate(clients, name, Secret("wrong"))
            best = min(best, time.perf_counter() - start)
        return best

    assert cost("nobody") > 0.5 * cost("shop-web")


def test_the_hash_of_nobody_is_matched_by_no_known_secret() -> None:
    from governance import actors

    for guess in ("", "A", "\0" * 32, "A" * 43):
        assert not actors._NOBODY.verifies(Secret(guess))


def test_equal_secrets_have_different_hashes_and_neither_holds_the_secret(secret: Secret) -> None:
    one, other = (register(SHOP_WEB, secret, entropy=SystemEntropy()).secret for _ in range(2))
    assert one.text != other.text
    assert one.verifies(secret)
    assert other.verifies(secret)
    assert secret.reveal() not in one.text
    assert secret.reveal()[14:] not in one.text


def test_a_secret_is_not_printed_compared_or_pickled(secret: Secret) -> None:
    assert secret.reveal() not in f"{secret!r}{secret}"
    assert "scrypt" not in repr(register(SHOP_WEB, secret, entropy=SystemEntropy()))
    with pytest.raises(TypeError):
        _ = secret == secret  # noqa: PLR0124
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize("text", ["", "plain", "scrypt$14$8$1$$", "scrypt$1$1$1$" + "A" * 22 + "$" + "A" * 43])
def test_a_stored_text_that_is_no_hash_of_ours_is_refused(text: str) -> None:
    with pytest.raises(InvalidClient):
        SecretHash(text)


@pytest.mark.parametrize("name", ["", "x", "Shop", "shop web", "shop-", "1shop", "a" * 65, "shop\n", "店舗"])
def test_a_client_has_a_plain_id(name: str) -> None:
    with pytest.raises(InvalidClient):
        Client(name, EntityId("shop"), frozenset({Role.EDGE}))


def test_a_client_has_a_role() -> None:
    with pytest.raises(InvalidClient):
        Client("shop-web", EntityId("shop"), frozenset())


def test_a_client_states_only_purposes_that_it_was_given() -> None:
    assert SHOP_WEB.may_state("marketing")
    assert not SHOP_WEB.may_state("research")
    anything = Client("all", EntityId("shop"), frozenset({Role.DPO}), frozenset({"*"}))
    assert anything.may_state("research")
    assert not Client("off", EntityId("shop"), frozenset({Role.DPO}), frozenset({"*"}), disabled=True).may_state(
        "research"
    )

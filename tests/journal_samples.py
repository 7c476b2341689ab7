"""Journals and leaves for the tests: invented, and the same every time."""

from typing import Any

from governance.adapters.journal_memory import JournalMemory
from governance.journal.journal import Journal
from governance.journal.leaf import at_text
from governance.journal.note import NoteSigner
from governance.journal.ports import JournalStore

ORIGIN = "enishi/test"
SIGNER = NoteSigner(ORIGIN, bytes(range(32)))
SUBJECTS = tuple(f"{number:064x}" for number in range(1, 6))


def a_leaf(number: int, **changes: object) -> dict[str, Any]:
    """A leaf that meets the contract; leaves of different numbers differ."""
    leaf: dict[str, Any] = {
        "v": 1,
        "at": at_text(1_790_000_000_000_000 + number * 1_000_003),
        "operation": "read",
        "client": f"crm-{number % 3}",
        "recipient": ("bank", "mobile")[number % 2],
        "purpose": ("marketing", "customer-support")[number % 2],
        "legal_basis": ["consent"],
        "entities": ["shop"],
        "subject": SUBJECTS[number % len(SUBJECTS)],
        "pseudonym": f"{number + 100:064x}",
        "attributes": [
            {
                "name": "visits",
                "category": "user.behavior",
                "controller": "shop",
                "strength": "bucketed",
                "kind": "fact",
            }
        ],
        "withheld": [{"name": "income", "category": "user.financial", "controller": "bank", "reason": "no-consent"}],
        "untold": f"{number + 200:064x}",
        "consent_events": [f"event-{number}"],
        "agreements": ["joint-use-1"],
        "policy": "c0ffee",
        "decision": ("allow", "allow", "refuse")[number % 3],
        "reason": "consent-given",
        "epochs": {"pseudonym": 1},
        "trace": f"{number:032x}",
    }
    return leaf | changes


def a_journal(leaves: int = 0, store: JournalStore | None = None) -> Journal:
    """A journal that holds the first `leaves` samples; in memory unless it is given a store."""
    journal = Journal(store or JournalMemory(), SIGNER, ORIGIN)
    journal.append([a_leaf(number) for number in range(leaves)])
    return journal

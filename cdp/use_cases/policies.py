"""Putting a policy into force: parsed whole, journalled, in one transaction."""

from pathlib import Path

from cdp.wiring import Application, policy_in
from governance.journal.leaf import LEAF_VERSION, at_text
from governance.policy import PolicyTable


def check_policy(app: Application, folder: Path) -> str:
    """The version of the policy in `folder`, parsed and validated strictly, and not applied. Raises InvalidPolicy."""
    return PolicyTable(policy_in(folder), app.trees).version


def apply_policy(app: Application, folder: Path, *, by: str) -> tuple[str, int | None]:
    """Put the policy in `folder` into force from now on; gives its version and its journal entry.

    Applying the policy that is in force changes nothing and journals nothing (None). Every process decides by the new
    one from its next transaction on. Raises InvalidPolicy; then the old one stays in force.
    """
    source = policy_in(folder)
    version = PolicyTable(source, app.trees).version
    now = app.clock.now()
    with app.hub(writes=True) as hub:
        active = hub.policies.active()
        if active is not None and active.version == version:
            return version, None
        hub.policies.apply(source, at=now)
        leaf = {
            "v": LEAF_VERSION,
            "at": at_text(now),
            "operation": "policy-apply",
            "client": by,
            "decision": "allow",
            "policy": version,
        }
        return version, hub.journal.append([leaf]).start

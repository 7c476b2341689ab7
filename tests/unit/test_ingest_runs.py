"""A run lands a file once, whole or in the pieces that a kill leaves, and refuses before it lands anything."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pipeline_world import CONTRACT, PEOPLE, Killed, World, contract, csv_file

from consent.basis import Operation
from consent.fold import state_of
from consent.ledger import State
from consent.question import Question
from consent.trees import shipped
from governance.pii.kinds import PiiKind
from governance.pii.scan import Finding
from identity.errors import EnishiError
from identity.ids import EntityId
from pipelines.contract import Contract
from pipelines.errors import ContractRefused, PiiFound, QualityFailed, TooManyBadRows
from pipelines.ingest import Progress, RunReport, ingest
from pipelines.limits import IngestLimits
from pipelines.plan import RunState

SHOP = EntityId("shop")
MANY = tuple(f"c{n},Given{n},Family{n % 7},01/02/19{50 + n % 50},m{n}@mail.example,{n},gold,yes,x" for n in range(40))
SMALL = IngestLimits(batch_rows=7)


def run(world: World, path: str, promised: Contract | None = None) -> RunReport:
    return ingest(path, promised or contract(), world.using)


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    path = csv_file(tmp_path, *PEOPLE, PEOPLE[0], "ragged", PEOPLE[1].replace("c2", "").replace(",3,", ",x,"))
    world = World()
    report = run(world, path)
    counts = report.run.counts
    assert (counts.read, counts.new, counts.quarantined) == (6, 3, 3)
    assert counts.read == counts.new + counts.changed + counts.unchanged + counts.quarantined
    assert report.run.reasons == {"ragged-row": 1, "no-source-key": 1, "duplicate-source-key": 1}
    stored = world.stores.runs.quarantined(report.run.id)
    assert [(row.line, row.column) for row in stored] == [(5, "id"), (6, ""), (7, "id")]
    assert report.run.state is RunState.DONE
    assert {"read", "normalise", "tokenise", "seal", "land"} <= report.run.stages.keys()


def test_the_same_file_again_changes_nothing_and_says_so(tmp_path: Path) -> None:
    world = World()
    first = run(world, csv_file(tmp_path, *PEOPLE))
    before = world.snapshot()
    again = run(world, csv_file(tmp_path, *PEOPLE, name="copy.csv"))
    assert again.repeated
    assert again.run == first.run
    assert world.snapshot() == before


def test_a_corrected_file_changes_only_what_differs(tmp_path: Path) -> None:
    world = World()
    run(world, csv_file(tmp_path, *PEOPLE))
    report = run(world, csv_file(tmp_path, PEOPLE[0], PEOPLE[1].replace(",3,", ",4,"), PEOPLE[2], name="b.csv"))
    assert (report.run.counts.changed, report.run.counts.unchanged, report.run.counts.new) == (1, 2, 0)


def _may_mail(world: World, spent: float) -> bool:
    """Whether the customer who spent so much may be written to, now."""
    asked = Question(SHOP, SHOP, "marketing", "user.behavior", Operation.CONTACT)
    (record,) = (
        one for one, own in world.facts().items() if own.get("spent_total") and own["spent_total"].value == spent
    )
    events = world.stores.ledger.of_records([record])[record]
    return state_of(events, asked, at=world.clock.now(), trees=shipped()).state is State.GIVEN


def test_a_file_that_comes_again_after_a_newer_one_counts_as_the_last_word(tmp_path: Path) -> None:
    world = World(IngestLimits(batch_rows=1))
    yes, no = PEOPLE[:2], (PEOPLE[0].replace(",yes,", ",no,"), PEOPLE[1])
    first = run(world, csv_file(tmp_path, *no, name="a.csv"))
    run(world, csv_file(tmp_path, *yes, name="b.csv"))
    assert _may_mail(world, 12.5)
    again = run(world, csv_file(tmp_path, *no, name="a.csv"))
    assert not _may_mail(world, 12.5)
    assert not again.repeated
    assert again.run.id == first.run.id
    assert world.stores.runs.find(first.run.id) == again.run
    assert (again.run.state, again.run.counts.changed, again.run.counts.unchanged) == (RunState.DONE, 1, 1)
    assert run(world, csv_file(tmp_path, *no, name="a.csv")).repeated


@pytest.mark.parametrize("forgotten", [0, 20, 39])
@pytest.mark.parametrize("transaction", range(2, 16, 2))
def test_a_repeated_run_that_is_killed_goes_on_too(tmp_path: Path, forgotten: int, transaction: int) -> None:
    path = csv_file(tmp_path, *MANY[:20], "ragged", *MANY[20:])
    world = World(SMALL)
    run(world, path)
    record = world.all_refs()[forgotten]
    ref = world.stores.refs.of([record])[record]
    world.stores.refs.bind([replace(ref, content=bytes(32))])
    world.transactions, world.die_at_transaction = 0, transaction
    with contextlib.suppress(Killed):
        run(world, path)
    world.die_at_transaction = None
    run(world, path)
    assert world.stores.refs.of([record])[record] == ref
    (done,) = world.stores.runs.recent()
    assert (done.state, done.counts.read, done.counts.quarantined) == (RunState.DONE, 41, 1)
    assert run(world, path).repeated


def test_what_was_judged_is_not_judged_again(tmp_path: Path) -> None:
    world = World()
    run(world, csv_file(tmp_path, *PEOPLE))
    assert run(world.with_(scan=_pii), csv_file(tmp_path, *PEOPLE)).repeated


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("customers-2026.csv", "customers-2026.csv"),
        ("Tanaka Taro complaint.csv", "file-{digest}.csv"),
        ("田中.csv", "file-{digest}.csv"),
        ("c" * 97 + ".csv", "file-{digest}.csv"),
    ],
)
def test_a_file_name_that_is_not_a_plain_one_is_not_kept(tmp_path: Path, name: str, kept: str) -> None:
    done = run(World(), csv_file(tmp_path, *PEOPLE, name=name)).run
    assert done.file == kept.format(digest=done.file_digest.hex()[:12])


@pytest.mark.parametrize("transaction", range(2, 16, 3))
def test_a_killed_run_goes_on_where_it_was_and_ends_as_if_never_killed(tmp_path: Path, transaction: int) -> None:
    path = csv_file(tmp_path, *MANY[:20], "ragged", *MANY[20:], MANY[3])
    killed = World(SMALL)
    killed.die_at_transaction = transaction
    with pytest.raises(Killed):
        run(killed, path)
    killed.die_at_transaction = None
    report = run(killed, path)
    whole = World(SMALL)
    expected = run(whole, path)
    counts = expected.run.counts
    assert report.run.counts == counts
    assert (counts.read, counts.new, counts.quarantined) == (42, 40, 2)
    assert report.run.reasons == expected.run.reasons
    assert killed.stores.refs.by_entity() == whole.stores.refs.by_entity()
    quarantined = [world.stores.runs.quarantined(report.run.id) for world in (killed, whole)]
    assert quarantined[0] == quarantined[1]
    assert len(killed.facts()) == len(whole.facts())


def _pii(columns: Mapping[str, Sequence[str | None]], *, sample: int) -> Sequence[Finding]:
    assert set(columns) == {"tier"}
    return (Finding("tier", PiiKind.EMAIL, 0.5, sample),)


QUALITY = CONTRACT + "quality: [{expect: column_values_to_not_be_null, column: tier}]\n"


def _refusals() -> dict[str, tuple[World, Contract, type[EnishiError], str]]:
    strict = IngestLimits(quarantine_rows_min=0, quarantine_share_max=0.0)
    return {
        "unpromised column": (World(), contract(**{"ignore: [note]\n": ""}), ContractRefused, "note"),
        "personal data": (World().with_(scan=_pii), contract(), PiiFound, "column tier"),
        "broken promise": (World(), contract(QUALITY), QualityFailed, "tier"),
        "too many bad rows": (World(strict), contract(), TooManyBadRows, "1 of 4 rows"),
    }


@pytest.mark.parametrize("fault", list(_refusals()))
def test_a_refused_file_lands_nothing_and_can_be_ingested_when_mended(tmp_path: Path, fault: str) -> None:
    world, promised, error, told = _refusals()[fault]
    path = csv_file(tmp_path, *PEOPLE, "ragged")
    with pytest.raises(error, match=told):
        run(world, path, promised)
    assert world.stores.refs.by_entity() == {}
    assert world.stores.agreements.all() == ()
    assert world.stores.runs.contracts() == {}  # its buckets hold for no read
    runs = world.stores.runs.recent()
    assert [one.state for one in runs] == ([] if error is ContractRefused else [RunState.REFUSED])
    assert [one.refusal for one in runs] == ([] if error is ContractRefused else [error.code])
    mended = World() if world.using.scan is _pii else world
    mended.using = replace(mended.using, limits=IngestLimits())
    assert run(mended, path).run.state is RunState.DONE


def test_a_broken_promise_that_only_warns_is_told_and_stored(tmp_path: Path) -> None:
    world = World()
    lenient = contract(QUALITY.replace("column: tier}]", "column: tier, severity: warning}]"))
    report = run(world, csv_file(tmp_path, *PEOPLE), lenient)
    assert "not met: column_values_to_not_be_null of tier" in report.warnings
    assert "plain" in (world.stores.runs.validation(report.run.id) or "")


BANK = CONTRACT.replace("entity: shop", "entity: bank").replace("id: shop-links", "id: bank-links")


def _persons(world: World) -> int:
    return len(set(world.stores.members.current(world.all_refs()).values()))


def test_records_that_came_first_are_linked_when_the_second_entity_offers_the_same(tmp_path: Path) -> None:
    world = World()
    run(world, csv_file(tmp_path, *PEOPLE))
    report = run(world, csv_file(tmp_path, *PEOPLE, name="bank.csv"), contract(BANK))
    assert report.relinked == 3
    assert report.run.counts.linked == 3
    assert _persons(world) == 3


@pytest.mark.parametrize("first_offers", [True, False])
def test_an_offer_of_one_side_alone_links_nobody(tmp_path: Path, first_offers: bool) -> None:
    shop, bank = contract(), contract(BANK.replace("operations: [link], purposes", "operations: [share], purposes"))
    world = World()
    for promised in (shop, bank) if first_offers else (bank, shop):
        run(world, csv_file(tmp_path, *PEOPLE, name=f"{promised.entity}.csv"), promised)
    assert _persons(world) == 6


def test_the_order_of_entities_does_not_matter(tmp_path: Path) -> None:
    outcomes = []
    for order in ((CONTRACT, BANK), (BANK, CONTRACT)):
        world = World()
        for text in order:
            run(world, csv_file(tmp_path, *PEOPLE, name=f"{contract(text).entity}.csv"), contract(text))
        outcomes.append(_persons(world))
    assert outcomes == [3, 3]


def test_progress_reaches_the_total(tmp_path: Path) -> None:
    told: list[Progress] = []
    ingest(csv_file(tmp_path, *MANY, "ragged"), contract(), World(SMALL).using, told.append)
    assert told[-1] == Progress("land", 41, 41)
    assert [one.rows for one in told if one.stage == "land"] == sorted(
        {one.rows for one in told if one.stage == "land"}
    )


def test_the_contract_is_kept_with_the_run(tmp_path: Path) -> None:
    world = World()
    run(world, csv_file(tmp_path, *PEOPLE))
    kept = world.stores.runs.contracts(EntityId("shop"))
    assert kept == {(EntityId("shop"), "customers"): contract().canonical}

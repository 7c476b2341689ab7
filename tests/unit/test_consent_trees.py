"""The trees of purposes and data categories: complete, definite, and extendable without changing a meaning."""

import pytest

from consent.categories import CategoryTree
from consent.errors import InvalidTaxonomy, UnknownCategory, UnknownPurpose
from consent.purposes import PurposeTree
from consent.trees import shipped

EXPECTED = (
    "identity-resolution service-provision customer-support personalisation marketing direct-marketing advertising "
    "credit-checking fraud-prevention analytics research legal-compliance subject-request"
)


def test_every_shipped_purpose_has_a_definition_and_cites_dpv() -> None:
    purposes = shipped().purposes
    assert all(term.definition and term.source.startswith("https://w3id.org/dpv#") for term in purposes)
    assert all(name in purposes for name in EXPECTED.split())


def test_every_shipped_category_stands_under_the_category_that_its_key_names() -> None:
    for term in shipped().categories:
        above, _, _ = term.id.rpartition(".")
        assert term.parent == (above or None)
        assert term.source in {f"fideslang:{term.id}", "enishi"}


def test_a_cone_holds_what_is_at_or_below_and_ancestors_what_is_above() -> None:
    purposes = shipped().purposes
    assert {"marketing", "direct-marketing", "targeted-advertising"} < purposes.cone("marketing")
    assert purposes.ancestors("targeted-advertising") == ("personalised-advertising", "advertising", "marketing")
    for term in purposes:
        assert all(term.id in purposes.cone(above) for above in (term.id, *purposes.ancestors(term.id)))


def test_running_a_service_is_no_permission_to_analyse_or_to_rate() -> None:
    for base in ("service-provision", "customer-management"):
        assert not shipped().purposes.cone(base) & {"analytics", "credit-checking", "marketing", "identity-resolution"}


def test_an_unknown_term_is_an_error_everywhere() -> None:
    for ask in (shipped().purposes.get, shipped().purposes.cone, shipped().purposes.ancestors):
        with pytest.raises(UnknownPurpose):
            ask("old-purpose")
    with pytest.raises(UnknownCategory):
        shipped().categories.cone("*")
    assert not shipped().purposes.grants("*", "old-purpose")


def test_an_operator_adds_terms_below_ours() -> None:
    tree = PurposeTree.shipped({"points-campaign": {"definition": "Running a points campaign.", "parent": "marketing"}})
    assert "points-campaign" in tree.cone("marketing")
    assert tree.get("points-campaign").source == "operator"
    assert len(tree) == len(shipped().purposes) + 1


@pytest.mark.parametrize(
    "extra",
    [
        {"marketing": {"definition": "Something else.", "parent": None}},
        {"points": {"definition": "Points.", "parent": "absent"}},
        {"points": {"definition": "Points.", "parent": "points"}},
        {"a": {"definition": "A.", "parent": "b"}, "b": {"definition": "B.", "parent": "a"}},
        {"points": {"definition": " ", "parent": None}},
        {"points": {"parent": None}},
        {"points": {"definition": "Points.", "colour": "red"}},
        {"Points!": {"definition": "Points.", "parent": None}},
        {"*": {"definition": "Everything.", "parent": None}},
        {"a,b": {"definition": "Two.", "parent": None}},
    ],
)
def test_a_malformed_extension_is_refused(extra: dict[str, dict[str, str | None]]) -> None:
    with pytest.raises(InvalidTaxonomy):
        PurposeTree.shipped(extra)
    with pytest.raises(InvalidTaxonomy):
        CategoryTree.shipped({"user": {"definition": "Somebody.", "parent": None}})

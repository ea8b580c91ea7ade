"""Whatever a catalog calls its things, the files are rules without an error that say the same."""

from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from router.importing.description import Delay, Description, OwnerName, Thing
from router.importing.plan import plan
from router.importing.writer import FILE_BYTES, files_of, scalar
from router.model.fault import ComponentKind
from router.render.escape import clean
from tests.unit.importing.shop import rules_of

NAMES = st.text(max_size=30) | st.sampled_from(
    [
        "null",
        "no",
        "1",
        "1e3",
        "2026-01-01",
        "# x",
        ": ",
        "- a",
        "{{ x }}",
        "&a *b",
        "!!python",
        "a\nb: c",
        "<<",
        "canary",
    ]
)


@st.composite
def descriptions(draw: st.DrawFn) -> Description:
    """A few things with any names, owners and dependencies."""
    keys = [f"k{number}" for number in range(draw(st.integers(1, 5)))]
    owners = st.builds(OwnerName, name=NAMES.filter(bool), title=NAMES, channel=NAMES)
    return Description(
        company=draw(NAMES),
        things=tuple(
            Thing(
                key=key,
                kind=draw(st.sampled_from(list(ComponentKind))),
                name=draw(NAMES),
                qualifier=draw(NAMES),
                workflow=draw(NAMES),
                title=clean(draw(NAMES)),
                owners=tuple(draw(st.lists(owners, max_size=1))),
                known_as={"dbt": tuple(filter(None, map(clean, draw(st.lists(NAMES, max_size=3)))))},
                depends_on={
                    upstream: Delay(0, draw(st.integers(0, 10**6)), draw(NAMES))
                    for upstream in draw(st.sets(st.sampled_from(keys), max_size=3))
                },
            )
            for key in keys
        ),
        format="dbt",
    )


@settings(max_examples=20, phases=[Phase.explicit, Phase.generate], deadline=None)
@given(description=descriptions())
def test_any_description_becomes_rules_without_an_error(
    description: Description, tmp_path_factory: object
) -> None:
    """Every thing is a component, and every name leads to the first that had it."""
    folder: Path = tmp_path_factory.mktemp("import") / "rules"  # type: ignore[attr-defined]
    rules = rules_of(description, folder)
    assert len(rules.components) == len(description.things)
    names = {name for thing in description.things for names in thing.known_as.values() for name in names}
    assert {name for space, name in rules.identities if space == "dbt"} == names


@given(NAMES)
def test_a_text_stays_a_text(text: str) -> None:
    """Nothing that is written is taken for a number, a comment, an alias or nothing."""
    assert YAML(typ="safe", pure=True).load(f"key: {scalar(text)}") == {"key": clean(text)}


def test_a_workflow_that_is_too_long_for_a_file_becomes_several_of_one_scope(tmp_path: Path) -> None:
    """Each below the size that rules may have; a chain through all of them stays one scope."""
    things = [
        Thing(
            key=str(number),
            kind=ComponentKind.FEED,
            name=f"table_{number}",
            qualifier="",
            workflow="lake",
            known_as={"dbt": (f"model.lake.{'x' * 200}{number}",)},
            depends_on={str(number - 1): Delay(0, 60, "chain")} if number else {},
        )
        for number in range(900)
    ]
    description = Description("", tuple(things), format="dbt")
    sizes = [len(text.encode()) for text in files_of(plan(description), "x").values()]
    assert max(sizes) <= FILE_BYTES + 1_000
    rules = rules_of(description, tmp_path / "rules")
    assert len(rules.workflows) > 1
    assert {component.scope for component in rules.components.values()} == {"lake"}


def test_an_edge_that_closes_a_cycle_is_marked_as_feedback(tmp_path: Path) -> None:
    """Otherwise the rules would be refused."""
    delay = Delay(0, 60, "x")
    things = [
        Thing(name, ComponentKind.APP, name, "", "w", depends_on={other: delay})
        for name, other in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    rules = rules_of(Description("", tuple(things)), tmp_path / "rules")
    marked = [
        edge.upstream for body in rules.components.values() for edge in body.depends_on if edge.feedback
    ]
    assert marked == ["app.a"]


def test_what_nobody_owns_goes_to_the_triage_desk_and_says_so(tmp_path: Path) -> None:
    """A TODO stands where an owner is missing."""
    thing = Thing("a", ComponentKind.FEED, "a", "", "w")
    rules = rules_of(Description("", (thing,)), tmp_path / "rules")
    assert set(rules.settings.default_owners.values()) == {"triage-desk"}
    assert "# TODO owners: no owner is named" in (tmp_path / "rules" / "workflows" / "w.yaml").read_text()

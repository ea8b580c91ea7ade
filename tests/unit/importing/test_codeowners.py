"""CODEOWNERS: which owners a path has, as GitHub and GitLab say it, and what becomes of directories."""

import pytest

from router.importing import codeowners
from router.importing.codeowners_rules import matches, read_codeowners
from router.importing.description import CannotImport, Description, Given
from router.importing.plan import Existing, plan
from router.model.fault import ComponentKind

GITHUB = """
# a comment
*       @acme/everyone
*.js    @js-owner  # the rest is a comment
docs/*  docs@acme.example
/build/logs/ @acme/builders
apps/   @acme/apps
/apps/github
**/logs @acme/loggers
"""

GITLAB = """
* @general
[Documentation][2] @docs-team
docs/
README.md @readme-team
^[Database] @database-team
model/db/
!model/db/generated/
[documentation]
*.txt
path\\ with\\ spaces/ @space-owner
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("some/deep/file.rb", ("@acme/everyone",)),
        ("lib/a.js", ("@js-owner",)),
        ("docs/start.md", ("docs@acme.example",)),
        ("docs/build/start.md", ("@acme/everyone",)),
        ("build/logs/today", ("@acme/loggers",)),
        ("other/build/logs", ("@acme/loggers",)),
        ("apps/main/index.html", ("@acme/apps",)),
        ("sub/apps/main", ("@acme/apps",)),
        ("apps/github/index.html", ()),
    ],
)
def test_on_github_the_last_line_that_matches_counts(path: str, owners: tuple[str, ...]) -> None:
    """One without owners says that nobody owns it."""
    assert read_codeowners(GITHUB).owners_of(path) == owners


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("src/a.rb", ("@general",)),
        ("docs/a.md", ("@general", "@docs-team")),
        ("sub/docs/a.md", ("@general", "@docs-team")),
        ("README.md", ("@general", "@readme-team")),
        ("notes.txt", ("@general", "@docs-team")),
        ("model/db/schema.rb", ("@general", "@database-team")),
        ("model/db/generated/a.rb", ("@general",)),
        ("path with spaces/a", ("@general", "@space-owner")),
    ],
)
def test_on_gitlab_each_section_has_its_own_last_match(path: str, owners: tuple[str, ...]) -> None:
    """Default owners fill in, `!` takes out, sections of one name are one, spaces are escaped."""
    assert read_codeowners(GITLAB).owners_of(path) == owners


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("/a", "a/b/c", True),
        ("/a", "x/a", False),
        ("a", "x/a/b", True),
        ("a/b", "x/a/b", False),
        ("/a/**/c", "a/b/d/c", True),
        ("/a/**/c", "a/c", True),
        ("/a/**", "a/b/c", True),
        ("/a/*", "a/b", True),
        ("/a/*", "a/b/c", False),
        ("a?c", "abc", True),
        ("a.c", "abc", False),
        ("*.md", "docs/x.md", True),
    ],
)
def test_patterns_are_those_of_gitignore_without_its_brackets(pattern: str, path: str, covered: bool) -> None:
    """A slash before the end ties a pattern to the root; a star stays within a directory."""
    assert matches(pattern, path) is covered


def test_a_relative_pattern_is_anywhere_on_gitlab() -> None:
    """As GitLab's documents say; on GitHub a slash in it ties it to the root."""
    assert matches("internal/db", "x/internal/db/a", gitlab=True)


def described(text: str, *more: Given) -> Description:
    """The description of a file."""
    return codeowners.describe([Given("CODEOWNERS", text.encode()), *more], [])


def test_directories_become_components_with_the_owner_of_what_is_in_them() -> None:
    """Of plain paths and of `dir/**`; a person is marked, the first owner is the accountable one."""
    found = described(
        "/services/pricing-api/ @acme/pricing @acme/b\n/agents/quotes/** @jdoe\n/agents/quotes/prompts @acme/p\n"
    )
    things = {thing.key: thing for thing in found.things}
    assert {path: thing.kind for path, thing in things.items()} == {
        "services/pricing-api": ComponentKind.API,
        "agents/quotes": ComponentKind.AGENT,
        "agents/quotes/prompts": ComponentKind.AGENT,
    }
    assert [owner.name for owner in things["services/pricing-api"].owners] == ["pricing"]
    assert things["agents/quotes"].owners[0].person
    assert things["services/pricing-api"].known_as == {"path": ("services/pricing-api",)}
    assert {one.what: one.names for one in found.unmapped} == {
        "further owner": ("services/pricing-api: @acme/b",)
    }


def test_which_directory_is_which_component_may_be_said() -> None:
    """Then only these are components, whatever the patterns name."""
    said = Given("components.json", b'{"/services/pricing/": "api.pricing", "services/old": "legacy"}')
    found = described("* @acme/all\n/services/pricing/ @acme/pricing\n/docs/ @acme/docs\n", said)
    assert {thing.key: (thing.kind.value, thing.name, thing.owners[0].name) for thing in found.things} == {
        "services/pricing": ("api", "pricing", "pricing"),
        "services/old": ("app", "legacy", "all"),
    }
    assert {one.what: one.names for one in found.unmapped} == {
        "owner of everything": ("@acme/all",),
        "pattern": ("/docs/",),
    }


def test_what_is_no_directory_is_listed() -> None:
    """Patterns of files, exclusions, roles and what means nothing on GitHub."""
    found = described("*.md @a\nREADME @b\n!/x/ @c\n/y/ @@maintainer\n")
    assert {one.what: one.names for one in found.unmapped} == {
        "line": ("line 3: !/x/ (! means nothing on GitHub)",),
        "pattern": ("*.md", "README"),
        "role": ("@@maintainer",),
    }
    assert found.things[0].owners == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"# nothing\n", "no pattern"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"a": 1}', "not directories and components"),
    ],
)
def test_what_cannot_be_read_is_said(content: bytes, told: str) -> None:
    """With what to do."""
    with pytest.raises(CannotImport, match=told):
        codeowners.describe([Given("CODEOWNERS", content)], [])


def test_a_component_that_the_rules_give_to_another_team_is_listed() -> None:
    """Found by its directory under `path`; only a person knows who is right, so nothing is changed."""
    has = Existing(
        {"api.pricing": frozenset(), "api.orders": frozenset()},
        {("path", "services/pricing"): "api.pricing", ("path", "services/orders"): "api.orders"},
        frozenset({"pricing", "orders", "other"}),
        frozenset({"o2c"}),
        owners={"api.pricing": frozenset({"other"}), "api.orders": frozenset({"orders", "data"})},
    )
    planned = plan(described("/services/pricing/ @acme/pricing\n/services/orders/ @acme/orders\n"), has)
    assert planned.workflows == ()
    assert planned.todo["owners that the rules name otherwise: look who is accountable"] == (
        "api.pricing: pricing",
    )

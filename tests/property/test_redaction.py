"""Law: a notice for a partner holds nothing that its contract does not show, in no field and in no words."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from router.model.event import Measure
from router.model.fault import ComponentKind, OwnerKind, Severity
from router.model.incident import Impact, Incident, IncidentState, Note, Ownership, Told, Tried
from router.model.notice import Listed, Notice, NoticeKind, NoticeRole
from router.model.ownership import Clock, Contract, Shown, Track, TrackRole
from router.model.rules import Rules
from router.render.blocks import slack_message, text_message
from router.stages.redact import redact
from tests.builders import at, minutes
from tests.unit.render.samples import CAUSE, HEADLINES, an_incident, company

SECRET = "zqx-secret"
"""Stands in every field of an incident that is none of a partner's business."""

OURS = "feed.orders"
"""What the vendor runs; everything else of the chain is not."""


def rules_with(*shows: Shown) -> Rules:
    """The company with a contract that shows these, and secrets in what it calls its things."""
    rules = company()
    vendor = rules.teams["vendor"].model_copy(update={"contract": Contract(shows=shows)})
    run = rules.components[OURS]
    run = run.model_copy(update={"owners": {OwnerKind.PARTNER: "vendor"}})
    teams = {
        name: team.model_copy(update={"name": f"{SECRET} {name}", "members": (f"{SECRET}@acme.example",)})
        for name, team in rules.teams.items()
    }
    return rules.model_copy(
        update={
            "teams": {**teams, "vendor": vendor},
            "components": {
                **{
                    name: body.model_copy(update={"name": f"{SECRET} {name}"})
                    for name, body in rules.components.items()
                },
                OURS: run,
            },
        }
    )


def secretive(incident: Incident) -> Incident:
    """The incident with the secret in every text that is not the partner's own component, fault or contract."""
    foreign = tuple(h.model_copy(update={"summary": SECRET}) for h in HEADLINES if h.component != OURS)
    own = HEADLINES[0].model_copy(
        update={"measure": Measure(name=SECRET, value=1.0), "labels": {"a": SECRET}}
    )
    clock = Clock(name="c", duty=SECRET, source=SECRET, seconds=60, started_at=at(0), due=at(60))
    return incident.model_copy(
        update={
            "cause": incident.cause.model_copy(
                update={
                    "evidence": (*CAUSE.evidence, f"{SECRET} said so", f"{OURS} came after {SECRET} kpi.revenue"),
                    "candidates": tuple(
                        c.model_copy(update={"component": f"{SECRET}.{c.component}"}) for c in CAUSE.candidates
                    ),
                }
            ),
            "cause_by": SECRET,
            "owner": incident.owner.model_copy(
                update={"why": SECRET, "path": (Tried(step=SECRET, team=SECRET, why=SECRET),)}
            ),
            "features": (("label", SECRET),),
            "first_team": SECRET,
            "experience": SECRET,
            "also": (
                Track(
                    team="sales", kind=OwnerKind.BUSINESS, role=TrackRole.BUSINESS, why=SECRET,
                    about=SECRET, destination=f"#{SECRET}", clocks=(clock,), acknowledged_by=SECRET,
                ),
                Track(
                    team="vendor", kind=OwnerKind.PARTNER, role=TrackRole.AFFECTED, why=SECRET, about=SECRET,
                    destination="#vendor", told_at=at(1), acknowledged_by=SECRET, clocks=(clock,),
                ),
            ),
            "workflows": (SECRET,),
            "impacts": (
                Impact(workflow=SECRET, component="kpi.revenue", kind=ComponentKind.KPI, hit=True),
            ),
            "headlines": (own, *foreign),
            "runbooks": (SECRET,),
            "destination": f"#{SECRET}",
            "told": (
                Told(destination="#vendor", team="vendor"), Told(destination=f"#{SECRET}", team=SECRET)
            ),
            "muted_by": SECRET,
            "suggested_team": SECRET,
            "escalated_to": SECRET,
            "acknowledged_at": at(minutes(3)),
            "acknowledged_by": SECRET,
            "notes": tuple(
                Note(number=n, at=at(n), kind=kind, text=SECRET)
                for n, kind in enumerate(("handed_over", "escalated", "reopened", "merged", "due", "x"), 1)
            ),
        }
    )  # fmt: skip


def written(notice: Notice, rules: Rules) -> str:
    """Everything of it that leaves: the record, the Slack message, the plain one."""
    messages = [slack_message(notice, rules), text_message(notice, rules)]
    return notice.model_dump_json() + "".join(message.model_dump_json() for message in messages)


NOT_SECRET = (Shown.EVIDENCE, Shown.SUMMARY, Shown.LINKS)
"""What a contract may show without showing one of the secrets above: they are of others, or not in the incident."""


@given(
    role=st.sampled_from((NoticeRole.OWNER, NoticeRole.ALSO, NoticeRole.FORMER_OWNER, NoticeRole.ESCALATION)),
    kind=st.sampled_from(NoticeKind),
    state=st.sampled_from(IncidentState),
    severity=st.sampled_from(Severity),
    owner=st.sampled_from(("vendor", "data-team")),
    cause=st.sampled_from((OURS, "kpi.revenue")),
    abstained=st.booleans(),
    shows=st.sets(st.sampled_from(NOT_SECRET)),
)
def test_no_secret_leaves_for_a_partner(
    role: NoticeRole,
    kind: NoticeKind,
    state: IncidentState,
    severity: Severity,
    owner: str,
    cause: str,
    abstained: bool,
    shows: set[Shown],
) -> None:
    """Neither in the record nor in any message, whatever the role and the state."""
    rules = rules_with(*sorted(shows))
    about = CAUSE.model_copy(update={"component": cause, "abstained": abstained})
    owned = Ownership(team=owner, kind=rules.teams[owner].kind, why="it is theirs")
    incident = secretive(an_incident(state=state, severity=severity, cause=about, owner=owned))
    notice = Notice(
        destination="#vendor",
        role=role,
        kind=kind,
        at=at(minutes(42)),
        team="vendor",
        rules="r",
        incident=incident,
    )
    redacted = redact(notice, rules)
    told = written(redacted, rules)
    assert SECRET not in told
    others = [name for name in rules.components if name != OURS and name in told]
    assert not others, f"{others} are not the partner's"
    assert redacted.shows == tuple(s for s in Shown if s in shows)
    assert redact(redacted, rules).incident == redacted.incident


def test_others_see_everything() -> None:
    """A team of the company reads the notice as it is."""
    rules = rules_with()
    notice = Notice(
        destination="#data", role=NoticeRole.OWNER, kind=NoticeKind.OPENED, at=at(60), team="data-team",
        rules="r", incident=secretive(an_incident()),
    )  # fmt: skip
    assert redact(notice, rules) is notice


def test_a_digest_lists_what_is_not_the_partner_s_without_its_name() -> None:
    """Which of its own things wait is for it; of the others only how bad and since when."""
    rules = rules_with()
    lines = [
        Listed(
            incident=f"main-{n}",
            severity=Severity.MAJOR,
            team=team,
            component=component,
            fault="feed.stale",
            opened_at=at(0),
        )
        for n, (team, component) in enumerate((("vendor", OURS), ("sales", "kpi.revenue")))
    ]
    notice = Notice(
        destination="#vendor", role=NoticeRole.DIGEST, kind=NoticeKind.DIGEST, at=at(60), team="vendor",
        rules="r", incident=secretive(an_incident()), listed=tuple(lines),
    )  # fmt: skip
    redacted = redact(notice, rules)
    assert [(one.team, one.component) for one in redacted.listed] == [
        ("vendor", OURS),
        ("your customer", "not shown"),
    ]
    assert SECRET not in redacted.model_dump_json()


def test_what_the_contract_shows_is_shown() -> None:
    """Words of its own component's alerts, sentences about it alone, the steps, who has it, who acknowledged it."""
    rules = rules_with(*Shown)
    incident = an_incident(acknowledged_by="ann", acknowledged_at=at(60))
    notice = Notice(
        destination="#vendor", role=NoticeRole.ALSO, kind=NoticeKind.OPENED, at=at(60), team="vendor",
        rules="r", incident=incident,
    )  # fmt: skip
    seen: dict[str, Any] = orjson.loads(redact(notice, rules).model_dump_json())["incident"]
    assert [h["summary"] for h in seen["headlines"]] == [HEADLINES[0].summary]
    assert seen["cause"]["evidence"] == list(CAUSE.evidence[:2])
    assert (seen["owner"]["team"], seen["acknowledged_by"]) == ("data-team", "ann")
    assert seen["runbooks"] == list(incident.runbooks)
    assert seen["workflows"] == ["main"]


def test_a_partner_s_channel_is_for_partners_whoever_is_told_there() -> None:
    """A team that is told in the partner's channel tells it no more than its contract shows."""
    rules = rules_with()
    notice = Notice(
        destination="#vendor", role=NoticeRole.OWNER, kind=NoticeKind.OPENED, at=at(60), team="data-team",
        rules="r", incident=secretive(an_incident()),
    )  # fmt: skip
    assert SECRET not in written(redact(notice, rules), rules)

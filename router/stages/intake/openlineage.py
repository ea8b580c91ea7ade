"""OpenLineage run events: failed jobs and failed assertions about data.

https://openlineage.io/docs/spec/run-cycle and the facets dataQualityAssertions, errorMessage, jobType and
parent. FAIL and ABORT open what COMPLETE of the same job resolves. START and RUNNING say nothing yet,
although some emitters put assertions there; a step of a job (jobType SQL) fails together with its job,
which reports the same.
"""

import re
from collections.abc import Iterator

from router.model.errors import RejectedEvent
from router.model.event import AlertStatus, IgnoreReason, RejectCode
from router.model.fault import Severity
from router.stages.intake.bounds import parse
from router.stages.intake.claim import AlertClaim, Claim, Context, Nothing
from router.stages.intake.fields import invalid, mapping, moment, required, sequence, text
from router.stages.intake.quality import CONTRACT_BREAK, JOB_FAILED, fault_of_test
from router.stages.intake.record import Document, SourceRecord

MAX_DATASETS = 50
"""Datasets looked at for a component when the catalog does not know the job."""

_SPEC = re.compile(r"https?://openlineage\.io/spec/([0-9]+)-[0-9]+-[0-9]+/OpenLineage\.json.*")
_MAJORS = ("0", "1", "2")
_QUIET = ("START", "RUNNING", "OTHER", "")
_ENDS = {"FAIL": AlertStatus.FIRING, "ABORT": AlertStatus.FIRING, "COMPLETE": AlertStatus.RESOLVED}


def unwrap(record: SourceRecord) -> Document:
    """The event. Raises RejectedEvent."""
    return parse(record.value)


def claims(event: Document, context: Context) -> list[Claim]:
    """What the end of a run says about its job and about the data it looked at. Raises RejectedEvent."""
    spec = _SPEC.fullmatch(text(event, "schemaURL"))
    if spec is not None and spec.group(1) not in _MAJORS:
        raise RejectedEvent(
            RejectCode.UNSUPPORTED_VERSION, "this major version of the OpenLineage specification is not known"
        )
    state = text(event, "eventType").upper()
    if not state and "run" not in event and ("dataset" in event or "job" in event):
        return [Nothing(IgnoreReason.NOT_A_FAILURE, "a dataset or job event describes, it reports no run")]
    run = mapping(event, "run")
    required(run, "runId", "run.runId", "send the run's id")
    job = mapping(event, "job")
    name = required(job, "name", "job.name", "send the job's name")
    namespace = required(job, "namespace", "job.namespace", "send the job's namespace")
    if state in _QUIET:
        return [Nothing(IgnoreReason.NOT_A_FAILURE, f"the run is not over: {state or 'no eventType'}")]
    if state not in _ENDS:
        raise RejectedEvent(
            RejectCode.UNSUPPORTED_TYPE, "eventType is none of OpenLineage's; send a state of the run cycle"
        )
    return _Run(event, context, _ENDS[state], namespace, name).claims()


class _Run:
    """The end of one run."""

    def __init__(
        self, event: Document, context: Context, status: AlertStatus, namespace: str, name: str
    ) -> None:
        self.event = event
        self.context = context
        self.status = status
        self.job = (namespace, name)
        self.kind = text(_facet(mapping(event, "job"), "facets", "jobType"), "jobType").upper()
        given = event.get("eventTime")
        self.at = None if given is None else moment(given, "eventTime", zone_optional=True)

    def claims(self) -> list[Claim]:
        parent = _facet(mapping(self.event, "run"), "facets", "parent")
        if self.kind == "SQL" and parent:
            return [Nothing(IgnoreReason.NOT_A_FAILURE, "a step of a job; the job reports its own end")]
        tests = list(self._assertions())
        if self.status is AlertStatus.FIRING and any(test.status is AlertStatus.FIRING for test in tests):
            return [*tests]  # the run failed because they did
        return [*self._jobs(), *tests]

    def _jobs(self) -> list[AlertClaim]:
        """One claim on the job, which the catalog knows by its name or by what it writes (a test: reads).

        But a run that failed early does not say what it would have written, so its alert is open under the
        job alone: a completed job that the catalog knows by its data only resolves there as well.
        """
        own = ("/".join(self.job), self.job[1])
        side = "inputs" if self.kind == "TEST" else "outputs"
        data = tuple(name for _, names in self._datasets(side)[:MAX_DATASETS] for name in names)
        known_by_data = not any(map(self.context.find, own)) and any(map(self.context.find, data))
        if known_by_data and side == "outputs" and self.status is AlertStatus.RESOLVED:
            return [self._job(own + data), self._job(own)]
        return [self._job(own + data)]

    def _job(self, names: tuple[str, ...]) -> AlertClaim:
        error = _facet(mapping(self.event, "run"), "facets", "errorMessage")
        message = text(error, "message", "run.facets.errorMessage.message")
        test = self.kind == "TEST"
        ended = "completed" if self.status is AlertStatus.RESOLVED else "failed"
        return AlertClaim(
            names=names,
            identity=("job", *self.job),
            status=self.status,
            words=(self.job[1],),
            fault=fault_of_test(self.job[1].split(".")[-1]) if test else "",
            fallback=CONTRACT_BREAK if test else JOB_FAILED,
            summary=f"{self.job[1]} {ended}" + (f": {message}" if message else ""),
            at=self.at,
            labels={"job": self.job[1], "job_namespace": self.job[0]},
        )

    def _assertions(self) -> Iterator[AlertClaim]:
        """One claim an assertion; two of one name on one column fail together: nothing tells them apart."""
        found: dict[tuple[str, ...], AlertClaim] = {}
        for dataset, names in self._datasets("inputs") + self._datasets("outputs"):
            for assertion in _assertions_of(dataset):
                claim = self._assertion(assertion, names)
                place = (names[0], *claim.identity)
                if place not in found or claim.status is AlertStatus.FIRING:
                    found[place] = claim
        yield from found.values()

    def _assertion(self, assertion: Document, names: tuple[str, ...]) -> AlertClaim:
        name = required(assertion, "assertion", "assertions.assertion", "send the assertion's name")
        column = text(assertion, "column", "assertions.column")
        success = assertion.get("success")
        if type(success) is not bool:
            raise invalid("assertions.success", "send true or false")
        subject = f"{name} on {column}" if column else name
        detail = ", ".join(f"{key} {assertion[key]}" for key in ("expected", "actual") if assertion.get(key))
        return AlertClaim(
            names=names,
            identity=("assertion", *self.job, name, column),
            status=AlertStatus.RESOLVED if success else AlertStatus.FIRING,
            words=(name,),
            fault=fault_of_test(name),
            fallback=CONTRACT_BREAK,
            severity=Severity.WARNING if assertion.get("severity") == "warn" else None,
            summary=f"{subject} {'holds' if success else 'fails'}" + (f": {detail}" if detail else ""),
            at=self.at,
            labels={"job": self.job[1], "assertion": name, "column": column},
        )

    def _datasets(self, side: str) -> list[tuple[Document, tuple[str, ...]]]:
        """Datasets of one side with what they may be known as."""
        found: list[tuple[Document, tuple[str, ...]]] = []
        for dataset in sequence(self.event, side):
            if type(dataset) is not dict:
                raise invalid(side, "send objects")
            name = required(dataset, "name", f"{side}.name")
            found.append((dataset, (f"{text(dataset, 'namespace')}/{name}", name)))
        return found


def _facet(entity: Document, facets: str, name: str) -> Document:
    found = mapping(entity, facets).get(name)
    return found if type(found) is dict else {}


def _assertions_of(dataset: Document) -> Iterator[Document]:
    """Newer emitters put the facet among `facets`, older ones among `inputFacets`."""
    for facets in ("facets", "inputFacets", "outputFacets"):
        for entry in sequence(_facet(dataset, facets, "dataQualityAssertions"), "assertions"):
            if type(entry) is not dict:
                raise invalid("dataQualityAssertions.assertions", "send objects")
            yield entry

"""What the service counts of itself, for Prometheus. Paths, names and keys never become labels: those are a route's template, a
method, a status and a projection's name, so there are only so many.
"""

import hmac
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from litestar.exceptions import NotAuthorizedException, NotFoundException
from prometheus_client import CollectorRegistry, Histogram, Metric, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from application.readiness import ProjectionState

# The library's own name for the folder in which all processes of a service count together.
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
BATCH_REQUESTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
NO_ROUTE = "(none)"
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_OTHER_METHOD = "(other)"


class Metrics:
    """The counts of this process and, where several serve together, of all of them."""

    def __init__(self, *, token: str | None, local: bool) -> None:
        """Without a token, anybody may read them in the `local` environment, and nobody elsewhere."""
        self._token = None if token is None else token.encode()
        self._local = local
        self._folder = os.environ.get(FOLDER_VARIABLE)
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "daybook_http_requests_seconds",
            "Time from a request's head to the end of its answer.",
            ["method", "route", "status"],
            registry=self._registry,
            buckets=SECONDS,
        )
        batches = Histogram(
            "daybook_append_batch_requests", "Requests in a group commit.", registry=self._registry, buckets=BATCH_REQUESTS
        )
        self.batch_written = batches.observe
        self._children: dict[tuple[str, str | None, int], Histogram] = {}

    def answered(self, method: str, template: str | None, status: int, seconds: float) -> None:
        """One request. `template` is its route's, None where it has none."""
        child = self._children.get((method, template, status))
        if child is None:
            known = method if method in _METHODS else _OTHER_METHOD
            child = self._children[(method, template, status)] = self._requests.labels(known, template or NO_ROUTE, str(status))
        child.observe(seconds)

    def check_allowed(self, authorization: str) -> None:
        """Raises what the framework has for "not with that" and "not here"."""
        if self._token is None:
            if not self._local:
                raise NotFoundException
            return
        scheme, _, shown = authorization.partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(shown.strip().encode(), self._token):
            raise NotAuthorizedException("The token for metrics is missing or wrong. Send it as `Authorization: Bearer …`.")

    def text(self, states: Mapping[str, ProjectionState] | None) -> bytes:
        """Everything. `states` is None if the database did not say in time."""
        return generate_latest(_All(self._registry, self._folder, states))


class _All(Collector):
    """What one scrape tells."""

    def __init__(self, registry: CollectorRegistry, folder: str | None, states: Mapping[str, ProjectionState] | None) -> None:
        self._registry = registry
        self._folder = folder
        self._states = states

    def collect(self) -> Iterator[Metric]:
        if self._folder is None:
            yield from map(_without_created, self._registry.collect())
            yield from ProcessCollector(registry=None).collect()
        else:
            yield from MultiProcessCollector(None, self._folder).collect()  # type: ignore[no-untyped-call] # the library's
            yield from _together(_processes(self._folder))
        yield GaugeMetricFamily("daybook_database_up", "Whether the database answered this scrape.", self._states is not None)
        yield from _of_projections(self._states or {})


def _without_created(metric: Metric) -> Metric:
    """When a series began says nothing here that the process's start does not, and is a series of its own for each."""
    metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
    return metric


def _of_projections(states: Mapping[str, ProjectionState]) -> Iterable[Metric]:
    lag = GaugeMetricFamily("daybook_projection_lag_events", "Events a projection is behind.", labels=["projection"])
    parked = GaugeMetricFamily("daybook_projection_parked", "Workspaces in which it stands still.", labels=["projection"])
    for name, state in states.items():
        lag.add_metric([name], state.lag)
        parked.add_metric([name], state.parked)
    return lag, parked


def _processes(folder: str) -> Iterator[Metric]:
    """What the system says of each process that counts. Of one that is gone it says nothing."""
    for path in Path(folder).glob("histogram_*.db"):
        pid = path.stem.rpartition("_")[2]
        yield from ProcessCollector(pid=partial(str, pid), registry=None).collect()


def _together(metrics: Iterable[Metric]) -> Iterable[Metric]:
    """Several processes as the one service that they are: it started with the first of them and needs what they need in sum."""
    found: dict[str, Metric] = {}
    for metric in metrics:
        first = found.setdefault(metric.name, metric)
        if first is not metric:
            joined = min if metric.name == "process_start_time_seconds" else _sum
            (mine,), (other,) = first.samples, metric.samples
            first.samples = [mine._replace(value=joined(mine.value, other.value))]
    return found.values()


def _sum(one: float, other: float) -> float:
    return one + other

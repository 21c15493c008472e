"""HTTP request and Notify against a server of our own: what is sent, sent again, refused; and the log of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import mail
from django.utils.timezone import now

from alp_site.env import ENV
from alp_site.lib import jobs, outbound
from alp_site.lib.models import Job
from alp_site.lib.testing import failed_jobs, settle
from pipelines.models import Delivery, NodeExecution, Pipeline
from pipelines.nodes import _leaving
from pipelines.services import deliveries
from pipelines.services.pipelines import create_pipeline, problems_of
from tests.conftest import ClientAs
from tests.pipelines.conftest import graph, link, node, real_db
from tests.pipelines.nodes.conftest import real

pytestmark = real_db
Running = Callable[..., Pipeline]
Items = Callable[..., list[str]]


@dataclass
class Server:
    """Answers with the next of ``answers`` (status, body), the last one for ever; keeps what it was asked."""

    port: int = 0
    answers: list[tuple[int, Any]] = field(default_factory=lambda: [(200, {"ok": True})])
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told.asked.append((self.command, self.path, dict(self.headers), json.loads(body) if body else None))
            status, found = told.answers[min(len(told.asked), len(told.answers)) - 1]
            data = json.dumps(found).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = answer  # noqa: N815  the names the server calls

        def log_message(self, *args: Any) -> None: ...

    house = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = house.server_address[1]
    threading.Thread(target=house.serve_forever, daemon=True).start()
    known = replace(ENV, http_hosts=(f"127.0.0.1:{told.port}", "*.example.com"))
    monkeypatch.setattr(deliveries, "ENV", known)
    monkeypatch.setattr(_leaving, "ENV", known)
    yield told
    house.shutdown()
    house.server_close()


def asking(kind: str, **config: Any) -> dict[str, Any]:
    return graph([node("a"), real("n", kind, **config), node("end")], ["a -> n", link("n -> end")])


def run_of(pipeline: Pipeline, node_id: str = "n") -> NodeExecution:
    return NodeExecution.objects.get(pipeline=pipeline, node_id=node_id)


def wait_is_over() -> None:
    Job.objects.filter(kind=deliveries.DELIVER_JOB).update(run_after=now())


def test_request_when_answered_then_its_answer_flows_on(running: Running, items: Items, server: Server) -> None:
    server.answers = [(201, {"score": 0.5})]
    spec = asking(
        "http_request", url=server.url + "/check?name=${item.name}&v=${variables.v}",
        headers={"X-Run": "${execution}"}, body={"id": "${item}"},
    )  # fmt: skip
    spec["variables"] = [{"name": "v", "type": "String", "value": "a b&c"}]
    pipeline = running(spec)
    (item,) = items(1)
    settle()
    run = run_of(pipeline)
    assert failed_jobs() == []
    assert (run.status, run.outputs) == ("done", {"item": item, "status": 201, "response": {"score": 0.5}})
    assert run_of(pipeline, "end").arrived == {"item": item}
    ((method, path, headers, body),) = server.asked
    assert (method, path, body) == ("POST", "/check?name=000000.jpg&v=a%20b%26c", {"id": item})
    assert headers["Idempotency-Key"] == headers["X-Run"] == str(run.pk)


def test_request_when_the_server_is_away_then_again_with_the_same_key(
    running: Running, items: Items, server: Server, client_as: ClientAs
) -> None:
    server.answers = [(503, {}), (429, {}), (200, {"ok": 1})]
    pipeline = running(asking("http_request", url=server.url))
    items(1)
    settle()
    assert run_of(pipeline).status == "waiting"
    (row,) = client_as("viewer").get(f"/api/v1/pipelines/{pipeline.pk}/deliveries/?state=queued").json()["items"]
    assert (row["attempts"], row["status_code"], row["error"]) == (1, 503, "It answered with 503.")
    assert row["next_at"]
    for _ in range(2):
        wait_is_over()
        settle()
    assert run_of(pipeline).status == "done"
    assert len({headers["Idempotency-Key"] for _, _, headers, _ in server.asked}) == 1
    (row,) = client_as("viewer").get(f"/api/v1/pipelines/{pipeline.pk}/deliveries/").json()["items"]
    assert (row["state"], row["attempts"]) == ("delivered", 3)
    assert "message" not in row, "its headers may hold keys"


@pytest.mark.parametrize(
    ("answer", "code", "says"), [((404, {}), "not_delivered", "404"), ((302, {}), "not_delivered", "redirects")]
)
def test_request_when_refused_or_redirected_then_the_item_fails_and_a_retry_asks_again(
    answer: tuple[int, Any], code: str, says: str, running: Running, items: Items, server: Server, client_as: ClientAs
) -> None:
    server.answers = [answer, (200, {})]
    pipeline = running(asking("http_request", url=server.url))
    items(1)
    settle()
    run = run_of(pipeline)
    assert (run.status, run.error_code) == ("failed", code)
    assert says in run.error
    assert len(server.asked) == 1
    client_as("engineer").post(f"/api/v1/executions/{run.pk}/retry/")
    settle()
    assert run_of(pipeline).status == "done"
    assert Delivery.objects.get().state == "delivered"


def test_worker_when_killed_after_sending_then_sent_again_with_the_same_key_and_flows_on_once(
    running: Running, items: Items, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = running(asking("http_request", url=server.url))
    items(1)
    end = deliveries._end

    def die(*args: Any) -> None:
        raise SystemExit("killed")

    monkeypatch.setattr(deliveries, "_end", die)
    with pytest.raises(SystemExit):
        settle()
    monkeypatch.setattr(deliveries, "_end", end)
    job = Job.objects.get(kind=deliveries.DELIVER_JOB)
    Job.objects.filter(pk=job.pk).update(lease_until="2020-01-01T00:00:00Z")
    jobs.run_job(str(job.pk), heartbeat=False)
    settle()
    assert [headers["Idempotency-Key"] for _, _, headers, _ in server.asked] == [str(run_of(pipeline).pk)] * 2
    assert NodeExecution.objects.filter(pipeline=pipeline, node_id="end").count() == 1


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:1/", "not among"),
        ("http://example.com/", "not among"),
        ("http://evil-example.com/", "not among"),
        ("http://a.example.com:8080/", "not among"),
        ("file:///etc/passwd", "http or https"),
        ("http://user@a.example.com/", "user name"),
        ("http://a.example.com@127.0.0.1/", "user name"),
    ],
)
def test_address_when_not_allowed_then_refused(url: str, why: str) -> None:
    with pytest.raises(outbound.UrlRefused, match=why):
        outbound.check_url(url, ["*.example.com", "example.org"])


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:10.0.0.1"]
)
def test_name_when_it_points_into_the_local_network_then_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", (address, 80))]
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(outbound.UrlRefused, match="local network"):
        outbound.send("GET", "http://a.example.com/", allowed=["*.example.com"], headers={}, body=None)


def test_answer_when_without_end_then_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers = [(200, "x" * 5000)]
    monkeypatch.setattr(outbound, "MAX_BYTES", 1000)
    with pytest.raises(outbound.Unreachable, match="larger"):
        outbound.send("GET", server.url, allowed=[f"127.0.0.1:{server.port}"], headers={}, body=None)


def test_pipeline_when_the_host_is_not_allowed_then_a_problem_before_the_start(project: Any, server: Server) -> None:
    pipeline = create_pipeline(
        project=project, name="P", graph=asking("http_request", url="https://elsewhere.org/${item}")
    )
    assert [(p.code, p.node) for p in problems_of(pipeline)] == [("url_refused", "n")]


def test_notify_when_by_mail_then_one_message_an_item_and_it_passes_on(
    running: Running, items: Items, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.example.org"
    pipeline = running(
        asking("notify", to=["ana@example.org"], subject="New\nBcc: x@y.z ${item.name}", text="See ${item}")
    )
    (item,) = items(1)
    settle()
    (message,) = mail.outbox
    assert message.to == ["ana@example.org"]
    assert message.subject == "New Bcc: x@y.z 000000.jpg"
    assert item in message.body
    assert message.extra_headers["Message-ID"] == f"<{run_of(pipeline).pk}@alp>"
    assert run_of(pipeline, "end").status == "done"
    assert Delivery.objects.get().state == "delivered"


def test_notify_when_there_is_no_mail_server_then_a_problem(project: Any, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    pipeline = create_pipeline(project=project, name="P", graph=asking("notify", to=["ana@example.org"]))
    assert [p.code for p in problems_of(pipeline)] == ["no_mail_server"]


def test_notify_when_by_webhook_then_the_item_passes_even_if_nobody_answers(
    running: Running, items: Items, server: Server
) -> None:
    server.answers = [(500, {})]
    pipeline = running(asking("notify", channel="webhook", url=server.url, text="Look at ${item.name}"))
    (item,) = items(1)
    settle()
    assert run_of(pipeline, "end").status == "done"
    for _ in range(6):
        wait_is_over()
        settle()
    row = Delivery.objects.get()
    assert (row.state, row.attempts, len(server.asked)) == ("failed", 6, 6)
    assert server.asked[0][3]["text"] == "Look at 000000.jpg"
    assert server.asked[0][3]["item"] == item


def test_deliveries_when_long_over_then_forgotten_and_what_is_to_be_sent_stays(
    running: Running, items: Items, server: Server
) -> None:
    server.answers = [(200, {}), (200, {}), (503, {})]
    running(asking("http_request", url=server.url))
    items(3)
    settle()
    sent = Delivery.objects.filter(state="delivered").order_by("id")
    long_ago = now() - deliveries.KEPT - timedelta(minutes=1)
    Delivery.objects.filter(pk=sent[0].pk).update(finished_at=long_ago, created_at=long_ago)
    Delivery.objects.filter(state="queued").update(created_at=long_ago)
    kept = {sent[1].pk, Delivery.objects.get(state="queued").pk}
    assert deliveries.drop_deliveries() == 1
    assert set(Delivery.objects.values_list("pk", flat=True)) == kept


def test_notify_that_failed_when_sent_again_then_it_arrives_with_the_key_it_had(
    running: Running, items: Items, server: Server, client_as: ClientAs
) -> None:
    server.answers = [(404, {}), (200, {})]
    running(asking("notify", channel="webhook", url=server.url, text="Look"))
    items(1)
    settle()
    row = Delivery.objects.get()
    assert row.state == "failed"
    answer = client_as("engineer").post(f"/api/v1/deliveries/{row.pk}/retry/")
    assert (answer.status_code, answer.json()["state"], answer.json()["attempts"]) == (202, "queued", 0)
    settle()
    row.refresh_from_db()
    assert (row.state, row.error) == ("delivered", "")
    assert [headers["Idempotency-Key"] for _, _, headers, _ in server.asked] == [str(row.execution_id)] * 2
    again = client_as("engineer").post(f"/api/v1/deliveries/{row.pk}/retry/")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "wrong_status")


def test_request_that_failed_when_sent_again_then_its_execution_starts_again(
    running: Running, items: Items, server: Server, client_as: ClientAs
) -> None:
    server.answers = [(404, {}), (200, {})]
    pipeline = running(asking("http_request", url=server.url))
    items(1)
    settle()
    assert run_of(pipeline).status == "failed"
    answer = client_as("engineer").post(f"/api/v1/deliveries/{Delivery.objects.get().pk}/retry/")
    assert answer.status_code == 202
    settle()
    assert run_of(pipeline).status == run_of(pipeline, "end").status == "done"
    assert Delivery.objects.get().state == "delivered"

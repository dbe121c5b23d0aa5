"""Callbacks: written with what they tell of, sent in order, tried again, replayed; never into the own network."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from psycopg import sql
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType
from tests.integration.scale.conftest import ids_of
from tests.integration.scale.test_tasks import png, text_task

from groundswell.label.review.service import review
from groundswell.label.work.model import Skip
from groundswell.label.work.service import work
from groundswell.workforce.model import Origin
from groundswell.workforce.service import add_workers


class Customer:
    """A customer's server: it keeps what it is told, and answers as it is told to."""

    def __init__(self) -> None:
        self.told: list[tuple[str | None, dict]] = []
        self.statuses: list[int] = []
        customer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                customer.told.append((self.headers.get("scale-callback-auth"), json.loads(body)))
                self.send_response(customer.statuses.pop(0) if customer.statuses else 204)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture(scope="module")
def customer():
    made = Customer()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def options(customer) -> dict[str, object]:
    """The operator allows callbacks to the customer's server, though it is on this machine."""
    return {"callback_hosts": (customer.url,), "public_url": "https://labels.example.org"}


@pytest.fixture(autouse=True)
def _nothing_told_yet(customer):
    customer.told.clear()
    customer.statuses.clear()


def send(service) -> None:
    async def work():
        await service.app.callback_room.send_due()
        await service.app.callback_room.finish()

    service.run(work)


def let_pauses_end(service) -> None:
    async def work():
        async with service.app.db.system_transaction() as tx:
            await tx.execute(sql.SQL("update callbacks set next_at = now() where state = 'waiting'"))

    service.run(work)


def ours(service, method, path, **options):
    headers = {"Authorization": f"Bearer {service.key}"}
    response = httpx.request(method, f"{service.url}/api/v1{path}", headers=headers, **options)
    assert response.is_success, response.text
    return response.json()


def test_the_end_of_a_task_is_told_with_its_response(service, client, customer):
    task = text_task(client, callback_url=f"{customer.url}/done", metadata={"n": 1})
    send(service)
    assert customer.told == []
    service.answer(task, {"choice": "praise"})
    send(service)
    ((key, said),) = customer.told
    assert key == ours(service, "GET", "/callback-key")["key"]
    assert (said["task_id"], said["status"]) == (task.id, "completed")
    assert said["response"] == {"category": "praise"}
    assert said["task"]["metadata"] == {"n": 1}
    task.refresh()
    assert task.callback_succeeded is True
    send(service)
    assert len(customer.told) == 1


def test_files_of_a_response_are_told_by_addresses_where_the_service_is_reached(service, client, customer):
    image = client.upload_file(file=png()).attachment_url
    asked = {"attachment": image, "labels": ["road"], "callback_url": customer.url}
    task = client.create_task(TaskType.SegmentAnnotation, **asked)
    service.answer(
        task, {"shapes": [{"type": "polygon", "label": "road", "points": [[0, 0], [9, 0], [9, 9]]}]}
    )
    send(service)
    ((_, said),) = customer.told
    assert said["response"] == task.response
    address = said["response"]["annotations"]["labeled"]["road"]
    assert address.startswith("https://labels.example.org/v1/links/")
    path = address.removeprefix("https://labels.example.org")
    assert httpx.get(service.url + path, trust_env=False).headers["content-type"] == "image/png"


def test_what_is_not_taken_is_tried_again_and_later_news_wait_for_it(service, client, customer):
    task = text_task(client, callback_url=customer.url)
    service.answer(task, {"choice": "praise"})
    customer.statuses[:] = [503, 302]
    task.audit(True)
    send(service)
    assert len(customer.told) == 1
    send(service)
    assert len(customer.told) == 1, "it pauses"
    let_pauses_end(service)
    send(service)
    let_pauses_end(service)
    send(service)
    send(service)
    reviews = [said["task"]["customer_review_status"] for _, said in customer.told]
    assert len(reviews) == 4
    events = [one for one in ours(service, "GET", "/callbacks")["items"] if one["task"] == task.id]
    assert [(one["event"], one["state"], one["attempts"]) for one in events] == [
        ("audited", "delivered", 1),
        ("completed", "delivered", 3),
    ]


def test_a_review_overrules_the_response_and_is_told(service, client, customer):
    task = text_task(client, callback_url=customer.url)
    service.answer(task, {"choice": "praise"})
    send(service)

    async def overrule():
        db, scope = service.app.db, service.member.scope()
        row = await ids_of(service, task.id)
        await review(
            db, scope, row["project_id"], [(row["task_id"], {"choice": "complaint"})], reviewer="an expert"
        )

    service.run(overrule)
    send(service)
    assert [said["response"] for _, said in customer.told] == [
        {"category": "praise"},
        {"category": "complaint"},
    ]
    task.refresh()
    assert task.response == {"category": "complaint"}


def test_a_task_that_several_people_cannot_answer_ends_in_error(service, client, customer):
    task = text_task(client, callback_url=customer.url, categories=["only", "here"])

    async def skip():
        db, scope = service.app.db, service.member.scope()
        row = await ids_of(service, task.id)
        for worker in await add_workers(db, scope, ["one", "two", "three", "four"], Origin.PROGRAM):
            await work(db, scope, row["project_id"], worker, want=1)
            skips = [Skip(row["task_id"], "unclear")]
            await work(db, scope, row["project_id"], worker, skips=skips, want=0)
            await service.app.settler.settle_project(scope.org_id, row["project_id"])

    service.run(skip)
    task.refresh()
    assert (task.status, "could not answer" in task.response["error"]) == ("error", True)
    send(service)
    assert [said["status"] for _, said in customer.told] == ["error"]
    with pytest.raises(ScaleInvalidRequest, match="cannot be canceled"):
        task.cancel()


def test_a_callback_is_given_up_after_twenty_tries_and_may_be_replayed(service, client, customer):
    task = text_task(client, callback_url=customer.url)
    service.answer(task, {"choice": "praise"})
    customer.statuses[:] = [500] * 20
    for _ in range(22):
        send(service)
        let_pauses_end(service)
    assert len(customer.told) == 20
    task.refresh()
    assert task.callback_succeeded is False
    (failed,) = [
        one for one in ours(service, "GET", "/callbacks?state=failed")["items"] if one["task"] == task.id
    ]
    assert (failed["attempts"], failed["status"], failed["error"]) == (20, 500, "answered 500")
    again = ours(service, "POST", f"/callbacks/{failed['id']}/replay")
    assert again["state"] == "waiting"
    send(service)
    assert len(customer.told) == 21
    task.refresh()
    assert task.callback_succeeded is True


def test_the_end_of_a_batch_is_told_once(service, client, customer):
    client.create_project("told", TaskType.Categorization)
    client.create_batch("told", "told batch", callback=f"{customer.url}/batch")
    tasks = [text_task(client, batch="told batch") for _ in range(2)]
    for task in tasks:
        service.answer(task, {"choice": "praise"})
        send(service)
    ((_, said),) = customer.told
    assert (said["status"], said["batch"]["name"]) == ("completed", "told batch")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://localhost:1/",
        "http://10.0.0.1/",
        "ftp://example.org/",
        "https://u:p@example.org/",
        "nowhere",
        "https://",
    ],
)
def test_a_callback_goes_to_public_addresses_or_where_the_operator_allows(client, url):
    with pytest.raises(ScaleInvalidRequest):
        text_task(client, callback_url=url)


def test_a_public_name_that_leads_into_the_own_network_is_not_called(service, client, monkeypatch):
    known, inside = socket.getaddrinfo, [(2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: inside if "inside" in str(host) else known(host, *a, **k)
    )
    task = text_task(client, callback_url="https://inside.example.org/")
    service.answer(task, {"choice": "praise"})
    send(service)
    found = [one for one in ours(service, "GET", "/callbacks")["items"] if one["task"] == task.id]
    assert found[0]["state"] == "waiting"
    assert "not public" in found[0]["error"]

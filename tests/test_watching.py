"""A served hub as monitoring sees it: figures, dashboard, alerts, log lines.

One process is used by people for a moment; then what it tells is compared with what
the dashboard, the alert rules and docs/operations.md expect.
"""

import asyncio
import json
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from hub import instruments
from realtime.ledger import MOST_IN_GROUP
from tests.clients.server import ServedHub
from tests.clients.session import sign_in
from tests.clients.socket_client import Client

pytestmark = pytest.mark.embedded  # the figures are the same on every database

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "metrics-token-9f31"
CAMILLE, SAMIRA = (
    "camille.moreau@justice.demo.invalid",
    "samira.benali@centre.demo.invalid",
)
BODY, REASON = "Canari-de-corps-7741", "Canari-de-motif-7742"
FROM_PROXY = "from-the-proxy-0001"
ASKS = 400  # for the mail, each a request: no pause that a fast machine would waste
LINK = re.compile(r"/r/([\w-]+)")
# Of a metric in an expression, with the labels that are asked for.
USED = re.compile(r"\b((?:hub|process)_[a-z_]+)(?:\{([^}]*)\})?")
FAMILY = re.compile(r"_(total|info|gsum|gcount)$")
LABEL = re.compile(r'(\w+)(=~|!=|=)"([^"]*)"')


@dataclass
class Seen:
    """What the process showed: samples by name, log lines, and what must not be there."""

    samples: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    families: set[str] = field(default_factory=set)
    lines: list[dict[str, Any]] = field(default_factory=list)
    canaries: list[str] = field(default_factory=list)
    posted: dict[str, Any] = field(default_factory=dict)
    shown_id: str = ""
    stopping: list[Any] = field(default_factory=list)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("watched")
    drain = {"DRAIN_SECONDS": "2"}
    told = drain | {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json", "ACCESS_LOG": "on"}
    with ServedHub(folder, METRICS_TOKEN=TOKEN, SCANNER="none", **told) as hub:
        found = Seen()
        asyncio.run(use(hub, found))
        scrape(hub, found)
        found.stopping = ask_while_it_stops(hub)
        found.lines = [json.loads(line) for line in hub.output if line[:1] == "{"]
        yield found


async def use(hub: ServedHub, found: Seen) -> None:
    """Somebody posts by socket, and urgently over HTTP; somebody else opens the mail."""
    camille, samira = sign_in(hub, CAMILLE), sign_in(hub, SAMIRA)
    found.canaries = [
        BODY,
        REASON,
        "Camille",
        "Moreau",
        "Samira",
        CAMILLE,
        SAMIRA,
        TOKEN,
    ]
    found.canaries += [cookie.partition("=")[2] for cookie in (camille, samira)]
    async with httpx.AsyncClient(
        base_url=hub.url, headers={"cookie": camille}, trust_env=False
    ) as http:
        thread = (await http.get("/api/v1/threads")).json()[0]["thread"]
        reader, writer = Client(hub, samira, [thread]), Client(hub, camille, [thread])
        await reader.open()
        await writer.open()
        await writer.post(thread, f"{BODY} par la prise")
        await writer.send("nonsense")
        await writer.answer("refused")
        old = await mails(http)
        await post_by_http(http, thread, found)
        await reader.answer("message")
        await writer.close()
        await reader.close()
        secret = await mailed_secret(http, old)
        found.canaries.append(secret)
        await http.get(f"/r/{secret}")


async def post_by_http(http: httpx.AsyncClient, thread: str, found: Seen) -> None:
    await http.get(f"/fils/{thread}")
    http.headers["x-csrftoken"] = csrf = http.cookies["csrf"]
    http.headers["cookie"] += f"; csrf={csrf}"
    answer = await http.post(
        f"/api/v1/threads/{thread}/messages",
        json={"id": str(uuid4()), "body": BODY, "urgent": REASON},
        headers={"x-request-id": FROM_PROXY},
    )
    assert answer.status_code == 201, answer.text
    found.shown_id, found.posted = answer.headers["x-request-id"], answer.json()


async def mails(http: httpx.AsyncClient) -> set[str]:
    return set(re.findall(r"/dev/mail/\d+", (await http.get("/dev/mail")).text))


async def mailed_secret(http: httpx.AsyncClient, old: set[str]) -> str:
    """Of the reply link in the mail about the urgent message, once it has left."""
    for _ask in range(ASKS):
        for address in await mails(http) - old:
            if link := LINK.search((await http.get(address)).text):
                return link[1]
    raise AssertionError("no mail with a link came")


def ask_while_it_stops(hub: ServedHub) -> list[Any]:
    """What /readyz says once SIGTERM was noticed, /healthz then, and the exit status."""
    assert hub.process
    hub.process.send_signal(signal.SIGTERM)
    with httpx.Client(base_url=hub.url, trust_env=False) as probe:
        while (answer := probe.get("/readyz")).status_code == 200:
            pass
        alive = probe.get("/healthz").status_code
    status = hub.process.wait()
    return [answer.status_code, answer.json()["process"], alive, status]


def scrape(hub: ServedHub, found: Seen) -> None:
    """As Prometheus does: by the process's own address, whatever its name."""
    headers = {"authorization": f"Bearer {TOKEN}", "host": "web-1:8000"}
    answer = httpx.get(f"{hub.url}/metrics", headers=headers, trust_env=False)
    assert answer.status_code == 200
    for family in text_string_to_metric_families(answer.text):
        found.families.add(family.name)
        for sample in family.samples:
            found.samples.setdefault(sample.name, []).append(sample.labels)
            labels = ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items()))
            found.values[f"{sample.name}{{{labels}}}"] = sample.value


def expressions() -> list[str]:
    """Of every panel and every rule."""
    board = json.loads((ROOT / "docs/grafana/hub.json").read_text())
    drawn = [t["expr"] for panel in board["panels"] for t in panel.get("targets", [])]
    return drawn + [rule["expr"] for rule in rules()]


def rules() -> list[dict[str, Any]]:
    read = yaml.safe_load((ROOT / "docs/prometheus/alerts.yml").read_text())
    return [rule for group in read["groups"] for rule in group["rules"]]


def test_every_figure_of_the_dashboard_and_the_alerts_is_exposed(seen: Seen) -> None:
    asked = [use for expr in expressions() for use in USED.findall(expr)]
    assert len(asked) > 50
    assert {name for name, _labels in asked} - set(seen.samples) == set()
    for name, labels in asked:
        for label, sign, wanted in LABEL.findall(labels):
            known = {sample.get(label) for sample in seen.samples[name]}
            if label == "job":  # Prometheus' own
                continue
            values = wanted.split("|") if sign == "=~" else [wanted]
            if name.startswith("hub_http"):  # series appear with the first request
                assert None not in known, (name, label)
            else:
                assert set(values) <= known, (name, label)


def test_every_rule_says_how_urgent_it_is_and_what_is_wrong() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names) > 10
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "look")
        assert rule["annotations"]["summary"].endswith(".")


def test_what_to_watch_lists_every_figure_and_no_other(seen: Seen) -> None:
    page = (ROOT / "docs/operations.md").read_text()
    table = page.partition("## What to watch\n")[2].partition("\n### ")[0]
    told = dict(re.findall(r"^\| `(hub_\w+)(?:\{([\w,]+)\})?` \|", table, re.MULTILINE))
    assert {FAMILY.sub("", name) for name in told} == {
        FAMILY.sub("", name) for name in seen.families if name.startswith("hub_")
    }
    for name, labels in told.items():
        sample = next(
            n for n in (name, f"{name}_count", f"{name}_gcount") if n in seen.samples
        )
        assert set(seen.samples[sample][0]) - {"le"} == set(
            filter(None, labels.split(","))
        )


def test_what_people_did_was_counted(seen: Seen) -> None:
    expected = {
        "hub_posts_total{door=socket,outcome=posted}": 1,
        "hub_posts_total{door=api,outcome=posted}": 1,
        "hub_post_group_size_count{}": 2,
        "hub_frames_received_total{type=hello}": 2,
        "hub_frames_received_total{type=post}": 1,
        "hub_frames_received_total{type=invalid}": 1,
        "hub_sockets_closed_total{code=1000}": 2,
        "hub_sockets{}": 0,
        "hub_hints_total{step=dropped}": 0,
        "hub_http_request_seconds_count{method=POST,route=api:messages,status=2xx}": 1,
    }
    assert {name: seen.values.get(name) for name in expected} == expected
    assert seen.values["hub_hints_total{step=own}"] >= 2
    assert seen.values["hub_fanout_seconds_count{}"] >= 2
    assert seen.values["hub_frames_sent_total{}"] >= 2


def test_the_largest_group_has_a_bucket_of_its_own() -> None:
    assert instruments.SIZES[-1] == MOST_IN_GROUP


def test_labels_hold_no_id_no_name_and_no_path(seen: Seen) -> None:
    values = {
        v
        for group in seen.samples.values()
        for labels in group
        for v in labels.values()
    }
    assert len(values) > 50
    assert [v for v in values if re.search(r"[0-9a-f]{8}-|@|/|\s", v)] == []


def test_the_log_leads_from_a_request_to_the_mail_about_it(seen: Seen) -> None:
    def lines(logger: str, **wanted: Any) -> list[dict[str, Any]]:
        return [
            line
            for line in seen.lines
            if line["logger"] == logger and wanted.items() <= line.items()
        ]

    assert seen.shown_id == FROM_PROXY
    [post] = lines("hub.access.posts", request=FROM_PROXY)
    assert (post["door"], post["outcome"], post["seq"]) == (
        "api",
        "posted",
        seen.posted["seq"],
    )
    assert [line["status"] for line in lines("hub.access", request=FROM_PROXY)] == [201]
    owed = [
        line
        for line in lines("hub.access.mails", thread=post["thread"])
        if line["message"].startswith("Owed: ")
        and line["first_seq"] <= post["seq"] <= line["last_seq"]
    ]
    assert owed
    for line in owed:
        assert line["request"].startswith("mail-")
    known = {line["notification"] for line in owed}
    assert [
        line
        for line in lines("hub.access.mails")
        if line["message"].startswith("Left by ") and line["notification"] in known
    ]


def test_a_frame_s_id_begins_with_the_one_of_its_socket(seen: Seen) -> None:
    [post] = [
        li
        for li in seen.lines
        if li["logger"] == "hub.access.posts" and li["door"] == "socket"
    ]
    connection, _dot, frame = post["request"].rpartition(".")
    ended = [li for li in seen.lines if li["logger"] == "hub.access.sockets"]
    assert (connection, frame) in [(line["request"], "2") for line in ended]
    assert {line["code"] for line in ended} == {1000}


def test_no_line_at_any_level_holds_what_it_must_not(seen: Seen) -> None:
    assert len(seen.lines) > 20
    assert {"DEBUG", "INFO"} <= {line["level"] for line in seen.lines}
    written = json.dumps(seen.lines, ensure_ascii=False)
    assert len(seen.canaries) == 11
    assert [word for word in seen.canaries if word in written] == []


def test_a_process_that_was_told_to_end_serves_on_but_asks_for_nobody_new(
    seen: Seen,
) -> None:
    assert seen.stopping == [503, "stopping", 200, 0]


def test_every_line_says_when_where_and_what(seen: Seen) -> None:
    for line in seen.lines:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert re.fullmatch(r"serve/\d+", line["process"])
        assert line["message"]

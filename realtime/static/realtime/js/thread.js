// A thread's page, live: ties connection, timeline, outbox, composer and read marks.

import { Composer } from "../../hub/js/composer.js";
import { Connection } from "./socket.js";
import { Outbox } from "./outbox.js";
import { Reading } from "./reading.js";
import { Timeline } from "./timeline.js";

const talk = document.querySelector("[data-thread]");
const thread = talk.dataset.thread;
const messagesUrl = `/api/v1/threads/${thread}/messages`;
const timeline = new Timeline(Number(talk.dataset.head));
const connection = new Connection(() => ({ [thread]: timeline.held }));
const reading = new Reading((seq) => connection.send({ type: "read", thread, seq }));
const outbox = new Outbox((frame) => connection.send(frame) || (polling() && postByHttp(frame)));
const form = document.querySelector("[data-composer]");
if (form) new Composer(form, (draft) => outbox.add({ type: "post", thread, ...draft }));
const aged = "older" in talk.dataset; // an older page: the newest messages are elsewhere

let asking = false; // a history request is under way

function take(messages) {
  let added = false;
  const wasAtEnd = reading.atEnd;
  for (const message of messages) {
    added = timeline.append(message) || added;
    if (message.seq <= timeline.held) outbox.settle(message.id);
    if (message.kind !== "system") showTurn(message.side);
  }
  if (added) reading.grown(wasAtEnd);
}

function askAfterHole() {
  if (asking) return;
  asking = connection.send({ type: "history", thread, after: timeline.held, limit: 200 });
}

function showTurn(side) {
  const mine = side !== document.body.dataset.side;
  document.querySelector("[data-turn]").classList.toggle("turn--theirs", !mine);
  document.querySelector("[data-turn-mine]").hidden = !mine;
  document.querySelector("[data-turn-theirs]").hidden = mine;
}

function showState(name) {
  document.body.dataset.connection = name;
  const line = document.querySelector("[data-connection-line]");
  if (!line) return;
  for (const words of line.querySelectorAll("[data-state]")) words.hidden = words.dataset.state !== name;
  line.classList.toggle("connection--slow", name === "slow" || name === "polling");
  line.classList.toggle("connection--off", name === "off");
}

// The page has changed on the server; what is being written is worth more than that.
function reloadUnlessWriting() {
  if (!form?.elements.body.value && !outbox.size) location.reload();
}

const polling = () => document.body.dataset.connection === "polling";

function postByHttp(frame) {
  const { thread: _thread, type: _type, ...fields } = frame;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
  fetch(messagesUrl, { method: "POST", headers, body: JSON.stringify(fields) })
    .then(async (answer) => (answer.ok ? poll() : outbox.fail(frame.id, (await answer.json()).detail)))
    .catch(() => showState("off"));
  return true;
}

async function poll() {
  try {
    const answer = await fetch(`${messagesUrl}?after=${timeline.held}&limit=200`);
    if ([401, 404].includes(answer.status)) return reloadUnlessWriting();
    if (!answer.ok) return;
    const part = await answer.json();
    const resumed = !polling();
    if (!connection.open) showState("polling");
    take(part.messages);
    if (resumed) outbox.flush();
    if (part.more) poll();
  } catch {
    showState("off"); // no network: the next poll tells
  }
}

const on = (type, act) => connection.addEventListener(type, (event) => act(event.detail));

on("state", (name) => (name === "live" || !polling()) && showState(name));
on("welcome", () => {
  asking = false;
  outbox.flush();
  reading.tell();
});
on("message", (message) => {
  if (message.thread !== thread) return;
  if (message.seq > timeline.held + 1) askAfterHole();
  else take([message]);
});
on("messages", (part) => {
  if (part.thread !== thread) return;
  asking = false;
  take(part.messages);
  if (part.more || part.head > timeline.held) askAfterHole();
});
on("posted", (posted) => {
  if (posted.thread !== thread) return;
  if (posted.seq > timeline.held + 1) askAfterHole();
  else take([{ ...outbox.settle(posted.id), ...posted, kind: "ordinary", ...timeline.myself }]);
});
on("refused", ({ id, detail }) => id && outbox.fail(id, detail));
on("receipt", (receipt) => receipt.thread === thread && timeline.receipt(receipt));
on("pong", ({ heads }) => heads[thread] > timeline.held && askAfterHole());
on("reload", (where) => (!where.thread || where.thread === thread) && reloadUnlessWriting());
on("measure", reloadUnlessWriting);
on("poll", poll);
on("ended", reloadUnlessWriting);

document.addEventListener("submit", (event) => {
  const ask = event.target.closest("[data-slot=ask]");
  const seq = Number(ask?.closest("[data-seq]").dataset.seq);
  if (ask && connection.send({ type: "acknowledge", thread, seq })) event.preventDefault();
});

if (aged) showState("off");
else connection.start();

// A thread's page, live: ties connection, timeline, outbox, composer and read marks.

import { Acknowledging } from "./acknowledging.js";
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
const acknowledging = new Acknowledging((seq) => connection.send({ type: "acknowledge", thread, seq }) || (polling() && acknowledgeByHttp(seq)));
const form = document.querySelector("[data-composer]");
const composer = form && new Composer(form, (draft) => outbox.add({ type: "post", thread, ...draft }));
addEventListener("edit-again", ({ detail }) => composer?.restore(detail));
const aged = "older" in talk.dataset; // an older page: the newest messages are elsewhere

let line = Promise.resolve(true); // the posts by HTTP, and whether the network works
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
  document.querySelector("[data-turn]").hidden = false;
  document.querySelector("[data-turn]").classList.toggle("turn--theirs", !mine);
  document.querySelector("[data-turn-mine]").hidden = !mine;
  document.querySelector("[data-turn-theirs]").hidden = mine;
}

function showState(name) {
  document.body.dataset.connection = name;
  const line = document.querySelector("[data-connection-line]");
  if (!line) return;
  line.hidden = false;
  for (const words of line.querySelectorAll("[data-state]")) words.hidden = words.dataset.state !== name;
  line.classList.toggle("connection--slow", name === "slow" || name === "polling");
  line.classList.toggle("connection--off", name === "off");
}

// The page has changed on the server; what is being written is worth more than that.
function reloadUnlessWriting() {
  if (!form?.elements.body.value && !outbox.size) location.reload();
}

// The measure moved on: its panel is asked for again, and nothing else of the page, so
// that what is being written and read stays where it is.
async function refreshPanel({ measure }) {
  const panel = document.querySelector(".context");
  if (measure !== panel.dataset.measure) return;
  const answer = await fetch(location.pathname).catch(() => null);
  if (!answer?.ok) return reloadUnlessWriting();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!fresh.querySelector("[data-composer]") !== !form) return reloadUnlessWriting();
  panel.replaceWith(document.adoptNode(fresh.querySelector(".context")));
}

const polling = () => document.body.dataset.connection === "polling";

// One after the other, in the order of typing. After a lost network nothing follows: the
// next poll that works begins anew with the oldest.
function postByHttp(frame) {
  line = line.then((works) => works && postOne(frame));
  return true;
}

async function postOne({ thread: _thread, type: _type, ...fields }) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
  try {
    const answer = await fetch(messagesUrl, { method: "POST", headers, body: JSON.stringify(fields) });
    if (answer.ok) poll();
    else outbox.fail(fields.id, (await answer.json()).detail);
    return true;
  } catch {
    showState("off");
    return false;
  }
}

function acknowledgeByHttp(seq) {
  const ask = document.querySelector(`#m-${seq} [data-slot=ask]`);
  fetch(ask.action, { method: "POST", body: new FormData(ask) })
    .then((answer) => {
      if (!answer.ok) return;
      const { user } = document.body.dataset;
      timeline.receipt({ user, seq, at: new Date().toISOString(), acknowledged: true });
      acknowledging.settle(seq);
    })
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
    if (resumed) {
      line = Promise.resolve(true);
      outbox.flush();
    }
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
  acknowledging.flush();
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
on("receipt", (receipt) => {
  if (receipt.thread !== thread) return;
  timeline.receipt(receipt);
  if (receipt.acknowledged && receipt.user === document.body.dataset.user) acknowledging.settle(receipt.seq);
});
on("pong", ({ heads }) => heads[thread] > timeline.held && askAfterHole());
on("reload", (where) => (!where.thread || where.thread === thread) && reloadUnlessWriting());
on("measure", refreshPanel);
on("poll", poll);
on("ended", reloadUnlessWriting);

// What is not on record yet would be lost with the page: the browser asks first.
addEventListener("beforeunload", (event) => {
  if (outbox.size || acknowledging.size) event.preventDefault();
});

if (aged) showState("off");
else connection.start();

// A thread's page, live: ties connection, timeline, outbox, composer and read marks.

import "../../hub/js/everywhere.js";
import { Acknowledging } from "./acknowledging.js";
import { Attachments } from "./attachments.js";
import { ByHttp } from "./by-http.js";
import { Connection } from "./socket.js";
import { Correcting } from "./correcting.js";
import { lost, over, show, state, up } from "./line.js";
import { keepCompany } from "./company.js";
import { Older } from "./older.js";
import { Outbox } from "./outbox.js";
import { followPermalinks } from "./permalinks.js";
import { Polling } from "./polling.js";
import { Reading } from "./reading.js";
import { bindThreadKeys } from "./thread-keys.js";
import { addNews } from "./spoken.js";
import { showTurn } from "./turn.js";
import { Timeline } from "./timeline.js";
import { Uploads } from "../../hub/js/upload.js";
import { WaitingStore } from "../../hub/js/waiting-store.js";
import { Writing } from "./writing.js";

const talk = document.querySelector("[data-thread]");
const thread = talk.dataset.thread;
const url = `/api/v1/threads/${thread}`;
const timeline = new Timeline(Number(talk.dataset.head));
const connection = new Connection(() => ({ threads: { [thread]: timeline.held }, files: { [thread]: files.change } }));
const reading = new Reading((seq) => connection.send({ type: "read", thread, seq }) || (isPolling() && byHttp.read(`/fils/${thread}/lecture`, seq)));
const store = new WaitingStore(document.body.dataset.user, thread);
const outbox = new Outbox(store, (frame) => connection.send(frame) || (isPolling() && byHttp.post(frame)));
const acknowledging = new Acknowledging((seq) => connection.send({ type: "acknowledge", thread, seq }) || (isPolling() && byHttp.acknowledge(seq)));
const form = document.querySelector("[data-composer]");
const uploads = form && new Uploads(form);
const byHttp = new ByHttp(`${url}/messages`);
byHttp.addEventListener("posted", () => polling.ask());
byHttp.addEventListener("refused", ({ detail }) => outbox.refuse(detail));
byHttp.addEventListener("lost", () => showState(lost()));
byHttp.addEventListener("unknown", () => connection.end("signed-out"));
byHttp.addEventListener("unacknowledged", ({ detail: seq }) => acknowledging.refuse(seq));
byHttp.addEventListener("acknowledged", ({ detail: seq }) => {
  timeline.receipt({ user: document.body.dataset.user, seq, at: new Date().toISOString(), acknowledged: true });
  acknowledging.settle(seq);
});
const files = new Attachments(timeline, uploads, Number(talk.dataset.files));
const polling = new Polling(url, () => timeline.held, files);
for (const { attachments } of outbox.recall()) for (const id of attachments) uploads?.drop(id);
if (form) new Correcting(form);
const writing = form && new Writing(form, thread, uploads, outbox, files);

let asking = false; // a history request is under way

// `own`: one of them was written here just now, and is shown whatever one was reading.
function take(messages, own = false) {
  const held = timeline.held;
  const news = messages.filter(({ seq, author }) => seq > held && author.id !== document.body.dataset.user); // of others
  const wasAtEnd = reading.atEnd;
  addNews(news.length, () => messages.forEach(append));
  if (timeline.held > held) reading.grown(wasAtEnd, news.map(({ seq }) => seq));
  for (const { seq, id } of messages) if (seq <= timeline.held && outbox.settle(id)) own = true;
  if (own) reading.toEnd();
}

function append(message) {
  const before = [...document.querySelectorAll("[data-log] > [data-seq]")].at(-1);
  if (timeline.append({ ...message, attachments: files.of(message) })) showTurn(message, before);
}

// The server repeats nothing of what this page sent.
function takeOwn(draft, posted) {
  const attachments = files.named(draft?.attachments);
  take([{ ...draft, ...posted, attachments, kind: "ordinary", ...timeline.myself }], true);
}

function takeReceipt(receipt) {
  timeline.receipt(receipt);
  if (receipt.acknowledged && receipt.user === document.body.dataset.user) acknowledging.settle(receipt.seq);
}

function askAfterHole() {
  if (asking) return;
  asking = connection.send({ type: "history", thread, after: timeline.held, limit: 200 });
}

function showState(name) {
  show(name);
  if (!up()) outbox.hold();
}

// The page has changed on the server: it says so, and the person opens it again (RGAA 7.4).
const offerAgain = () => (document.querySelector("[data-changed]").hidden = over());

const isPolling = () => state() === "polling";

polling.addEventListener("lost", () => showState(lost()));
polling.addEventListener("receipts", ({ detail }) => detail.forEach(takeReceipt));
polling.addEventListener("ended", ({ detail }) => connection.end(detail));
polling.addEventListener("answered", ({ detail: messages }) => {
  const resumed = !isPolling();
  if (!connection.open) showState("polling");
  take(messages);
  if (!resumed) return;
  byHttp.resume();
  outbox.flush();
});

const on = (type, act) => connection.addEventListener(type, (event) => act(event.detail));

on("state", (name) => (name !== "slow" || !isPolling()) && showState(name));
on("welcome", ({ user, threads }) => {
  asking = false;
  if (user.id !== document.body.dataset.user) return connection.end("signed-out"); // somebody else signed in
  if (!threads.some((one) => one.thread === thread)) return connection.end("forbidden");
  reading.recorded(threads.find((one) => one.thread === thread)?.read ?? 0);
  outbox.recall(); // of a tab that was closed meanwhile
  outbox.flush();
  acknowledging.flush();
  reading.tell();
  connection.send({ type: "ping" }); // its answer comes after all that was missed
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
  else takeOwn(outbox.settle(posted.id), posted);
});
on("refused", (refusal) => {
  if (refusal.id) outbox.refuse(refusal);
  else asking = false; // it may have been that; the next message or pong asks again
});
on("receipt", (receipt) => receipt.thread === thread && takeReceipt(receipt));
on("attachment", (news) => {
  if (news.thread !== thread) return;
  const wasAtEnd = reading.atEnd;
  files.take(news.attachment);
  if (wasAtEnd) reading.grown(true);
});
on("pong", ({ heads, files: changes }) => {
  if (heads[thread] > timeline.held) askAfterHole();
  files.change = changes[thread] ?? files.change; // everything up to there was sent before
});
on("reload", (where) => {
  if (!where.thread) connection.again(); // we were too slow
  else if (where.thread === thread) polling.ask().then(offerAgain); // it says what was lost
});
on("measure", async ({ measure }) => {
  if (measure !== document.querySelector(".context").dataset.measure) return;
  (await import("./panel.js")).refreshPanel(form, offerAgain);
});
on("poll", () => polling.ask());
on("ended", (why) => {
  offerAgain();
  // What was read stays out of sight of whoever comes to this desk next.
  for (const part of document.querySelectorAll(".log, .context")) part.hidden = why === "signed-out" && !(writing?.busy || outbox.size);
  outbox.stop(why);
  acknowledging.stop();
  writing?.stop(why);
});

// What is not on record yet leaves only from an open page: the browser asks first.
addEventListener("beforeunload", (event) => {
  if ((over() && form?.elements.body.value) || outbox.size || acknowledging.size || uploads?.unsent) event.preventDefault();
});

new Older();
followPermalinks();
bindThreadKeys();
document.querySelector("[data-log]").addEventListener("older-shown", () => reading.grown(reading.rests));
keepCompany(connection, thread, form);
connection.start();

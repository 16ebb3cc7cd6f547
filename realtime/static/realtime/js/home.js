// "My threads", live: unread counts follow, and the page asks again when turns change.

import { Connection } from "./socket.js";

const connection = new Connection(() => ({ threads: {} }));
const REFRESH_MS = 1_000; // several messages at once are one refresh
let timer = 0;

function refresh() {
  clearTimeout(timer);
  timer = setTimeout(() => (document.hidden ? waitUntilSeen() : location.reload()), REFRESH_MS);
}

function waitUntilSeen() {
  document.addEventListener("visibilitychange", () => location.reload(), { once: true });
}

connection.addEventListener("state", ({ detail }) => (document.body.dataset.connection = detail));
for (const type of ["message", "reload", "measure", "ended"]) connection.addEventListener(type, refresh);
connection.start();

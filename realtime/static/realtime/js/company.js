// Whoever else is at this thread: ties presence and typing to the connection. Both are
// known only while it is live.

import "./presence.js";
import { follow } from "../../hub/js/counter.js";
import { announce, nameOf } from "./typing.js";

export function keepCompany(connection, thread, form) {
  const typing = document.querySelector("thread-typing");
  const show = (online) => {
    document.querySelector("thread-presence")?.show(online);
    showNames(online);
  };
  const on = (type, act) =>
    connection.addEventListener(type, ({ detail }) => detail.thread === thread && act(detail));

  follow(connection);
  if (form) announce(form.elements.body, () => connection.send({ type: "typing", thread }));
  on("presence", ({ online }) => show(online));
  on("typing", ({ user }) => typing.sign(user));
  on("message", ({ author }) => typing.stop(author.id));
  connection.addEventListener("state", ({ detail }) => {
    if (detail === "live") return;
    show([]);
    typing.clear();
  });
}

// The others who are online, in one line: on a telephone the list of people is out of sight.
function showNames(online) {
  const line = document.querySelector("[data-online]");
  const names = online.filter((user) => user !== document.body.dataset.user).map(nameOf).filter(Boolean);
  line.textContent = line.dataset.online.replace("{names}", names.join(", "));
  line.hidden = !names.length;
}

// The messages on the page: inserts in order of seq, day lines, receipts, own or not.
// Text goes in as text; the only HTML taken over is paragraphs, breaks and links.

import { fill, fresh } from "../../hub/js/file-line.js";
import { capital, clock, dayKey, longDay } from "../../hub/js/moments.js";

const words = document.getElementById("words").dataset;
const roles = JSON.parse(words.roles);
const kinds = JSON.parse(words.kinds);

export class Timeline {
  #list = document.querySelector("[data-log]");
  #me = document.body.dataset.user;
  #side = document.body.dataset.side;
  #names = new Map();
  held = 0;

  constructor(head) {
    for (const person of document.querySelectorAll("[data-user][data-name]")) {
      this.#names.set(person.dataset.user, person.dataset.name);
    }
    this.held = Number(this.#list.querySelector("[data-seq]:last-of-type")?.dataset.seq ?? head);
  }

  // What the server knows of me and `posted` does not repeat.
  get myself() {
    const name = this.#names.get(this.#me) ?? "";
    return { author: { id: this.#me, name, role: "", organisation: "" }, side: this.#side };
  }

  // Adds the message that follows the last one held; anything else is not for now.
  append(message) {
    if (message.seq !== this.held + 1) return false;
    this.#dayLine(message.at);
    this.#list.append(message.kind === "system" ? this.#event(message) : this.#bubble(message));
    this.held = message.seq;
    return true;
  }

  receipt({ user, seq, at, acknowledged }) {
    if (!this.#names.has(user)) return;
    if (acknowledged) this.#acknowledged(user, seq, at);
    else if (user !== this.#me) this.#seen(user, seq, at);
  }

  #bubble(message) {
    const item = document.getElementById("message-shape").content.firstElementChild.cloneNode(true);
    const slot = (name) => item.querySelector(`[data-slot="${name}"]`);
    const own = message.author.id === this.#me;
    const colleague = !own && message.side === this.#side;
    item.classList.toggle("msg--own", own);
    item.classList.toggle("msg--colleague", colleague);
    slot("initials").classList.toggle("avatar--ours", colleague);
    slot("initials").textContent = message.author.name.split(/\s+/).slice(0, 2).map((w) => w[0]).join("").toUpperCase();
    slot("name").textContent = own ? words.you : message.author.name;
    slot("place").textContent = own ? "" : `${roles[message.author.role]}, ${message.author.organisation}`;
    slot("door").hidden = message.door !== "link";
    slot("body").replaceChildren(...safeParts(message.html));
    for (const file of message.attachments) this.#attach(slot("files"), file);
    slot("urgent").hidden = !message.urgent;
    slot("urgent-reason").textContent = message.urgent;
    slot("kind").hidden = message.kind === "ordinary";
    slot("kind-name").textContent = kinds[message.kind] ?? "";
    slot("kind-name").classList.toggle("badge--bad", message.kind === "difficulty_report");
    slot("case-file").hidden = !message.for_case_file;
    slot("corrects").hidden = !message.corrects;
    slot("corrects-link").textContent = words.number.replace("{seq}", message.corrects);
    slot("corrects-link").href = `#m-${message.corrects}`;
    slot("ask").hidden = !message.needs_ack || message.side === this.#side;
    slot("ask").action = slot("ask").action.replace("/messages/0/", `/messages/${message.seq}/`);
    slot("ask-button").textContent = words.acknowledge.replace("{seq}", message.seq);
    slot("permalink").href = `#m-${message.seq}`;
    slot("permalink").replaceChildren(`${words.number.replace("{seq}", message.seq)} · `, timeOf(message.at));
    slot("receipts").replaceChildren();
    if (message.needs_ack && message.side === this.#side) this.#wait(slot("receipts"));
    return this.#identify(item, message);
  }

  // A file of a message that is on the page: its line, in its place. Whether it is there.
  file(file) {
    const list = document.querySelector(`#m-${file.seq} [data-slot=files]`);
    if (list) this.#attach(list, file);
    return Boolean(list);
  }

  dropFile(id) {
    const item = this.#list.querySelector(`[data-file="${id}"]`);
    if (item?.parentElement.childElementCount === 1) item.parentElement.hidden = true;
    item?.remove();
  }

  #attach(list, file) {
    const present = list.querySelector(`[data-file="${file.id}"]`);
    if (present) return fill(present, file);
    const item = fresh(file);
    item.dataset.position = file.position;
    const later = [...list.children].find(({ dataset }) => Number(dataset.position) > file.position);
    list.insertBefore(item, later ?? null);
    list.hidden = false;
  }

  #wait(line) {
    const note = document.createElement("span");
    note.dataset.waiting = "";
    note.textContent = words.asked;
    line.append(note);
  }

  #event(message) {
    const item = document.getElementById("event-shape").content.firstElementChild.cloneNode(true);
    item.querySelector("[data-slot=body]").textContent = message.body;
    item.querySelector("[data-slot=name]").textContent = message.author.name;
    item.querySelector("[data-slot=time]").replaceWith(timeOf(message.at));
    return this.#identify(item, message);
  }

  #identify(item, message) {
    item.id = `m-${message.seq}`;
    item.dataset.seq = message.seq;
    item.dataset.message = message.id;
    item.dataset.author = message.author.id;
    return item;
  }

  #dayLine(at) {
    const key = dayKey(at);
    const last = [...this.#list.querySelectorAll("[data-day]")].at(-1);
    if (last?.dataset.day === key) return;
    const line = document.createElement("li");
    line.className = "day";
    line.dataset.day = key;
    const text = document.createElement("span");
    const day = longDay(at);
    text.textContent = key === dayKey() ? words.today.replace("{day}", day) : capital(day);
    line.append(text);
    this.#list.append(line);
  }

  #seen(user, seq, at) {
    for (const item of this.#list.querySelectorAll(".msg[data-seq]")) {
      const covered = Number(item.dataset.seq) <= seq && item.dataset.author !== user;
      if (covered) item.querySelector(`[data-reader="${user}"][data-alerted]`)?.remove(); // seen says more
      if (covered && !item.querySelector(`[data-reader="${user}"]`)) this.#note(item, user, at, words.seen);
    }
  }

  #acknowledged(user, seq, at) {
    const item = document.getElementById(`m-${seq}`);
    if (!item || item.querySelector(`[data-reader="${user}"][data-acknowledged]`)) return;
    item.querySelector(`[data-reader="${user}"]`)?.remove();
    item.querySelector("[data-waiting]")?.remove();
    item.querySelector("[data-slot=ask]").hidden = true;
    this.#note(item, user, at, words.acknowledged).dataset.acknowledged = "";
  }

  #note(item, user, at, sentence) {
    const note = document.createElement("span");
    note.dataset.reader = user;
    note.textContent = sentence.replace("{name}", this.#names.get(user)).replace("{time}", clock(at));
    item.querySelector("[data-slot=receipts]").append(note);
    return note;
  }
}

function timeOf(at) {
  const time = document.createElement("time");
  time.dateTime = at;
  time.textContent = clock(at);
  return time;
}

// The server's rendering holds p, br and a only; whatever else is left out here too.
function safeParts(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html").body;
  for (const node of parsed.querySelectorAll("*")) {
    if (!["P", "BR", "A"].includes(node.tagName)) node.replaceWith(...node.childNodes);
    for (const { name } of [...node.attributes]) if (!["href", "rel"].includes(name)) node.removeAttribute(name);
    if (node.tagName === "A" && !/^(https?:|mailto:)/i.test(node.getAttribute("href") ?? "")) node.removeAttribute("href");
  }
  return [...parsed.childNodes].map((node) => document.adoptNode(node));
}

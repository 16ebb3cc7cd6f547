// One message from a frame: fills the shapes of the page, which are the server's partials.
// Text goes in as text; the only HTML taken over is paragraphs, breaks and links.

import { fill, fresh } from "../../hub/js/file-line.js";
import { clock } from "../../hub/js/moments.js";

const words = document.getElementById("words").dataset;
const roles = JSON.parse(words.roles);
const kinds = JSON.parse(words.kinds);
const shape = (name) => document.getElementById(name).content.firstElementChild.cloneNode(true);
const number = (seq) => words.number.replace("{seq}", seq);

// `reader`: {user, side}, the person who looks.
export function bubble(message, reader) {
  const item = shape("message-shape");
  const slot = (name) => item.querySelector(`[data-slot="${name}"]`);
  const own = message.author.id === reader.user;
  const colleague = !own && message.side === reader.side;
  item.classList.toggle("msg--own", own);
  item.classList.toggle("msg--colleague", colleague);
  slot("initials").classList.toggle("avatar--ours", colleague);
  slot("initials").textContent = message.author.name.split(/\s+/).slice(0, 2).map((w) => w[0]).join("").toUpperCase();
  slot("name").textContent = own ? words.you : message.author.name;
  slot("place").textContent = own ? "" : `${roles[message.author.role]}, ${message.author.organisation}`;
  slot("door").hidden = message.door !== "link";
  slot("body").replaceChildren(...safeParts(message.html));
  if (message.kind !== "ordinary") slot("body").lang = "fr"; // words of the hub, for the record
  for (const file of message.attachments) attach(slot("files"), file);
  slot("urgent").hidden = !message.urgent;
  slot("urgent-reason").textContent = message.urgent;
  slot("kind").hidden = message.kind === "ordinary";
  slot("kind-name").textContent = kinds[message.kind] ?? "";
  slot("kind-name").classList.toggle("badge--bad", message.kind === "difficulty_report");
  slot("case-file").hidden = !message.for_case_file;
  slot("corrects").hidden = !message.corrects;
  slot("corrects-link").textContent = number(message.corrects);
  slot("corrects-link").href = `#m-${message.corrects}`; // permalinks.js knows where it is
  offerCorrection(slot("correct"), own && message.kind === "ordinary", message.seq);
  slot("ask").hidden = !message.needs_ack || message.side === reader.side;
  if (message.kind !== "difficulty_report") slot("ask").removeAttribute("data-own");
  // The attribute: as a property it would be resolved, and inside a template it is empty.
  const address = slot("ask").getAttribute("action").replace("/messages/0/", `/messages/${message.seq}/`);
  slot("ask").setAttribute("action", address);
  slot("ask-button").textContent = words.acknowledge.replace("{seq}", message.seq);
  slot("permalink").href = `#m-${message.seq}`;
  slot("permalink").firstChild.data = number(message.seq);
  slot("permalink").querySelector("time").replaceWith(timeOf(message.at));
  slot("receipts").replaceChildren();
  if (message.needs_ack && message.side === reader.side) wait(slot("receipts"));
  return identify(item, message);
}

export function event(message) {
  const item = shape("event-shape");
  item.querySelector("[data-slot=body]").textContent = message.body;
  item.querySelector("[data-slot=name]").textContent = message.author.name;
  const time = timeOf(message.at);
  time.dataset.slot = "time";
  item.querySelector("[data-slot=time]").replaceWith(time);
  return identify(item, message);
}

// The original says by what it was corrected, and stays readable.
export function corrected(original, seq) {
  const line = original.querySelector("[data-slot=corrected]");
  if (line.querySelector(`[href$="#m-${seq}"]`)) return;
  const link = document.createElement("a");
  link.href = `#m-${seq}`;
  link.textContent = number(seq);
  line.append(link, " ");
  line.hidden = false;
  original.classList.add("msg--corrected");
  const tool = original.querySelector("[data-slot=correct]");
  if (tool) tool.hidden = true;
}

function offerCorrection(tool, possible, seq) {
  if (!tool) return; // nobody writes here
  tool.hidden = !possible;
  tool.href = `?corrige=${seq}#repondre`;
  tool.lastElementChild.textContent = ` ${words.message.replace("{seq}", seq)}`;
}

// Into the list of a message's files, in its place; one that is there already is told anew.
export function attach(list, file) {
  const present = list.querySelector(`[data-file="${file.id}"]`);
  if (present) return fill(present, file);
  const item = fresh(file);
  item.dataset.position = file.position;
  const later = [...list.children].find(({ dataset }) => Number(dataset.position) > file.position);
  list.insertBefore(item, later ?? null);
  list.hidden = false;
}

function timeOf(at) {
  const time = document.createElement("time");
  time.dateTime = at;
  time.textContent = clock(at);
  return time;
}

function wait(line) {
  const note = document.createElement("span");
  note.dataset.waiting = "";
  note.textContent = words.asked;
  line.append(note);
}

function identify(item, message) {
  item.id = `m-${message.seq}`;
  item.dataset.seq = message.seq;
  item.dataset.message = message.id;
  item.dataset.author = message.author.id;
  return item;
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

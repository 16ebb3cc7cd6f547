// One file in words and in its line: pending, ready or refused. Names are text only.
// `known` is what this page last heard of each file, from whichever side it came.

const language = document.documentElement.lang;
const table = document.getElementById("file-words");
export const words = table ? JSON.parse(table.dataset.words) : {};
const KB = 1024;
const one = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const known = new Map(); // id -> file

// Frames and answers may overtake each other: the newer state wins. Answers with it.
export function learn(file) {
  const old = known.get(file.id);
  const newest = old && age(old) > age(file) ? old : file;
  known.set(file.id, { ...newest, seq: file.seq ?? old?.seq ?? null });
  return known.get(file.id);
}

export const heard = (id) => known.get(id);
export const heardOf = (seq) => [...known.values()].filter((file) => file.seq === seq);
export const named = (sentence, name, why = "") => sentence.replace("{name}", () => name).replace("{why}", () => why);
export const reasonOf = (file) => words.reasons[file.reason] ?? file.detail ?? "";

// A new line of that shape, filled.
export function fresh(file, shape = "file-shape") {
  const item = document.getElementById(shape).content.firstElementChild.cloneNode(true);
  fill(item, file);
  return item;
}

export function fill(item, file) {
  const slot = (name) => item.querySelector(`[data-slot="${name}"]`);
  const clean = file.state === "clean";
  const refused = file.state === "refused";
  item.dataset.file = file.id ?? "";
  item.dataset.state = file.state;
  item.classList.toggle("file--bad", refused);
  item.classList.toggle("file--busy", !clean && !refused);
  markBusy(item, !clean && !refused);
  const mark = clean || refused ? file.state : "pending";
  for (const icon of item.querySelectorAll("[data-mark]")) icon.hidden = icon.dataset.mark !== mark;
  slot("link").hidden = !clean;
  slot("link").textContent = clean ? file.name : "";
  if (clean) slot("link").href = file.url;
  slot("name").hidden = clean;
  slot("name").textContent = clean ? "" : file.name;
  slot("about").textContent = about(file, Boolean(slot("remove")));
  picture(slot("preview"), file);
}

export function markBusy(element, busy) {
  if (busy) element.setAttribute("aria-busy", "true");
  else element.removeAttribute("aria-busy");
}

// The pictures of this page whose drawing failed: the file is worth its line without.
document.addEventListener("error", hideBroken, true);
for (const image of document.querySelectorAll(".file__preview img")) {
  if (image.complete && !image.naturalWidth && image.loading !== "lazy") image.parentElement.hidden = true;
}

function hideBroken({ target }) {
  const place = target instanceof HTMLImageElement && target.closest(".file__preview");
  if (place) place.hidden = true;
}

function picture(place, file) {
  const address = file.state === "clean" ? file.preview : null;
  if (address && place.getAttribute("href") === address) return;
  place.hidden = !address;
  place.replaceChildren();
  if (!address) return;
  const image = new Image();
  image.loading = "lazy";
  image.alt = named(words.preview, file.name);
  image.src = address;
  place.href = address;
  place.append(image);
}

// `composing`: its message was not sent yet.
function about(file, composing) {
  if (file.state === "refused") return named(words.refused, "", reasonOf(file));
  if (file.state !== "clean") {
    const step = file.held_up ? words.held_up : file.inspecting ? words.inspecting : words.waiting;
    return [size(file.size), step, composing ? "" : words.later].filter(Boolean).join(" · ");
  }
  const pages = file.pages && (file.pages === 1 ? words.page : words.pages).replace("{n}", file.pages);
  return [words.types[file.media_type], size(file.size), pages, words.ready].filter(Boolean).join(" · ");
}

function size(bytes) {
  if (bytes < KB * KB) return words.kb.replace("{n}", Math.ceil(bytes / KB));
  return words.mb.replace("{n}", one.format(bytes / KB / KB));
}

// What is withdrawn never comes back, and its sender's removing is not counted.
const age = ({ state, change = 0, inspecting, held_up }) =>
  state === "withdrawn" ? Infinity : change * 3 + (held_up ? 2 : inspecting ? 1 : 0);

// Messages that were sent from the page and are not on record yet, kept in this browser
// until they are: over a reload, a closed tab, a restart. One entry per message, so that
// two tabs never overwrite each other; a person's own, and read for nobody else.

const PREFIX = "outbox:";
const MOST = 50; // of one thread
const LONGEST_MS = 30 * 24 * 3_600_000; // as long as a draft on the server

export class WaitingStore {
  #prefix;

  constructor(user, thread) {
    this.#prefix = `${PREFIX}${user}:${thread}:`;
  }

  // Whether the browser keeps it. `entry`: {frame, names, at, ask}.
  keep(entry) {
    if (keysOf(this.#prefix).length >= MOST) return false;
    return this.#write(entry);
  }

  // Nobody is there to say so: it must not leave by itself any more, or again it may.
  ask(id, ask) {
    const entry = read(this.#prefix + id);
    if (entry) this.#write({ ...entry, ask });
  }

  drop(id) {
    remove(this.#prefix + id);
  }

  // In the order of typing.
  all() {
    forgetOld();
    const entries = [];
    for (const key of keysOf(this.#prefix)) {
      const entry = read(key);
      if (entry) entries.push(entry);
    }
    return entries.sort((one, other) => one.at - other.at);
  }

  // Another tab has it on record, or its author took it away there.
  watch(gone) {
    addEventListener("storage", ({ key, newValue }) => {
      if (key?.startsWith(this.#prefix) && newValue === null) gone(key.slice(this.#prefix.length));
    });
  }

  #write(entry) {
    try {
      localStorage.setItem(this.#prefix + entry.frame.id, JSON.stringify(entry));
      return true;
    } catch {
      return false; // no room, or the browser keeps nothing: it waits in this page only
    }
  }
}

// How many messages of this person wait here, whatever the thread.
export const countOf = (user) => keysOf(`${PREFIX}${user}:`).length;

export function forgetAllOf(user) {
  for (const key of keysOf(`${PREFIX}${user}:`)) remove(key);
}

// Somebody else uses this browser now: what others left is none of their business.
export function forgetOthers(user) {
  for (const key of keysOf(PREFIX)) if (!key.startsWith(`${PREFIX}${user}:`)) remove(key);
  forgetDrafts(user);
}

// Whoever left it, and whichever thread nobody opens any more.
export function forgetOld() {
  for (const key of keysOf(PREFIX)) if (!(Date.now() - read(key)?.at < LONGEST_MS)) remove(key);
}

// What this tab keeps of drafts (draft.js), except those of this person.
export function forgetDrafts(user = "") {
  for (const key of keysOf("draft:", "sessionStorage")) if (!key.startsWith(`draft:${user}:`)) sessionStorage.removeItem(key);
}

function keysOf(prefix, storage = "localStorage") {
  try {
    return Object.keys(window[storage]).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

function read(key) {
  try {
    const entry = JSON.parse(localStorage.getItem(key));
    return entry?.frame?.id && Number.isFinite(entry.at) ? entry : null;
  } catch {
    return null;
  }
}

function remove(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Then nothing was kept either.
  }
}

// <thread-typing>: who is writing now. A sign goes out by itself; the line keeps its
// height, so that nothing moves. Screen readers hear of each person once in a while.

const LIFE_MS = 5_000; // PROTOCOL section 1
const PACE_MS = 3_200; // the server forwards one in 3 s; a little more, so that none is dropped
const SAY_AGAIN_MS = 60_000;

const me = document.body.dataset.user;

export class ThreadTyping extends HTMLElement {
  #timers = new Map(); // user -> when their sign goes out, in the order of beginning
  #said = new Map(); // user -> when they were last announced

  // They wrote something just now.
  sign(user) {
    if (user === me || !nameOf(user)) return;
    clearTimeout(this.#timers.get(user));
    this.#timers.set(user, setTimeout(() => this.stop(user), LIFE_MS));
    this.#show();
  }

  // They sent it, or wrote nothing more.
  stop(user) {
    clearTimeout(this.#timers.get(user));
    if (this.#timers.delete(user)) this.#show();
  }

  clear() {
    for (const user of [...this.#timers.keys()]) this.stop(user);
  }

  #show() {
    const sentence = this.#sentence([...this.#timers.keys()].map(nameOf));
    this.querySelector("[data-shown]").textContent = sentence;
    const status = this.querySelector("[data-said]");
    if (!sentence) status.textContent = "";
    else if (this.#somebodyNew()) status.textContent = sentence;
  }

  #sentence(names) {
    const { one, two, many } = this.dataset;
    if (names.length > 2) return many;
    const words = [null, one, two][names.length];
    return words ? words.replace("{name}", names[0]).replace("{other}", names[1]) : "";
  }

  #somebodyNew() {
    const now = Date.now();
    const fresh = [...this.#timers.keys()].filter((user) => now - (this.#said.get(user) ?? 0) > SAY_AGAIN_MS);
    for (const user of fresh) this.#said.set(user, now);
    return fresh.length > 0;
  }
}

customElements.define("thread-typing", ThreadTyping);

// Says that one writes oneself, at most every PACE_MS; `send`: () => whether it left.
export function announce(field, send) {
  let last = -PACE_MS;
  field.addEventListener("input", ({ timeStamp }) => {
    if (field.value.trim() && timeStamp - last >= PACE_MS && send()) last = timeStamp;
  });
}

export function nameOf(user) {
  return document.querySelector(`[data-user="${CSS.escape(user)}"][data-name]`)?.dataset.name;
}

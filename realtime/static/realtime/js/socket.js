// The connection: hello, ping, reconnect with jitter, polling when no socket opens.
// Emits events; knows nothing of the page.

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;
const PING_MS = 15_000; // PROTOCOL section 1
const SILENCE_MS = 10_000; // a ping unanswered for that long: the line is dead
const POLL_MS = 5_000; // PROTOCOL section 3
const FAILURES_BEFORE_POLLING = 2; // some workstations let no WebSocket through
const BUSY = new Set([1012, 1013]); // a restart, or a server out of breath: everybody comes back at once
const BUSY_RETRY_MS = 4_000;
const TOO_MUCH = 4429; // too fast, or too many tabs: the one that is looked at goes first
const TOO_MUCH_RETRY_MS = 30_000;
// Session or rights lost: nothing is tried again until somebody looks at the page, who
// may have signed in elsewhere.
const ENDED = { 4401: "signed-out", 4403: "forbidden" };

export class Connection extends EventTarget {
  #socket = null;
  #welcomed = false; // before, a frame would overtake those that wait for the welcome
  #held; // () => {threads: {thread: last seq held}, files?: {thread: last change held}}
  #over = ""; // of ENDED, until a welcome says otherwise
  #failures = 0;
  #retry = 0;
  #ping = 0;
  #silence = 0;
  #poll = 0;

  constructor(held) {
    super();
    this.#held = held;
    document.addEventListener("visibilitychange", () => document.hidden || this.#wake());
    addEventListener("online", () => this.#wake());
    addEventListener("offline", () => this.#over || this.#abandon()); // the browser knows before any ping does
    addEventListener("pagehide", () => this.#socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.#open());
  }

  start() {
    this.#open();
  }

  get open() {
    return this.#welcomed && this.#socket?.readyState === WebSocket.OPEN;
  }

  send(frame) {
    if (!this.open) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  // Some frames were not sent to us: a new line brings all that is missing.
  again() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#open();
  }

  // The server said by another way that the session or the right is lost.
  end(name) {
    const socket = this.#socket;
    this.#socket = null;
    this.#welcomed = false;
    socket?.close();
    this.#over = name;
    this.#closed(1000);
  }

  #open() {
    clearTimeout(this.#retry);
    if (this.#socket && this.#socket.readyState <= WebSocket.OPEN) return;
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws/`, "hub.v1");
    this.#socket = socket;
    this.#welcomed = false;
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", ...this.#held() }));
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.#socket && this.#closed(event.code);
  }

  #receive(frame) {
    clearTimeout(this.#silence);
    if (frame.type === "welcome") {
      this.#welcomed = true;
      this.#failures = 0;
      this.#over = "";
      clearInterval(this.#poll);
      clearInterval(this.#ping);
      this.#ping = setInterval(() => this.#beat(), PING_MS);
      this.#state("live");
    }
    this.dispatchEvent(new CustomEvent(frame.type, { detail: frame }));
  }

  #beat() {
    this.send({ type: "ping" });
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#abandon(), SILENCE_MS);
  }

  // A line that died without a word: do not wait for the browser to notice.
  #abandon() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#closed(1006);
  }

  #closed(code) {
    clearInterval(this.#ping);
    clearTimeout(this.#silence);
    clearTimeout(this.#retry);
    this.#failures += 1;
    this.#over = ENDED[code] ?? this.#over;
    if (this.#over) {
      clearInterval(this.#poll);
      this.#state(this.#over);
      this.dispatchEvent(new CustomEvent("ended", { detail: this.#over }));
      return;
    }
    if (code === TOO_MUCH && document.hidden) return this.#state("slow"); // #wake opens it
    this.#state(navigator.onLine ? "slow" : "off");
    if (this.#failures === FAILURES_BEFORE_POLLING) this.#startPolling();
    this.#retry = setTimeout(() => this.#open(), this.#wait(code) * (0.5 + Math.random() / 2));
  }

  #wait(code) {
    if (code === TOO_MUCH) return TOO_MUCH_RETRY_MS;
    const first = BUSY.has(code) ? BUSY_RETRY_MS : FIRST_RETRY_MS;
    return Math.min(first * 2 ** (this.#failures - 1), LONGEST_RETRY_MS);
  }

  #startPolling() {
    clearInterval(this.#poll);
    this.#poll = setInterval(() => this.dispatchEvent(new Event("poll")), POLL_MS);
    this.dispatchEvent(new Event("poll"));
  }

  // After sleep or a lost network: try now instead of at the end of the back-off.
  #wake() {
    if (this.open) this.#beat();
    else this.#open();
  }

  #state(name) {
    this.dispatchEvent(new CustomEvent("state", { detail: name }));
  }
}

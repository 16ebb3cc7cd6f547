// What was really displayed: tells the server, keeps the end in sight, never steals it.

const TELL_MS = 1_000; // at most one `read` frame a second
const NEAR_END_PX = 160;

export class Reading {
  #tellServer; // (seq) => whether it left
  #told = Number(document.querySelector("[data-read]").dataset.read);
  #seen = 0;
  #timer = 0;
  #jump = document.querySelector("[data-jump]");
  #watch = new IntersectionObserver((entries) => this.#displayed(entries), { threshold: 0.1 });

  constructor(tellServer) {
    this.#tellServer = tellServer;
    this.#observe();
    this.#jump?.addEventListener("click", () => this.#toEnd());
    document.addEventListener("visibilitychange", () => this.tell());
    addEventListener("focus", () => this.tell());
    if (!location.hash) this.#toStart();
  }

  get atEnd() {
    const { scrollHeight } = document.documentElement;
    return scrollHeight - innerHeight - scrollY < NEAR_END_PX;
  }

  // Messages were added: follow them only if the reader was already at the end.
  grown(wasAtEnd) {
    this.#observe();
    if (wasAtEnd) this.#toEnd();
    else if (this.#jump) this.#jump.hidden = false;
  }

  // Up to there it is on record. What a server was told and never wrote is told again.
  recorded(seq) {
    this.#told = seq;
  }

  tell() {
    if (document.hidden || this.#seen <= this.#told || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      if (!document.hidden && this.#tellServer(this.#seen)) this.#told = this.#seen;
    }, TELL_MS);
  }

  #observe() {
    for (const item of document.querySelectorAll("[data-log] [data-seq]:not([data-watched])")) {
      item.dataset.watched = "";
      this.#watch.observe(item);
    }
  }

  #displayed(entries) {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) this.#seen = Math.max(this.#seen, Number(target.dataset.seq));
    }
    this.tell();
  }

  #toStart() {
    const line = document.getElementById("nouveaux");
    if (line) line.scrollIntoView({ block: "center" });
    else this.#toEnd();
  }

  #toEnd() {
    if (this.#jump) this.#jump.hidden = true;
    scrollTo(0, document.documentElement.scrollHeight);
  }
}

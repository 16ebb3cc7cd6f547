// What was really displayed: tells the server, keeps the end in sight, never steals it.
// The mark grows message by message from the one on record: what was jumped over was not read.

const TELL_MS = 1_000; // at most one `read` frame a second
const FAR = 2; // screens from the end: whoever reads up there has a way back
const NEW = "#nouveaux"; // where lists lead
const COVERED = 1 / 3; // of the screen at most, behind the composer

export class Reading {
  #tellServer; // (seq) => whether it left
  #told = Number(document.querySelector("[data-read]").dataset.read);
  #seen = this.#told; // all up to there was displayed, here or before
  #shown = new Set(); // displayed, but something above was not yet
  #timer = 0;
  #below = 0; // messages of others that came while the end was out of sight
  #end = document.getElementById("fin");
  #newer = document.querySelector("[data-newer]");
  #watch;
  #restsAt = null; // scrolled so, the end of the talk lay at the foot of the window, and stays there

  constructor(tellServer) {
    this.#tellServer = tellServer;
    const dock = document.querySelector(".dock");
    const covered = Math.min(dock.offsetHeight, innerHeight * COVERED);
    const foot = new ResizeObserver(() => {
      keepFocusAbove(dock);
      if (this.rests) this.#scrollToEnd(); // a line came or went around the field
    });
    for (const one of document.querySelectorAll(".dock, [data-mark-read]")) foot.observe(one);
    for (const name of ["focusin", "focusout"]) dock.addEventListener(name, (event) => keepFocusAbove(dock, event));
    const rootMargin = `0px 0px -${covered}px`;
    this.#watch = new IntersectionObserver((entries) => this.#displayed(entries), { rootMargin });
    this.#observe();
    this.#newer.addEventListener("click", () => this.#jump());
    document.addEventListener("visibilitychange", () => this.tell());
    addEventListener("focus", () => this.tell());
    addEventListener("scroll", () => {
      // Nobody scrolled where the place is the same: a line came or went, and is followed above.
      if (scrollY !== this.#restsAt) this.#restsAt = Math.abs(bottomOfTalk() - innerHeight) <= 1 ? scrollY : null;
      this.#showBelow();
    }, { passive: true });
    if (["", NEW].includes(location.hash)) this.#toStart();
    // The browser goes to what an address names once all is loaded, and past the end if it can.
    if (location.hash === NEW) addEventListener("load", () => bottomOfTalk() < innerHeight && this.#toStart());
  }

  // The last message shows, or hides behind the composer only.
  get atEnd() {
    return this.#end.getBoundingClientRect().top <= innerHeight;
  }

  // The end is in its place, and is kept there.
  get rests() {
    return this.#restsAt !== null;
  }

  // Messages were added, `news` (seqs) by others. Who was at the end and looks is taken along,
  // as far as the first of them stays in sight.
  grown(wasAtEnd, news = []) {
    this.#observe();
    this.#below += news.length;
    if (wasAtEnd && !document.hidden) this.#follow(document.getElementById(`m-${news[0]}`));
    this.#showBelow();
  }

  // Up to there it is on record. What a server was told and never wrote is told again.
  recorded(seq) {
    this.#told = seq;
    this.#seen = Math.max(this.#seen, seq);
    this.#advance();
  }

  tell() {
    if (document.hidden || this.#seen <= this.#told || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      if (!document.hidden && this.#tellServer(this.#seen)) this.#told = this.#seen;
    }, TELL_MS);
  }

  toEnd() {
    this.#scrollToEnd();
    this.#showBelow();
  }

  // The foot of the page stays below: the talk has the whole height.
  #scrollToEnd() {
    scrollBy({ top: bottomOfTalk() - innerHeight, behavior: "instant" });
    this.#restsAt = scrollY;
  }

  #observe() {
    for (const item of document.querySelectorAll("[data-log] [data-seq]:not([data-watched])")) {
      item.dataset.watched = "";
      if (item.dataset.author === document.body.dataset.user) this.#shown.add(Number(item.dataset.seq)); // one's own
      this.#watch.observe(item);
    }
  }

  #displayed(entries) {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) this.#shown.add(Number(target.dataset.seq));
    }
    this.#advance();
    this.tell();
  }

  #advance() {
    while (this.#shown.has(this.#seen + 1)) this.#seen += 1;
  }

  #toStart() {
    this.#follow(document.querySelector(".unread"));
    this.#showBelow();
  }

  // To the end, as far as `first` stays in sight.
  #follow(first) {
    this.#scrollToEnd();
    if (!(first?.getBoundingClientRect().top < 0)) return;
    first.scrollIntoView();
    this.#restsAt = null;
  }

  // The button that was pressed goes away: the focus goes to where it led.
  #jump() {
    this.toEnd();
    [...document.querySelectorAll("[data-log] [data-seq]")].at(-1).focus({ preventScroll: true });
  }

  #showBelow() {
    const far = this.#end.getBoundingClientRect().top > FAR * innerHeight;
    if (this.atEnd) this.#below = 0;
    const { none, one, many } = this.#newer.firstElementChild.dataset;
    const some = this.#below === 1 ? one : many.replace("{count}", this.#below);
    const words = this.#below ? some : none;
    if (this.#newer.textContent !== words) this.#newer.firstElementChild.textContent = words;
    this.#newer.hidden = !this.#below && !far;
  }
}

const bottomOfTalk = () => document.querySelector(".talk").getBoundingClientRect().bottom;

// What takes the focus scrolls to above the composer, however tall it has grown. The composer
// itself is always in sight: it scrolls nowhere, and its text does not at each letter.
function keepFocusAbove(dock, { type, target, relatedTarget } = {}) {
  const focused = type === "focusin" ? target : type ? relatedTarget : document.activeElement;
  const height = dock.contains(focused) ? 0 : Math.min(dock.offsetHeight + 8, innerHeight * 0.75);
  document.documentElement.style.scrollPaddingBottom = `${height}px`;
}

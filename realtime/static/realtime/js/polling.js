// Where no socket can be opened, what is missing is asked for by HTTP. Tells `answered`
// (messages), `receipts`, `ended` (signed-out, forbidden) and `lost`: the network is away.

const RECEIPTS_EVERY = 3; // askings: they hurry less than messages

export class Polling extends EventTarget {
  #url;
  #held; // () => the last seq that the page has
  #files;
  #asked = 0;

  constructor(url, held, files) {
    super();
    this.#url = url;
    this.#held = held;
    this.#files = files;
  }

  async ask() {
    try {
      const answer = await fetch(`${this.#url}/messages?after=${this.#held()}&limit=200`);
      if (answer.status === 401) return this.#tell("ended", "signed-out");
      if (answer.status === 404) return this.#tell("ended", "forbidden");
      if (!answer.ok) return;
      const part = await answer.json();
      this.#tell("answered", part.messages);
      if (part.more) this.ask();
      else await this.#askFiles();
      if (this.#asked++ % RECEIPTS_EVERY === 0) await this.#askReceipts();
    } catch {
      this.#tell("lost"); // no network: the next one tells
    }
  }

  async #askFiles() {
    const answer = await fetch(`${this.#url}/attachments?after=${this.#files.change}`);
    if (!answer.ok) return;
    const part = await answer.json();
    for (const file of part.attachments) this.#files.take(file);
    this.#files.change = part.change;
    if (part.more) await this.#askFiles();
  }

  async #askReceipts() {
    const answer = await fetch(`${this.#url}/receipts`);
    if (answer.ok) this.#tell("receipts", (await answer.json()).receipts);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

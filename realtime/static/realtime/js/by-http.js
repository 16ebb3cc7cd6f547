// Posting, reading and acknowledging where no socket can be opened. Tells `posted`, `refused`
// (id, code, detail), `acknowledged` (seq), `unknown` (the session ended) and `lost`: the
// network is away.

export class ByHttp extends EventTarget {
  #url;
  #form;
  #line = Promise.resolve(true); // the posts so far, and whether the network works

  constructor(url, form) {
    super();
    this.#url = url;
    this.#form = form;
  }

  // One after the other, in the order of typing. After a lost network nothing follows: the
  // next poll that works begins anew with the oldest.
  post(frame) {
    this.#line = this.#line.then((works) => works && this.#one(frame));
    return true;
  }

  resume() {
    this.#line = Promise.resolve(true);
  }

  acknowledge(seq) {
    const ask = document.querySelector(`#m-${seq} [data-slot=ask]`);
    fetch(ask.action, { method: "POST", body: new FormData(ask) })
      .then((answer) => answer.ok && this.#tell("acknowledged", seq))
      .catch(() => this.#tell("lost"));
    return true;
  }

  // Its answer leads to the page that is open already.
  read(address, seq) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, seq });
    fetch(address, { method: "POST", body, redirect: "manual" }).catch(() => this.#tell("lost"));
    return true;
  }

  async #one({ thread: _thread, type: _type, ...fields }) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.#form.elements.csrfmiddlewaretoken.value };
    try {
      const answer = await fetch(this.#url, { method: "POST", headers, body: JSON.stringify(fields) });
      if (answer.ok) this.#tell("posted");
      else if (answer.status === 401) this.#tell("unknown");
      else this.#tell("refused", { ...(await answer.json()), id: fields.id });
      return true;
    } catch {
      this.#tell("lost");
      return false;
    }
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

// Posting, reading and acknowledging where no socket can be opened. Tells `posted`, `refused`
// (id, code, detail), `acknowledged` and `unacknowledged` (seq), `unknown` (the session
// ended) and `lost`: the network is away.

export class ByHttp extends EventTarget {
  #url;
  #line = Promise.resolve(true); // the posts so far, and whether the network works

  constructor(url) {
    super();
    this.#url = url;
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
    send(ask.action, { headers: { Accept: "application/json" }, redirect: "manual" })
      .then(({ type, status }) => {
        if (type === "opaqueredirect") this.#tell("acknowledged", seq); // to the page that is open
        else if (status === 401) this.#tell("unknown");
        else if (status < 500 && status !== 429) this.#tell("unacknowledged", seq); // else it is repeated
      })
      .catch(() => this.#tell("lost"));
    return true;
  }

  // Its answer leads to the page that is open already.
  read(address, seq) {
    send(address, { body: new URLSearchParams({ seq }), redirect: "manual" }).catch(() => this.#tell("lost"));
    return true;
  }

  async #one({ thread: _thread, type: _type, ...fields }) {
    try {
      const answer = await send(this.#url, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(fields) });
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

// After a refused token once more with a new one: its owner signed in again elsewhere.
async function send(address, options, again = false) {
  const headers = { ...options.headers, "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value };
  const answer = await fetch(address, { method: "POST", ...options, headers });
  if (answer.status !== 403 || again) return answer;
  const { renewToken } = await import("../../hub/js/fresh-token.js");
  return (await renewToken()) ? send(address, options, true) : answer;
}

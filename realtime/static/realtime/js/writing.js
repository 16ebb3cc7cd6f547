// The message that is being written: ties its fields, its files, the draft on the server
// and the outbox.

import { Composer } from "../../hub/js/composer.js";
import { Draft } from "../../hub/js/draft.js";
import { sayingSlowly } from "../../hub/js/say-slowly.js";
import { guard, over } from "./line.js";

const LONG = 5_000; // characters: half of what a message may have

export class Writing {
  #form;
  #uploads;
  #draft;

  constructor(form, thread, uploads, outbox, files) {
    this.#form = form;
    this.#uploads = uploads;
    guard(form);
    const composer = new Composer(form, uploads, (message) => {
      this.#draft.leave();
      outbox.add({ type: "post", thread, ...message }, files.names(message.attachments));
    });
    addEventListener("edit-again", ({ detail }) => composer.restore(detail));
    addEventListener("discarded", ({ detail }) => uploads.withdraw(detail.attachments));
    this.#draft = new Draft(form, document.body.dataset.user, thread, {
      over,
      say: sayingSlowly(form.querySelector("[data-draft-said]")),
      waits: (id) => outbox.has(id),
    });
    this.#showLength();
  }

  // Whether a reload would disturb.
  get busy() {
    return Boolean(this.#form.elements.body.value) || this.#uploads.unsent > 0;
  }

  // A long text is rare: what counts its characters is loaded for one.
  #showLength() {
    const { body } = this.#form.elements;
    const look = async () => {
      if (body.value.length < LONG) return;
      body.removeEventListener("input", look);
      (await import("../../hub/js/length.js")).showLength(this.#form, sayingSlowly);
    };
    body.addEventListener("input", look);
    look();
  }

  // The session or the right is lost.
  stop(why) {
    this.#draft.stop(why);
  }
}

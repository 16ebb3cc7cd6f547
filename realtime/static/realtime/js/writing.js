// The message that is being written: ties its fields, its files, the draft on the server
// and the outbox.

import { Composer } from "../../hub/js/composer.js";
import { Draft } from "../../hub/js/draft.js";
import { sayingSlowly } from "../../hub/js/say-slowly.js";
import { showLength } from "../../hub/js/length.js";
import { guard, over } from "./line.js";

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
    showLength(form);
  }

  // Whether a reload would disturb.
  get busy() {
    return Boolean(this.#form.elements.body.value) || this.#uploads.unsent > 0;
  }

  // The session or the right is lost.
  stop() {
    this.#draft.stop();
  }
}

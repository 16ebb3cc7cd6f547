// <thread-presence>: marks who is online in the list of people it holds. Nobody is told
// aloud: whoever wants to know finds it beside the name.

const me = document.body.dataset.user;
let known = []; // outlives the element: the panel is replaced when the measure moves on

export class ThreadPresence extends HTMLElement {
  connectedCallback() {
    this.show(known);
  }

  // The ids of everybody online; an empty list when it is not known.
  show(online) {
    known = online;
    for (const person of this.querySelectorAll("[data-user]")) {
      const here = person.dataset.user !== me && online.includes(person.dataset.user);
      person.classList.toggle("is-here", here);
    }
  }
}

customElements.define("thread-presence", ThreadPresence);

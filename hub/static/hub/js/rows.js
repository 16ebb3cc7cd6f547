// Rows of one kind (children, persons, phases): added and taken away without a request.

const FIELDS = "input, select, textarea";

export class Rows {
  #form;
  #place;
  #kind;
  #add;

  constructor(form, place) {
    this.#form = form;
    this.#place = place;
    this.#kind = place.dataset.rows;
    this.#add = form.querySelector(`[data-add=${this.#kind}]`);
    this.#add.addEventListener("click", (event) => this.#append(event));
    place.addEventListener("click", (event) => this.#take(event));
    this.#limit();
  }

  get #rows() {
    return [...this.#place.children];
  }

  #append(event) {
    event.preventDefault();
    const blank = this.#form.querySelector(`template[data-blank=${this.#kind}]`);
    const row = blank.content.firstElementChild.cloneNode(true);
    this.#place.append(row);
    this.#number();
    row.querySelector(FIELDS).focus();
  }

  #take(event) {
    const button = event.target.closest("[data-take]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("[data-row]");
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.#number();
    (next?.querySelector(FIELDS) ?? this.#add).focus();
    this.#form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Names and ids follow the order on the page, as the server numbers them.
  #number() {
    this.#rows.forEach((row, index) => renumber(row, this.#kind, index + 1));
    this.#limit();
  }

  #limit() {
    this.#add.hidden = this.#rows.length >= Number(this.#add.dataset.most);
  }
}

function renumber(row, kind, number) {
  const old = new RegExp(`\\b${kind}-\\d+`, "g");
  for (const element of row.querySelectorAll("*")) {
    for (const name of ["id", "name", "for", "aria-describedby", "value", "data-needs"]) {
      const value = element.getAttribute(name);
      if (!value || (name === "value" && !("take" in element.dataset))) continue;
      element.setAttribute(name, value.replace(old, `${kind}-${number}`));
    }
  }
  row.querySelector("[data-number]").textContent = number;
  const spoken = row.querySelector("[data-take] .sr");
  if (spoken) spoken.textContent = ` ${number}`;
}

// The palette: Ctrl+K (Cmd+K) opens it on every page, a few letters and Enter go there.
// A combobox with a list (ARIA 1.2): the focus stays in the field, the list follows it.

const PAUSE_MS = 120; // a pause in typing, not every key
const mac = /Mac|iPhone|iPad/.test(navigator.platform);

class Palette {
  #dialog;
  #field;
  #list;
  #said;
  #options = [];
  #active = -1;
  #timer = 0;
  #asking = null; // the question on its way; an older answer is never shown
  #opens = false; // Enter came before the answer

  constructor(dialog) {
    this.#dialog = dialog;
    this.#field = dialog.querySelector("[role=combobox]");
    this.#list = dialog.querySelector("[data-list]");
    this.#said = dialog.querySelector("[data-said]");
    this.#field.addEventListener("input", () => this.#typed());
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    dialog.querySelector("form").addEventListener("submit", (event) => this.#enter(event));
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => this.#forget());
    this.#list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus
  }

  open() {
    if (this.#dialog.open) return this.#field.select();
    this.#dialog.showModal();
    this.#field.focus();
    return this.#ask();
  }

  #typed() {
    this.#opens = false;
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = new AbortController();
    this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
  }

  async #ask() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const mine = new AbortController();
    this.#asking = mine;
    const where = new URL(this.#dialog.dataset.palette, location.href);
    where.searchParams.set("q", this.#field.value);
    try {
      // A session that ended answers with another page: that is no answer.
      const answer = await fetch(where, { signal: mine.signal, redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      const { groups } = await answer.json();
      if (this.#asking !== mine) return;
      this.#show(groups);
    } catch {
      if (this.#asking !== mine) return;
      this.#show([], this.#dialog.dataset.failed);
    }
    this.#asking = null;
    if (this.#opens) this.#go();
  }

  #show(groups, trouble = "") {
    this.#list.replaceChildren(...groups.map((group, number) => groupOf(group, number)));
    this.#options = [...this.#list.querySelectorAll("[role=option]")];
    for (const [number, option] of this.#options.entries()) option.id = `palette-${number}`;
    this.#field.setAttribute("aria-expanded", String(this.#options.length > 0));
    this.#choose(this.#options.length ? 0 : -1);
    const { none, one, many } = this.#dialog.dataset;
    // The page of the search is offered even when nothing fits: it is no place found.
    const count = groups.reduce((sum, group) => sum + (group.everywhere ? 0 : group.items.length), 0);
    const words = [none, one][count] ?? many;
    this.#said.textContent = trouble || words.replace("{count}", count);
  }

  #choose(number) {
    this.#options[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = number;
    const option = this.#options[number];
    if (!option) return this.#field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    return this.#field.setAttribute("aria-activedescendant", option.id);
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = this.#options.length;
    if (!step || !count || event.isComposing) return;
    event.preventDefault();
    this.#choose((this.#active + step + count) % count);
  }

  // Enter: what is chosen, also when its list is still on its way; else the search's page.
  #enter(event) {
    this.#opens = this.#asking !== null;
    if (this.#opens) {
      event.preventDefault();
      this.#ask();
    } else if (this.#options[this.#active]) {
      event.preventDefault();
      this.#go();
    }
  }

  #go() {
    this.#opens = false;
    const option = this.#options[this.#active];
    if (!option) return this.#dialog.querySelector("form").submit();
    this.#dialog.close();
    return location.assign(option.href);
  }

  // Who comes back finds it empty: it may be another person at the same desk.
  #forget() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = null;
    this.#opens = false;
    this.#field.value = "";
    this.#show([], " ");
  }
}

function groupOf({ name, items }, number) {
  const group = document.getElementById("palette-group").content.cloneNode(true).firstElementChild;
  const title = group.querySelector("[data-name]");
  title.textContent = name;
  title.id = `palette-group-${number}`;
  group.setAttribute("aria-labelledby", title.id);
  group.append(...items.map(optionOf));
  return group;
}

function optionOf({ label, detail, href }) {
  const option = document.getElementById("palette-option").content.cloneNode(true).firstElementChild;
  option.href = href;
  option.querySelector("[data-label]").textContent = label;
  option.querySelector("[data-detail]").textContent = detail;
  return option;
}

const dialog = document.querySelector("[data-palette]");
if (dialog) {
  const palette = new Palette(dialog);
  document.querySelector("[data-finder]").addEventListener("submit", (event) => {
    event.preventDefault();
    palette.open();
  });
  document.addEventListener("keydown", (event) => {
    const held = mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    if (event.key.toLowerCase() !== "k" || !held || event.altKey || event.shiftKey) return;
    event.preventDefault();
    palette.open();
  });
}

// A measure's form: rows appear at once, and each step saves itself as it is filled.

import { Autosave } from "./autosave.js";
import { OrderDocument } from "./order-document.js";
import { Rows } from "./rows.js";

const form = document.querySelector("main form[method=post]");
if (form) {
  for (const place of form.querySelectorAll("[data-rows]")) new Rows(form, place);
  if (form.querySelector("[data-order-document]")) new OrderDocument(form);
  if ("autosave" in form.dataset) new Autosave(form);
}

// What stands in the composer's fields, as one thing that can be read, kept (in this tab,
// over a reload) and put back.

const FLAGS = ["needs_ack", "for_case_file", "is_urgent"];

export function typedIn({ elements }) {
  const flags = FLAGS.filter((name) => elements[name]?.checked);
  const texts = { id: elements.id.value, body: elements.body.value, urgent: elements.urgent.value };
  return { ...texts, corrects: elements.corrects.value, flags };
}

export function isEmpty({ body, urgent }) {
  return !body.trim() && !urgent.trim();
}

export function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function put(form, { id, body, urgent, corrects, flags }) {
  const { elements } = form;
  elements.id.value = id;
  elements.body.value = body;
  elements.urgent.value = urgent;
  elements.corrects.value = corrects ?? "";
  for (const name of FLAGS) if (elements[name]) elements[name].checked = flags.includes(name);
  form.dispatchEvent(new Event("put")); // the field grows to its text
}

export function flagsOf(fields) {
  return FLAGS.filter((name) => fields[name]);
}

export function keepInTab(key, value) {
  try {
    if (value) sessionStorage.setItem(key, JSON.stringify(value));
    else sessionStorage.removeItem(key);
  } catch {
    // The browser keeps nothing, or has no room: the server will.
  }
}

export function keptInTab(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

// randomUUID exists only on secure pages; a trial on a local network is not one.
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

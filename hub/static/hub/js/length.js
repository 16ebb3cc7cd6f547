// How much room a message has left: said only when it becomes short.

const NEAR = 0.9; // of the longest message

// `sayingSlowly`: of say-slowly.js, which the page has already.
export function showLength(form, sayingSlowly) {
  const { body } = form.elements;
  const line = form.querySelector("[data-length]");
  const { most, left, over } = line.dataset;
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  const say = sayingSlowly(line);
  const look = () => {
    if (body.value.length < most * NEAR) return line.textContent && say("");
    const room = most - [...body.value.trim()].length; // characters, as the server counts
    line.classList.toggle("composer__over", room < 0);
    return say((room < 0 ? over : left).replace("{count}", numbers.format(Math.abs(room))));
  };
  body.addEventListener("input", look);
  for (const kind of ["put", "submit"]) form.addEventListener(kind, () => queueMicrotask(look));
  look();
}

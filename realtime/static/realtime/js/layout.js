// How the items of a thread stand together: groups, and what need not be said twice. The
// same rules as hub/timeline.py, for what scripts add.

const minuteOf = (item) => Math.floor(Date.parse(item.querySelector("[data-slot=permalink] time").dateTime) / 60_000);

// Same author, same minute, same way in: the header above stands for both.
export function group(item) {
  if (!item?.matches(".msg")) return;
  const before = item.previousElementSibling;
  item.classList.toggle("msg--follows", Boolean(before?.matches(".msg")) && belongs(item, before));
  sayOnce(before);
}

function belongs(item, before) {
  const byLink = (one) => !one.querySelector("[data-slot=door]").hidden;
  return (
    item.dataset.author === before.dataset.author &&
    byLink(item) === byLink(before) &&
    minuteOf(item) === minuteOf(before)
  );
}

// What the next message of the group says in the same words is not shown twice.
export function sayOnce(item) {
  const next = item?.nextElementSibling;
  for (const note of item?.querySelectorAll("[data-reader]") ?? []) {
    const same = next?.matches(".msg--follows") && next.querySelector(`[data-reader="${note.dataset.reader}"]`);
    note.toggleAttribute("data-again", Boolean(same) && same.textContent.trim() === note.textContent.trim());
  }
}

// Older items are put in front of the first message: each day and the unread line stand once.
export function join(list, items) {
  const first = list.querySelector("[data-seq]");
  const day = list.querySelector(".day"); // every stretch begins with one
  list.querySelector(".older")?.remove();
  list.prepend(...items);
  const above = items.findLast((item) => item.matches(".day"));
  if (above && day?.dataset.day === above.dataset.day) day.remove();
  for (const line of [...list.querySelectorAll(".unread")].slice(1)) {
    const next = line.nextElementSibling;
    line.remove();
    group(next);
  }
  group(first);
}

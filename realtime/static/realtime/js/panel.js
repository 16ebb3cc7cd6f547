// The measure moved on: its panel is asked for again, and nothing else of the page, so that
// what is being written and read stays where it is.

// `otherwise`: the panel could not be had, or the composer came or went with the change.
export async function refreshPanel(form, otherwise) {
  const panel = document.querySelector(".context");
  const answer = await fetch(location.pathname).catch(() => null);
  if (!answer?.ok) return otherwise();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.querySelector("[data-composer]") !== !form) return otherwise();
  const fresh = document.adoptNode(page.querySelector(".context"));
  const focused = panel.contains(document.activeElement);
  panel.replaceWith(fresh);
  if (focused) focusHeading(fresh); // else the focus would be lost with what it stood on
}

function focusHeading(panel) {
  const heading = panel.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

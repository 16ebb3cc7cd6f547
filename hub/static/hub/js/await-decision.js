// The page before transmission shows itself again once the attached decision is decided.

const LOOK_MS = 1_500;
const place = document.querySelector("[data-undecided]");

async function look() {
  const answer = await fetch(place.dataset.orderDocument).catch(() => null);
  const text = answer?.ok ? await answer.text() : "";
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-order-document]");
  if (fresh && !("undecided" in fresh.dataset)) location.replace(location.pathname); // a reload would transmit again
  else setTimeout(look, LOOK_MS);
}

if (place) setTimeout(look, LOOK_MS);

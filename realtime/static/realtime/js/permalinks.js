// Links to a message: to its place on this page, and where it is not on it, to the page
// that holds it. The server writes both kinds; older pages may have come in between.

const target = (link) => /#m-(\d+)$/.exec(link)?.[1];

export function followPermalinks() {
  document.querySelector("[data-log]").addEventListener("click", (event) => {
    const seq = target(event.target.closest("a")?.href);
    if (!seq || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(seq);
  });
  addEventListener("hashchange", () => arrive());
  arrive();
}

function arrive() {
  const seq = target(location.hash);
  const asked = new URLSearchParams(location.search).get("autour"); // it was, and is not there
  if (seq && seq !== asked && !document.getElementById(`m-${seq}`)) elsewhere(seq);
}

function show(seq) {
  const item = document.getElementById(`m-${seq}`);
  if (!item) return elsewhere(seq);
  history.pushState(null, "", `#m-${seq}`);
  item.scrollIntoView();
  item.focus({ preventScroll: true });
}

const elsewhere = (seq) => location.assign(`?autour=${seq}#m-${seq}`);

// Whose turn it is to answer, once a message of this side is on the page.

export function showTurn(side) {
  const mine = side !== document.body.dataset.side;
  document.querySelector("[data-turn]").hidden = false;
  document.querySelector("[data-turn]").classList.toggle("turn--theirs", !mine);
  document.querySelector("[data-turn-mine]").hidden = !mine;
  document.querySelector("[data-turn-theirs]").hidden = mine;
}

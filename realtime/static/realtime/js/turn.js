// Whose turn it is to answer, once a message is on the page: the rule of hub/heads.py.

const ASKS_NOTHING = ["system", "attendance_certificate", "closure_notice"];
const me = document.body.dataset.side;
const other = (side) => (side === "court" ? "centre" : "court");

// `before`: the item of the message before this one, or none.
export function showTurn(message, before) {
  const line = document.querySelector("[data-turn]");
  const awaits = line.hidden ? "" : line.classList.contains("turn--theirs") ? other(me) : me;
  const turn = turnAfter(message, awaits, spoke(before));
  line.hidden = !turn;
  line.classList.toggle("turn--theirs", turn !== me);
  document.querySelector("[data-turn-mine]").hidden = turn !== me;
  document.querySelector("[data-turn-theirs]").hidden = !turn || turn === me;
}

function turnAfter({ kind, side, needs_ack, urgent, corrects, html }, awaits, last) {
  if (ASKS_NOTHING.includes(kind)) return awaits;
  if (kind !== "ordinary" || needs_ack || urgent) return other(side);
  if (corrects || !html) return awaits;
  const isAnswer = awaits === side || (!awaits && last === side);
  return isAnswer && !html.includes("?") ? "" : other(side);
}

// Whose ordinary message it is.
function spoke(item) {
  if (!item?.matches(".msg") || !item.querySelector("[data-slot=kind]").hidden) return "";
  return item.matches(".msg--own, .msg--colleague") ? me : other(me);
}

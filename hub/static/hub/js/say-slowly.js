// A status line that is spoken: at most one sentence in a while, and the last one counts.

const PACE_MS = 5_000; // RGAA: who listens must still hear the rest

// (sentence) => shown in `line`, now or when the pause is over; empty clears it at once.
export function sayingSlowly(line) {
  let next = 0;
  let timer = 0;
  return (sentence) => {
    clearTimeout(timer);
    const show = () => {
      next = sentence ? Date.now() + PACE_MS : next;
      if (line.textContent !== sentence) line.textContent = sentence;
    };
    if (!sentence) return show();
    timer = setTimeout(show, Math.max(0, next - Date.now()));
  };
}

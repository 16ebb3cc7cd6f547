// Times as the server writes them: on the reader's clock, days like "lundi 23 novembre 2026".
// A browser's own order of words differs between versions, so only the words are asked for.

const language = document.documentElement.lang;
const region = language === "en" ? "en-GB" : language;
const timeZone = document.querySelector("[data-zone]").dataset.zone;
const clocks = new Intl.DateTimeFormat(region, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
const days = new Intl.DateTimeFormat(region, { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone });
const keys = new Intl.DateTimeFormat("sv-SE", { timeZone }); // 2026-11-23

export const clock = (at) => clocks.format(new Date(at));

export const dayKey = (at) => keys.format(at ? new Date(at) : new Date());

export function longDay(at) {
  const part = Object.fromEntries(days.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  const number = language === "fr" && part.day === "1" ? "1er" : part.day;
  return `${part.weekday} ${number} ${part.month} ${part.year}`;
}

// Without the day of the week.
export const date = (at) => longDay(at).replace(/^\S+ /, "");

export const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

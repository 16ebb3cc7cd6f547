// Shows that something waits, always in the same words (WORDS, put before by the view).

/* global WORDS */

// Nothing is read from the push and nothing is fetched: there is nothing to leak.
self.addEventListener("push", (event) => {
  const { title, body, lang } = WORDS;
  // One tag: a second push replaces the first instead of piling up.
  event.waitUntil(self.registration.showNotification(title, { body, lang, tag: "hub" }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show());
});

// A page that is open is only brought forward: somebody may be writing in it.
async function show() {
  const [open] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return open ? open.focus() : self.clients.openWindow("/");
}

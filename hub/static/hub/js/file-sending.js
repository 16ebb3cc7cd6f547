// One file on its way to the server, and taking one back. Knows nothing of the page.

import { words } from "./file-line.js";

const ENDED = [401, 403]; // the session, or what the page knows of it
const LITTLE = 1024 * 1024; // bytes that may be with the server before this page hears of it

// Answers with a function that stops it: what the server has already is taken back then,
// or it would leave with the next message. `done` gets the file as the server knows it;
// `failed` the server's refusal; or null when it can be repeated, and why it failed unless
// the network was at fault.
export function sendFile(url, token, blob, { progress, done, failed }) {
  const request = new XMLHttpRequest(); // fetch tells nothing of what has been sent
  const content = new FormData();
  let left = blob.size;
  let wanted = true;
  content.append("file", blob, blob.name);
  request.open("POST", url);
  request.setRequestHeader("X-CSRFToken", token);
  request.responseType = "json";
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    left = total - loaded;
    if (wanted) progress(total ? loaded / total : 0);
  });
  request.addEventListener("load", () => {
    const { status, response } = request;
    if (status === 201 && !wanted) takeBack(response.id, token);
    else if (status === 201) done(response);
    else if (!wanted) return;
    else if (ENDED.includes(status)) failed(null, status === 401 ? words.signed_out : response?.detail);
    else failed(status < 500 && response?.detail ? response : null);
  });
  request.addEventListener("error", () => wanted && failed(null));
  request.addEventListener("timeout", () => wanted && failed(null));
  request.send(content);
  return () => {
    wanted = false;
    if (left > LITTLE) request.abort();
  };
}

// Best effort: what stays without a message is shown again with the next page.
export function takeBack(id, token) {
  const headers = { "X-CSRFToken": token };
  fetch(`/api/v1/attachments/${id}`, { method: "DELETE", headers, keepalive: true }).catch(() => {});
}

// Where files come from: the picker (on telephones also the camera), dragging, pasting.

export function watchSources(form, take) {
  const { files, body } = form.elements;
  files.addEventListener("change", () => {
    take([...files.files]);
    files.value = ""; // they travel by themselves; the form must not send them again
  });
  body.addEventListener("paste", (event) => {
    const pasted = [...event.clipboardData.files];
    // Word processors paste a picture of the text beside it: the text is what was meant.
    if (!pasted.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    take(pasted);
  });
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  const over = (event, where) => form.classList.toggle("composer--drop", carries(event) && form.contains(where));
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault(); // beside the composer too: the browser would leave the page
    event.dataTransfer.dropEffect = form.contains(event.target) ? "copy" : "none";
    over(event, event.target);
  });
  document.addEventListener("dragleave", (event) => over(event, event.relatedTarget));
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    over(event, null);
    if (form.contains(event.target)) take([...event.dataTransfer.files]);
  });
}

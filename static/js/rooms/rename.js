// Follows a new name of the open room: updates the title of the page and the labels of the composer after a refresh of
// the head, without touching what is typed.

export function followName() {
  let name = "";
  document.addEventListener("parlour:swapping", ({ detail: head }) => {
    if (head.id === "room-head") name = head.dataset.name;
  });
  document.addEventListener("parlour:swapped", ({ detail: head }) => {
    if (head.id !== "room-head" || head.dataset.name === name) return;
    /** @param {string} text */
    const renamed = (text) => text.replace(name, () => head.dataset.name);
    document.title = renamed(document.title);
    for (const label of document.querySelectorAll('label[for="composer-body"]')) {
      label.textContent = renamed(label.textContent);
    }
    /** @type {HTMLTextAreaElement | null} */ const box = document.getElementById("composer-body");
    if (box) box.placeholder = renamed(box.placeholder);
  });
}

// A room gets another name while it is open: the title of the page and the words around the box
// follow its head (refresh.js), without touching what is being typed.

export function followName() {
  let name = document.getElementById("room-head")?.dataset.name ?? "";
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
    name = head.dataset.name;
  });
}

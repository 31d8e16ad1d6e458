// Modal dialogs that are in the page only while they are open.

/**
 * Shows a dialog until it is closed. The caret comes back with the focus: browsers lose it when they remove the dialog.
 * @param {HTMLDialogElement} dialog
 */
export async function showUntilClosed(dialog) {
  const field = document.activeElement instanceof HTMLTextAreaElement ? document.activeElement : null;
  const [start, end] = [field?.selectionStart ?? 0, field?.selectionEnd ?? 0];
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  dialog.remove();
  if (document.activeElement === field) field?.setSelectionRange(start, end);
}

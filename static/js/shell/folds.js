// Remembers which sections of the list of conversations are folded, in a cookie, so that the server renders the list as
// it was left (accounts/folds.rs).

const YEAR_S = 31_536_000;

export function rememberFolds() {
  // The event does not bubble.
  document.addEventListener("toggle", ({ target }) => target.dataset?.section && remember(), { capture: true });
  // What was folded while this file was loaded.
  remember();
}

function remember() {
  /** @type {NodeListOf<HTMLDetailsElement>} */
  const sections = document.querySelectorAll("#conversations:not(.filtered) > details");
  // The hidden conversations are folded unless somebody opens them.
  const changed = [...sections].filter(({ open, dataset }) => open === (dataset.section === "hidden"));
  if (sections.length === 0) return;
  const names = changed.map(({ dataset }) => dataset.section).join(".");
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: cookieStore exists only on https
  document.cookie = `parlour_folds=${names}; path=/; max-age=${YEAR_S}; samesite=lax${secure}`;
}

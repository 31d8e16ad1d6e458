// The page of preferences: each section saves itself when something in it changes, and says so. The looks apply at once,
// in other tabs, too. Without this script every section has a button.

import { build, find } from "../page/elements.js";
import { encoded } from "../page/encoded.js";

const root = document.documentElement;
/** Other tabs of this browser, see preferences.js. */
const tabs = new BroadcastChannel("looks");

/** @type {Record<string, string>} */
const COLOURS = { light: "#FBF9F5", dark: "#171614" };

/** A section with its form. */
class Section {
  #isSending = false;
  #isChanged = false;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    /** @type {HTMLElement} */ this.state = find(form, ".saved");
    /** @type {HTMLButtonElement} */ this.button = find(form, ".button-main");
    this.button.hidden = true;
    form.addEventListener("change", () => this.save());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
  }

  /** Sends the section; what changes meanwhile is sent afterwards. */
  async save() {
    this.#isChanged = true;
    if (this.form.id === "looks") this.#look();
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#isChanged) {
      this.#isChanged = false;
      this.state.textContent = "";
      const isSaved = await this.#send();
      if (this.#isChanged) continue;
      this.state.classList.toggle("failed", isSaved === false);
      if (isSaved !== null) this.state.textContent = this.state.dataset[isSaved ? "saved" : "failed"] ?? "";
      // Whoever was told that nothing was saved can try again.
      this.button.hidden = isSaved === true;
    }
    this.#isSending = false;
  }

  /** Returns whether it was saved; null if a field is wrong, which then says why. */
  async #send() {
    const body = encoded(new FormData(this.form));
    // As the browser sends it: one section, and not all preferences.
    if (this.button.name) body.set(this.button.name, this.button.value);
    try {
      // Kept alive, because the person may leave the page at once.
      const headers = { accept: "application/json" };
      const answer = await fetch(this.form.action, { method: "POST", body, headers, keepalive: true });
      if (answer.status !== 422) {
        if (answer.ok) this.#refuse({});
        return answer.ok;
      }
      this.#refuse(await answer.json());
      return null;
    } catch {
      return false;
    }
  }

  /** Shows what is wrong at its field. @param {Record<string, string>} errors  by name of the field */
  #refuse(errors) {
    for (const error of this.form.querySelectorAll(".field-error")) error.remove();
    for (const input of this.form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    for (const [name, text] of Object.entries(errors)) {
      const input = this.form.elements.namedItem(name);
      if (!(input instanceof HTMLElement)) continue;
      input.ariaInvalid = "true";
      input.setAttribute("aria-describedby", `${name}-error`);
      const error = build("p", { className: "field-error", id: `${name}-error`, textContent: text });
      error.role = "alert";
      input.after(error);
    }
  }

  #look() {
    const chosen = new FormData(this.form);
    const looks = {
      theme: String(chosen.get("theme")),
      accent: String(chosen.get("accent")),
      textSize: String(chosen.get("text_size")),
      density: String(chosen.get("density")),
    };
    Object.assign(root.dataset, looks);
    tabs.postMessage(looks);
    for (const button of document.querySelectorAll(".theme button"))
      button.ariaPressed = String(button.getAttribute("value") === looks.theme);
    colourBar(looks.theme);
  }
}

/** Colours the bar of the browser. @param {string} theme */
function colourBar(theme) {
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.remove();
  const themes = theme === "system" ? ["light", "dark"] : [theme];
  for (const one of themes) {
    const meta = build("meta", { name: "theme-color", content: COLOURS[one] });
    if (theme === "system") meta.media = `(prefers-color-scheme: ${one})`;
    document.head.append(meta);
  }
}

export function saveSections() {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.preferences")))
    new Section(form);
}

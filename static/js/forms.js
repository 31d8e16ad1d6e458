// Entry point of the pages of visitors, and part of all others: a button shows the password, a wait counts down.

import { build } from "./page/elements.js";
import { say } from "./page/words.js";

for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input[type="password"]')))
  addReveal(input);
for (const line of document.querySelectorAll("[data-retry-after]")) countDown(line);

/** @param {HTMLInputElement} input */
function addReveal(input) {
  const button = build("button", { type: "button", className: "reveal" });
  /** @param {boolean} isShown */
  const show = (isShown) => {
    input.type = isShown ? "text" : "password";
    button.textContent = say(isShown ? "js-hide" : "js-show");
    button.ariaLabel = say(isShown ? "js-hide-password" : "js-show-password");
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // Browsers remember the content of text fields, so that the field is a password field again before it is sent.
  input.form?.addEventListener("submit", () => show(false));
  input.parentElement?.classList.add("with-reveal");
  input.after(button);
  show(false);
}

/** @param {HTMLElement} line */
function countDown(line) {
  const end = Date.now() + Number(line.dataset.retryAfter) * 1000;
  const tell = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    line.textContent = left > 0 ? say("js-retry-in", { time: duration(left) }) : say("js-retry-now");
    if (left > 0) setTimeout(tell, 1000);
  };
  tell();
}

/** @param {number} total */
function duration(total) {
  const minutes = Math.floor(total / 60);
  const seconds = total % 60;
  return minutes > 0 ? say("js-minutes", { minutes, seconds }) : say("js-seconds", { seconds });
}

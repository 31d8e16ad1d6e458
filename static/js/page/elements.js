// Finding and building elements.

/**
 * Returns the element with this id; there must be one.
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} id  @returns {E}
 */
export const byId = (id) => /** @type {E} */ (document.getElementById(id));

/** Returns the first element below `root` that matches `selector`; there must be one. @type {Find} */
export const find = (/** @type {ParentNode} */ root, /** @type {string} */ selector) =>
  /** @type {never} */ (root.querySelector(selector));

/**
 * Builds an element with the given properties and children.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag  @param {Partial<HTMLElementTagNameMap[T]>} [fields]  @param {(string | Node)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function build(tag, fields = {}, ...children) {
  const element = Object.assign(document.createElement(tag), fields);
  element.append(...children);
  return element;
}

/** Builds a button that calls `action` when pressed. @param {string} label  @param {() => void} action */
export function buildButton(label, action) {
  const button = build("button", { type: "button", className: "button" }, label);
  button.addEventListener("click", action);
  return button;
}

// Which room the page shows. It changes without loading a page (pages/switching.js), which dispatches "parlour:room".

import { pageData } from "./data.js";

/** @typedef {{room: number | null, about: number | null, made: number | null}} Shown
 *   `about`: the room of a page that does not show its messages; `made`: when the room was created, if known */

/** @type {Shown} */
let present = {
  room: pageData?.room ?? null,
  about: pageData?.room ?? pageData?.about ?? null,
  made: pageData?.created_ms ?? null,
};

/** @returns {Shown} */
export const shown = () => present;

/** The page shows another room from now on. @param {number} room  @param {number | null} made */
export function show(room, made) {
  const isAnother = room !== present.room;
  present = { room, about: room, made };
  if (isAnother) document.dispatchEvent(new CustomEvent("parlour:room", { detail: room }));
}

// Entry point of the page of preferences: saves its sections, plays the sound, asks for the permission to notify when
// the button is pressed, and explains in the terms of this browser what to do when it was refused.

import { byId } from "./page/elements.js";
import { say } from "./page/words.js";
import { saveSections } from "./preferences/settings.js";
import { chime } from "./reading/sound.js";

const section = document.getElementById("notifications");
const state = byId("notifications-state");
const turnOn = byId("notifications-on");
const test = byId("notifications-test");

/** Returns whose instructions to show. @param {string} agent */
function browserOf(agent) {
  if (/Firefox\//.test(agent)) return "firefox";
  return /Safari\//.test(agent) && !/Chrom(e|ium)\//.test(agent) ? "safari" : "chrome";
}

function show() {
  const permission = globalThis.Notification?.permission ?? "none";
  const words = {
    granted: "on",
    default: "off",
    denied: `blocked-${browserOf(navigator.userAgent)}`,
    none: "none",
  };
  state.textContent = say(`js-notifications-${isSecureContext ? words[permission] : "none"}`);
  turnOn.hidden = permission !== "default" || !isSecureContext;
  test.hidden = permission !== "granted";
}

async function ask() {
  await Notification.requestPermission();
  show();
  (turnOn.hidden ? test : turnOn).focus();
}

function sendTest() {
  chime();
  const notification = {
    title: say("js-test-title"),
    options: { body: say("js-test-body"), tag: "parlour/test" },
    path: location.pathname,
    /** @param {boolean} isShown */
    done(isShown) {
      state.textContent = say(isShown ? "js-notifications-tested" : "js-notifications-none");
    },
  };
  // The script of all pages shows it, so that the worker is registered in one place.
  document.dispatchEvent(new CustomEvent("parlour:notify", { detail: notification }));
}

saveSections();
byId("sound-test").addEventListener("click", () => chime());

if (section) {
  section.hidden = false;
  turnOn.addEventListener("click", ask);
  test.addEventListener("click", sendTest);
  show();
}

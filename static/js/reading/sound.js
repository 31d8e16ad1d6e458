// The sound of notifications: two soft notes, synthesised. No other module makes a sound.

import { preferences } from "../preferences/preferences.js";

const AT_MOST_EVERY_MS = 2_000;
const NOTES = [
  [659.25, 0],
  [880, 0.11],
];
const LENGTH_S = 0.24;
const LOUDNESS = 0.08;

/** @type {AudioContext} */ let context;
let last = -Infinity;

/** Plays the sound, throttled, unless the person has turned sounds off. Returns whether it plays. */
export function chime() {
  if (!preferences().sounds || performance.now() - last < AT_MOST_EVERY_MS) return false;
  if (!globalThis.AudioContext) return false;
  last = performance.now();
  context ??= new AudioContext();
  // Browsers suspend audio until the person has interacted with the page.
  if (context.state === "suspended") context.resume().catch(() => {});
  for (const [frequency, delay] of NOTES) note(frequency, context.currentTime + delay);
  return true;
}

/** @param {number} frequency  @param {number} start */
function note(frequency, start) {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH_S);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + LENGTH_S);
}

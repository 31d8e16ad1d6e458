// Exponential back-off with jitter: when to reconnect after the connection is lost.

const STEPS_MS = [300, 1000, 2000, 4000, 8000, 15000];

/**
 * Returns the milliseconds before attempt number `attempt`, from 0. A jitter of ±30 % spreads the browsers.
 * @param {number} attempt
 */
export function retryDelay(attempt, random = Math.random) {
  const step = STEPS_MS[Math.min(attempt, STEPS_MS.length - 1)];
  return Math.round(step * (0.7 + 0.6 * random()));
}

/** Returns the milliseconds to wait after an announced restart, spread evenly over the given time. */
export function restartDelay(withinMs = 5000, random = Math.random) {
  return Math.round(withinMs * random());
}

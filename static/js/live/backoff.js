// When to try again after the connection is lost.

const STEPS_MS = [300, 1000, 2000, 4000, 8000, 15000];

/**
 * Milliseconds before try number `attempt` (0 is the first), ±30 % so that browsers do not come in step.
 * @param {number} attempt
 */
export function retryDelay(attempt, random = Math.random) {
  const step = STEPS_MS[Math.min(attempt, STEPS_MS.length - 1)];
  return Math.round(step * (0.7 + 0.6 * random()));
}

/** After an announced restart everybody comes back, evenly over the given time. */
export function restartDelay(withinMs = 5000, random = Math.random) {
  return Math.round(withinMs * random());
}

// Loading of modules on first use.

/**
 * Returns a function that loads modules and uses them, once. Tries again when it is next called if loading fails, as it
 * does without a connection.
 * @template Modules, What  @param {() => Promise<Modules>} load  @param {(modules: Modules, what: What) => void} use
 */
export function once(load, use) {
  let isLoading = false;
  return async (/** @type {What} */ what) => {
    if (isLoading) return;
    isLoading = true;
    const modules = await load().catch(() => null);
    if (modules) use(modules, what);
    else isLoading = false;
  };
}

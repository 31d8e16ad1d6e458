// The fields of a form as browsers encode them. A module of its own, because pages that parse no markup use it.

/** @param {FormData} data  without files */
export const encoded = (data) => new URLSearchParams([...data].map(([name, value]) => [name, String(value)]));

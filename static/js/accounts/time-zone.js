// Stores the time zone of this browser in a cookie, for pages that are read without scripts.

const NAME = "parlour_zone";
const YEAR_S = 31_536_000;

export function tellZone() {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!/^[\w+/-]+$/.test(zone ?? "") || document.cookie.split("; ").includes(`${NAME}=${zone}`)) return;
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: cookieStore exists only on https
  document.cookie = `${NAME}=${zone}; path=/; max-age=${YEAR_S}; samesite=lax${secure}`;
}

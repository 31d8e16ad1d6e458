// The service worker. It only shows notifications, for browsers whose pages cannot (Chrome for Android), and leads to
// what they are about. It handles no requests. Pages register it when they need it: js/reading/system-notification.js.

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data?.path ?? "/"));
});

/** Opens the path in a page that is there, or in a new one. */
async function lead(path) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ focused }) => focused) ?? pages[0];
  if (!page) return self.clients.openWindow(path);
  await page.focus();
  return page.postMessage({ open: path });
}

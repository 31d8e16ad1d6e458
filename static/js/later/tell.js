// Tells of something whose time has come: a reminder, or a scheduled message that was refused. A toast in each visible
// tab, and one system notification, unless quiet hours or a snooze forbid it. Loaded when the first of them arrives.

import { userId } from "../page/data.js";
import { preferences } from "../preferences/preferences.js";
import { isQuiet, isSnoozed } from "../preferences/quiet-hours.js";
import { chime } from "../reading/sound.js";
import { notify } from "../reading/system-notification.js";
import { showToast } from "../reading/toasts.js";

/** @import { Told } from "../live/protocol.js" */

/** @param {Told} told  @param {boolean} leads  whether this tab notifies for all */
export function tell({ type, id, title, text, path }, leads) {
  // Also in a window without the focus: what the person asked for must not pass unseen.
  if (document.visibilityState === "visible") showToast({ title, body: text, path, room: 0 });
  const now = Date.now();
  if (!leads || isQuiet(preferences(), now) || isSnoozed(preferences(), now)) return;
  chime();
  if (globalThis.Notification?.permission !== "granted") return;
  notify(title, { body: text, tag: `parlour/${type}/${userId}/${id}`, silent: true }, { path });
}

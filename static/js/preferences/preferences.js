// The present preferences of the person: from the page, then from the socket, whichever device changed them.

import { pageData } from "../page/data.js";

/** @import { Connection } from "../live/socket.js" */
/** @import { Preferences } from "../live/protocol.js" */

/** The defaults of the server, for pages without preferences. */
const DEFAULTS = {
  typing: true,
  seen: true,
  open_unread: true,
  enter_sends: true,
  sounds: true,
  hide_previews: false,
  letter_keys: true,
  double_react: true,
  quiet_days: 0,
  quiet_from: 1320,
  quiet_until: 420,
  time_zone: "",
  snoozed_until: null,
};

let present = { ...DEFAULTS, ...pageData?.preferences };

/** @returns {Preferences} */
export const preferences = () => present;

/** @param {Connection} connection */
export function followPreferences(connection) {
  // The looks that another tab chose (settings.js).
  new BroadcastChannel("looks").onmessage = ({ data }) => Object.assign(document.documentElement.dataset, data);
  /** @param {CustomEvent<{preferences?: Preferences}>} event */
  const adopt = ({ detail }) => {
    if (detail.preferences) present = { ...DEFAULTS, ...detail.preferences };
  };
  connection.addEventListener("session.hello", adopt);
  connection.addEventListener("preferences.changed", adopt);
}

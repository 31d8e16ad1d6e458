// Entry point of every signed-in page: the socket, the queue of unsent messages, live lists,
// presence. room.js uses these exports.

import "./forms.js";
import { isSignedOut, tellSignedOut } from "./accounts/session.js";
import { tellZone } from "./accounts/time-zone.js";
import { guardLogOut } from "./live/log-out.js";
import { Notice } from "./live/notice.js";
import { Queue } from "./live/queue.js";
import { refreshOn } from "./live/refresh.js";
import { Sender } from "./live/sender.js";
import { Connection } from "./live/socket.js";
import { wakeOn } from "./live/wake.js";
import { copyLogAsText } from "./log/copying.js";
import { KnownHistory, keepApart } from "./log/known-history.js";
import { closeRemoved } from "./membership/removed.js";
import { offerCopy } from "./page/clipboard.js";
import { pageData, pageEpoch, userId, userName } from "./page/data.js";
import { removeEnded } from "./page/ended.js";
import { land } from "./page/landing.js";
import { BrowserMemory } from "./page/storage.js";
import { localise } from "./page/times.js";
import { offerCards } from "./people/cards.js";
import { followPreferences } from "./preferences/preferences.js";
import { followPresence, presenceQuery } from "./presence/presence.js";
import { followUnread, unread } from "./reading/attention.js";
import { followMessages } from "./reading/notifier.js";
import { markAllRead } from "./reading/read-all.js";
import { followRequests } from "./reading/requests.js";
import { Receipts } from "./receipts/receipts.js";
import { followName } from "./rooms/rename.js";
import { followLastLines } from "./shell/last-lines.js";
import { offerListActs } from "./shell/list-acts.js";
import { closeMenuAround } from "./shell/menu.js";
import { walkRooms } from "./shell/room-keys.js";
import { offerKeys, offerSwitcher } from "./shell/shortcuts.js";

const address = new URL("/ws/", location.href);
address.protocol = address.protocol.replace("http", "ws");

/** Where WebSockets are blocked: few networks, so that most pages need not load it. */
async function loadFallback() {
  const { openStream, pauseWhenHidden } = await import("./live/event-stream.js");
  pauseWhenHidden(connection);
  return () => openStream(presenceQuery());
}

export const storage = new BrowserMemory();
keepApart(storage, userId, userName);
export const known = new KnownHistory({ storage, userId, epoch: pageEpoch, room: pageData });
export const connection = new Connection({
  open: () => new WebSocket(`${address}${presenceQuery()}`),
  loadFallback,
  isSignedOut,
  history: known,
});
export const queue = new Queue(storage, userId, { stamp: (room) => known.stamp(room) });
export const sender = new Sender(queue, connection, known);
export const receipts = new Receipts(connection, { room: pageData?.room ?? null });
export const notice = new Notice(document.getElementById("connection"), connection, sender);

addEventListener("storage", ({ key }) => queue.owns(key) && sender.adopt());
document.addEventListener("parlour:swapped", ({ detail }) => localise(detail));
for (const event of ["parlour:swapped", "parlour:room"]) document.addEventListener(event, removeEnded);
tellSignedOut(connection);
guardLogOut({ connection, queue, storage, userId });
followPreferences(connection);
followPresence(connection);
followRequests(connection);
followUnread(connection);
followMessages(connection, storage);
followLastLines(connection, { id: userId, username: userName });
offerListActs({ connection, sender, storage, userId });
markAllRead(connection);
walkRooms((room) => unread.badge(room).unread > 0);
refreshOn(connection);
closeRemoved(connection, { storage, queue, userId });
followName();
// On few pages, which work without these, too.
if (document.getElementById("choose-people")) import("./membership/people-filter.js");
if (document.getElementById("digest")) import("./reading/digest.js");
offerCards();
offerCopy();
copyLogAsText();
wakeOn(connection);
closeMenuAround(document.getElementById("menu"));
offerKeys(document.getElementById("keys"));
offerSwitcher(document.getElementById("switcher"));
localise(document);
removeEnded();
tellZone();
land();
connection.start();

// What every signed-in page runs: the socket, the queue of unsent messages, live lists, presence.
// room.js builds on what is exported here.

import "./forms.js";
import { filterChoices } from "./choose.js";
import { offerCopy } from "./copy.js";
import { offerKeys } from "./keys.js";
import { followUnread, unread } from "./attention.js";
import { closeMenuAround } from "./menu.js";
import { Notice } from "./notice.js";
import { followMessages } from "./notifier.js";
import { keepApart, KnownHistory } from "./known.js";
import { pageData, pageEpoch, userId, userName } from "./page.js";
import { markDrafts } from "./pencils.js";
import { followPreferences } from "./preferences.js";
import { followPresence, presenceQuery } from "./presence.js";
import { Queue } from "./queue.js";
import { markAllRead } from "./read-all.js";
import { Receipts } from "./receipts.js";
import { refreshOn } from "./refresh.js";
import { closeRemoved } from "./removed.js";
import { followName } from "./renamed.js";
import { walkRooms } from "./room-keys.js";
import { Sender } from "./sender.js";
import { guardLogOut, isSignedOut, tellSignedOut } from "./session.js";
import { openStream, restWhenHidden } from "./slow.js";
import { Connection } from "./socket.js";
import { BrowserMemory } from "./storage.js";
import { offerSwitcher } from "./switcher.js";
import { localise } from "./times.js";
import { wakeOn } from "./wake.js";
import { tellZone } from "./zone.js";

const address = new URL("/ws/", location.href);
address.protocol = address.protocol.replace("http", "ws");

export const storage = new BrowserMemory();
keepApart(storage, userId, userName);
export const known = new KnownHistory({ storage, userId, epoch: pageEpoch, room: pageData });
export const connection = new Connection({
  open: () => new WebSocket(`${address}${presenceQuery()}`),
  openSlow: () => openStream(presenceQuery()),
  isSignedOut,
  history: known,
});
export const queue = new Queue(storage, userId, { stamp: (room) => known.stamp(room) });
export const sender = new Sender(queue, connection, known);
export const receipts = new Receipts(connection, { room: pageData?.room ?? null });
export const notice = new Notice(document.getElementById("connection"), connection, sender);

addEventListener("storage", ({ key }) => queue.owns(key) && sender.adopt());
document.addEventListener("parlour:swapped", ({ detail }) => localise(detail));
tellSignedOut(connection);
guardLogOut({ connection, queue, storage, userId });
followPreferences(connection);
followPresence(connection);
followUnread(connection);
followMessages(connection, storage);
markAllRead(connection);
walkRooms((room) => unread.badge(room).unread > 0);
refreshOn(connection);
restWhenHidden(connection);
closeRemoved(connection);
followName();
filterChoices(document.getElementById("choose-people"));
offerCopy();
wakeOn(connection);
markDrafts({ storage, userId });
closeMenuAround(document.getElementById("menu"));
offerKeys(document.getElementById("keys"));
offerSwitcher(document.getElementById("switcher"));
localise(document);
tellZone();
connection.start();

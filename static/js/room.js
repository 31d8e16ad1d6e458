// Entry point of the pages with the list of conversations: opens the room of the page, and others in its place.

import { connection, known, notice, queue, receipts, sender, storage } from "./app.js";
import { Switching } from "./pages/switching.js";

new Switching({ connection, known, notice, queue, receipts, sender, storage });

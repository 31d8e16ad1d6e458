// Entry point of the page of a message's details: shows what this browser did when the message
// arrived.

import { userId } from "./page/data.js";
import { BrowserMemory } from "./page/storage.js";
import { say } from "./page/words.js";
import { Decisions } from "./reading/decisions.js";

const line = document.getElementById("why-here");
const outcome = line && new Decisions(new BrowserMemory(), userId).of(Number(line.dataset.message));
if (outcome) line.textContent = say("js-here", { what: say(`js-here-${outcome}`) });

// Entry point of the page of a message's details: tells what this browser did when the message came.

import { userId } from "./page/data.js";
import { BrowserMemory } from "./page/storage.js";
import { say } from "./page/words.js";
import { Decisions } from "./reading/decisions.js";

const line = document.getElementById("why-here");
const outcome = line && new Decisions(new BrowserMemory(), userId).of(Number(line.dataset.message));
if (outcome) line.textContent = say("js-here", { what: say(`js-here-${outcome}`) });

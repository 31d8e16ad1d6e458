// On the page of a message's details: what this browser did when the message came.

import { Decisions } from "./decisions.js";
import { userId } from "./page.js";
import { BrowserMemory } from "./storage.js";
import { say } from "./words.js";

const line = document.getElementById("why-here");
const outcome = line && new Decisions(new BrowserMemory(), userId).of(Number(line.dataset.message));
if (outcome) line.textContent = say("js-here", { what: say(`js-here-${outcome}`) });

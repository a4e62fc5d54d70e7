// The page's way in: one script that other scripts of the page find as Submit.
import * as Submit from "./submit.js";

globalThis.Submit = Submit;

/** The program in a web worker. */
import { program } from "./program.mjs";

postMessage(await program());

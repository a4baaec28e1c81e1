/** Runs the program from an ES module and prints what it found. */
import { expected, program } from "./program.mjs";

const found = await program();
console.log(found === expected ? "ok" : `found ${found}\nexpected ${expected}`);

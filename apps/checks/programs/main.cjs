/** Runs the program by `require()`, which gives the same instances as `import`. */
const { expected, program } = require("./program.mjs");
const required = require("@gort/chan");

void (async () => {
  const found = await program();
  const imported = await import("@gort/chan");
  const same = imported.makeChan === required.makeChan;
  console.log(
    found === expected && same ? "ok" : `found ${found}, same ${same}\nexpected ${expected}`,
  );
})();

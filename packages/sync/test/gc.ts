/** A full collection by V8, for tests of what keeps what alive. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

export function collect(): void {
  gc();
}

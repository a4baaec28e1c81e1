/** gort, as its users get it: the packages' own builds. */
import type { Contender } from "../job.ts";
import { chan } from "../gort/chan.ts";
import { data } from "../gort/data.ts";
import { memory } from "../gort/memory.ts";
import { sched } from "../gort/sched.ts";
import { sync } from "../gort/sync.ts";

const gort: Contender = {
  name: "gort",
  jobs: { ...chan, ...sched, ...sync, ...memory, ...data },
};

export default gort;

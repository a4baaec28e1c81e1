/**
 * How changesets become a package's CHANGELOG.md: the sentences for users, and nothing of the commits behind them.
 *
 * Changesets are read in the order of their files' names. A name is `<package>-<area>-<words>.md`, so that what
 * concerns one area stands together, and its line begins with what that area is.
 */

/** The areas that a changeset may name, and what their lines begin with. Each package has some of them. */
export const areas = {
  args: "Arguments",
  atomic: "Atomics",
  body: "Functions under a lock",
  bubble: "Bubbles",
  cond: "Cond",
  cycles: "Cycles",
  deadlock: "Deadlocks",
  defer: "Defer",
  end: "Ends of contexts",
  fakes: "Fake timers",
  final: "Finalizers and cleanups",
  flight: "SingleFlight",
  go: "Goroutines",
  group: "Groups",
  heap: "In a heap",
  interface: "Interfaces",
  keys: "Keys",
  lock: "Locks",
  makers: "For your own packages",
  maps: "Package maps",
  memory: "Memory",
  once: "Once",
  own: "Your own primitives",
  poison: "Poisoning",
  prepare: "Prepared select",
  range: "Range",
  reflect: "Reflection",
  roots: "Roots",
  select: "Select",
  show: "Printing and errors",
  signal: "Signals",
  speed: "Speed and size",
  stream: "Streams and sources",
  strings: "Package strings",
  suite: "Suites and checks",
  text: "Strings and bytes",
  time: "Time",
  trace: "Dumps, traces and profiles",
  ts: "TypeScript",
  turn: "Turns of the host and of others",
  values: "Values",
  wait: "Waiting and calling off",
};

/** What the line of a changeset begins with: nothing where its name has no area. */
function label(id) {
  const area = id.split("-")[1];
  return Object.hasOwn(areas, area) ? `**${areas[area]}:** ` : "";
}

export default {
  getReleaseLine: async ({ id, summary }) =>
    `- ${label(id)}${summary.trim().replace(/\n/g, "\n  ")}`,
  getDependencyReleaseLine: async (_changesets, dependencies) =>
    dependencies.length === 0
      ? ""
      : `- Works with ${dependencies.map((d) => `${d.name} ${d.newVersion}`).join(", ")}.`,
};

/**
 * Puts the exports of each package into categories of the documentation's site, by the file they come from, and names entry
 * points by their import paths. Where a file says what it is, so does the category; the table below is the only list.
 *
 * Why not `@category` in the sources: the order and the names are the site's business, and one list shows them all.
 */
import { sep } from "node:path";
import { Comment, CommentTag, Converter, ReflectionKind } from "typedoc";

/**
 * Package → category → files under `src/`, without `.ts`; a folder ends with `/`; `file#name` is one export, which is not where its file
 * is. In the order of the site.
 */
export const categories = {
  alloc: {
    "Memory and allocators": ["memory", "tiered", "bump", "preset"],
    Decorators: ["counting", "failing", "poisoning"],
    "Size classes": ["size-classes"],
    "Looking inside": ["heap-map", "check"],
    Errors: ["errors"],
    "Contracts and options": ["api"],
    "Conformance suite": ["testing/"],
  },
  chan: {
    "Channels and select": ["channel", "nil", "select", "prepare"],
    "Iterables and streams": ["streams"],
    "Errors and checks": ["errors", "check"],
    "Contracts and options": ["api", "range"],
  },
  context: {
    Contexts: ["tree", "values", "deadline", "key"],
    "Signals and callbacks": ["signal", "after-func"],
    "Contexts of your own": ["wrapper", "check"],
    Errors: ["errors"],
    "Contracts and options": ["api"],
  },
  gc: {
    Heaps: ["preset", "traced"],
    "Looking inside": ["dump", "heap-profile", "profile", "memstats", "gctrace", "walk", "check"],
    Errors: ["errors"],
    "Contracts and options": ["api"],
    "Conformance suite": ["testing/"],
  },
  map: {
    Maps: ["preset", "index"],
    Keys: ["keys", "random"],
    "Go's package maps": ["maps/"],
    Checks: ["check"],
    "Contracts and options": ["api"],
    "Conformance suite": ["testing/"],
  },
  sched: {
    Goroutines: ["preset", "sleep", "checkpoint", "current#currentGoroutine"],
    Operations: ["op#Op", "op#isOp", "op#OpRecord", "op#Waiter", "poll", "wait-reason"],
    "Signals and contexts": ["abort", "call-off", "context-like"],
    "Defer, panic, recover": ["defer", "panic", "panic-text", "brands"],
    Time: ["timers", "timer-chan", "current#now", "current#wall", "current#currentClock"],
    Schedulers: ["gmp", "fifo", "deterministic", "check", "current#random"],
    "Deadlocks and dumps": ["deadlock"],
    Tracing: ["trace/"],
    "Ops of your own": [
      ...["op", "op-state", "wait-queue", "competing", "op-iterator", "range-next", "preempt"],
    ],
    "What is current": ["current"],
    "Starting code": ["launch", "drive", "stepper", "hold", "g", "host"],
    "Waiting for the outside": ["outside-op", "postpone"],
    "Schedulers of your own": ["stepped-on", "current#enter", "current#leave"],
    "Contracts and options": ["api"],
    "Tests and the conformance suite": ["testing/"],
  },
  slice: {
    Slices: ["make", "append", "iterate", "slice", "array-slice", "typed-slice", "index"],
    "Strings and runes": ["go-string", "string-builder", "utf8", "utf8-encode"],
    Arrays: ["array"],
    "Backings and growth": ["values", "heap", "growth", "check"],
    "Contracts and options": ["api"],
    "Conformance suite": ["testing/"],
    Sorting: ["slices/sort", "slices/order"],
    Searching: ["slices/search", "strings/search"],
    Editing: ["slices/edit", "slices/splice"],
    "Splitting and joining": ["strings/parts"],
    Iterators: ["slices/iterators"],
  },
  sync: {
    Locks: ["mutex", "rw-mutex", "cond", "semaphore"],
    "Groups and calls": [
      ...["wait-group", "err-group", "once", "once-func", "single-flight", "result-chan"],
    ],
    "Pools and maps": ["pool", "sync-map"],
    Atomics: ["atomic", "atomic-value"],
    Errors: ["errors", "flight-panic"],
    "Contracts and options": ["api"],
  },
  types: {
    "Scalar types": ["scalar", "wide", "string"],
    "Composite types": ["struct", "array", "pointer", "refs", "named", "identical", "base"],
    "Interfaces and assertions": [
      ...["iface", "itab", "method-set", "interface-value", "assert", "assignable"],
    ],
    Accessors: ["accessor"],
    "Reflection and equality": [
      "reflect",
      "reflect-of",
      "reflect-field",
      "reflect-errors",
      "deep-equal",
    ],
    "Memory by hand": ["raw", "unsafe", "hash", "utf8"],
    "For makers of containers": ["fit", "saved-words"],
    "Run-time errors": ["errors", "misuse-error", "show"],
    "Contracts and options": ["api", "kinds"],
  },
};

const CONTRACTS = "Contracts and options";
const last = ["Errors", "Looking inside", CONTRACTS, "Conformance suite"];
const all = Object.values(categories).flatMap((byName) => Object.keys(byName));

/** All categories in the order of the site: what one comes for first. */
export const categoryOrder = [...new Set(all.filter((name) => !last.includes(name))), ...last, "*"];

/** Where a package has its errors. */
const errorsOf = (folder) =>
  Object.keys(categories[folder] ?? {}).find((name) => /\berrors\b/i.test(name)) ?? CONTRACTS;

function categoryOf(reflection, folder) {
  const { fullFileName = "" } =
    reflection.sources?.[0] ?? signatureOf(reflection)?.sources?.[0] ?? {};
  const [, home, path] =
    /packages\/([^/]+)\/src\/(.*)\.ts$/.exec(fullFileName.split(sep).join("/")) ?? [];
  // What is re-exported is a contract or an option, if it is no error.
  if (home !== folder) return /error/.test(path) ? errorsOf(folder) : CONTRACTS;
  const all = Object.entries(categories[folder] ?? {});
  const own = all.find(([, places]) => places.includes(`${path}#${reflection.name}`));
  if (own !== undefined) return own[0];
  for (const [category, places] of all)
    if (places.some((p) => (p.endsWith("/") ? path.startsWith(p) : path === p))) return category;
  return "Other";
}

const signatureOf = (reflection) => reflection.signatures?.[0] ?? reflection.type?.declaration;

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const folder = project.packageName?.replace("@gort/", "");
    const modules = project.children?.filter((c) => c.kindOf(ReflectionKind.Module)) ?? [];
    for (const module of modules) {
      module.name =
        module.name === "index" ? project.packageName : `${project.packageName}/${module.name}`;
    }
    for (const parent of modules.length > 0 ? modules : [project])
      for (const reflection of parent.children ?? []) {
        const tag = new CommentTag("@category", [
          { kind: "text", text: categoryOf(reflection, folder) },
        ]);
        const signature = signatureOf(reflection);
        const holder =
          reflection.comment !== undefined || signature === undefined ? reflection : signature;
        (holder.comment ??= new Comment()).blockTags.push(tag);
      }
  });
}

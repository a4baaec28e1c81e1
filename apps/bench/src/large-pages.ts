/**
 * gort on memory pages of 2 MiB, where the machine gives a program the choice.
 *
 * Go's allocator asks the kernel for large pages; nothing in JavaScript can. glibc does it for whatever it allocates, a
 * large `ArrayBuffer` included, if its environment says so: a choice of the user, so it stands beside gort's own row and
 * not in its place. WebAssembly's memory and V8's own heap are no memory of glibc's and are not changed by it.
 */
import { readFileSync } from "node:fs";
import type { Entrant } from "./contender-list.ts";

/** What a user sets to get them. */
const tunable = "glibc.malloc.hugetlb=1";

/** Jobs of a large heap, and the stall, which pays for it: the first touch of a large page takes the kernel longer. */
const inHeap = ["alloc/churn-1e6", "gc/mark", "map/int-set", "map/stall"];

/** Whether `kernel`, the text of the setting, and a glibc's version leave it to the program. */
export function optional(kernel: string, glibc: string | undefined): boolean {
  const [major = 0, minor = 0] = (glibc ?? "").split(".").map(Number);
  return kernel.includes("[madvise]") && (major > 2 || (major === 2 && minor >= 35));
}

/** The same gort with large pages; nobody where there are none, or where every program has them. */
export function largePages(gort: Entrant): Entrant[] {
  let kernel: string;
  try {
    kernel = readFileSync("/sys/kernel/mm/transparent_hugepage/enabled", "utf8");
  } catch {
    return [];
  }
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  if (!optional(kernel, header.glibcVersionRuntime)) return [];
  return [
    {
      ...gort,
      name: "gort, large pages",
      jobs: inHeap,
      notes: { "*": `GLIBC_TUNABLES=${tunable}` },
      env: { GLIBC_TUNABLES: tunable },
    },
  ];
}

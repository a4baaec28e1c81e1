/** Slices share their array, until an append outgrows it: the example every Go programmer meets once. */
import { append, copy, makeSlice, sliceOf, values } from "@gort/slice";
import type { Program } from "./api.ts";

export const sliceAliasing: Program = {
  about: "two slices of one array, and what append does to them",
  *main(print) {
    const path = sliceOf("usr", "local", "bin");
    const dir = path.slice(0, 2);
    print(`path ${path}, dir ${dir}: dir has len ${dir.len} and cap ${dir.cap}`);

    const other = append(dir, "lib");
    print(`append(dir, "lib") fits into the cap: path is now ${path}, other ${other}`);

    const safe = append(dir.slice(0, 2, 2), "share");
    print(`with dir[0:2:2] it does not: path stays ${path}, safe ${safe}`);

    const own = makeSlice(values(""), dir.len);
    copy(own, dir);
    own.set(0, "opt");
    print(`a copy is its own: dir ${dir}, own ${own}`);
  },
};

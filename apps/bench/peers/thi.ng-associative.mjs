/** `@thi.ng/associative`: a hash map with keys by value. */
import { defHashMap } from "@thi.ng/associative";
import { mapJobs, stall } from "../dist/map-jobs.js";

const int = (k) => Math.imul(k, 0x9e3779b1) >>> 7;
const ints = () => defHashMap(null, { hash: int, equiv: (a, b) => a === b });
const structs = () =>
  defHashMap(null, {
    hash: (k) => int(k.x ^ Math.imul(k.y, 0x85ebca6b)),
    equiv: (a, b) => a.x === b.x && a.y === b.y,
  });

const few = 100_000;
const ids = [
  "int-set",
  "int-get",
  "int-delete",
  "struct-set",
  "struct-get",
  "struct-delete",
  "stall",
];

export default {
  name: "@thi.ng/associative",
  package: "@thi.ng/associative",
  limits: Object.fromEntries(ids.map((id) => [`map/${id}`, few])),
  jobs: { ...mapJobs({ int: ints, struct: structs }), "map/stall": stall(ints) },
};

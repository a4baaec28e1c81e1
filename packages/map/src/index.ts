export type * from "./api.ts";
export { makeMap, mapAt, nilMap } from "./preset.ts";
export { checkMap } from "./check.ts";
export { structKey, tupleKey } from "./keys.ts";
export { randomSource } from "./random.ts";
export * as maps from "./maps/index.ts";

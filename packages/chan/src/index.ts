export type * from "./api.ts";
export { isChan, makeChan } from "./channel.ts";
export { checkChan } from "./check.ts";
export { DirectionError } from "./errors.ts";
export { nilChan } from "./nil.ts";
export { prepare } from "./prepare.ts";
export {
  type PumpOptions,
  type ReadableOptions,
  type Source,
  type SourceOptions,
  fromSource,
  pump,
  toReadable,
  toWritable,
} from "./streams.ts";
export { select, trySelect } from "./select.ts";

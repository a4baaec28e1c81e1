export type * from "./api.ts";
export type * from "./kinds.ts";
export * from "./errors.ts";
export { show } from "./show.ts";
export { MisuseError, isMisuseError } from "./misuse-error.ts";
export {
  hashBigInt64,
  hashBytes,
  hashFloat64,
  hashIdentity,
  hashInt32,
  hashInt64,
  hashString,
} from "./hash.ts";
export { utf8Compare, utf8Length, utf8Read, utf8Write, wellFormed } from "./utf8.ts";
export {
  isOpaque,
  kindTells,
  valueChecker,
  valueCopier,
  valueFitter,
  valueReader,
  type Fit,
  type TypeExtras,
} from "./fit.ts";
export { isParted, restoreWords, savedWords, visitSaved } from "./saved-words.ts";
export { isType, checkPointer, copyValue } from "./base.ts";
export * from "./scalar.ts";
export { int64, uint64, complex64, complex128, type Complex } from "./wide.ts";
export { string } from "./string.ts";
export { ptr, unsafePointer } from "./pointer.ts";
export { array, slice } from "./array.ts";
export { field, struct } from "./struct.ts";
export { map, chan, func, jsObject, jsError, jsSymbol, jsBigInt, jsFunction } from "./refs.ts";
export { named, isNamed, underlyingOf } from "./named.ts";
export { identical } from "./identical.ts";
export { any, error, iface, type ErrorMethods } from "./iface.ts";
export type { Itab } from "./itab.ts";
export type { BoundMethod } from "./method-set.ts";
export {
  type Callable,
  type InterfaceValue,
  dynamicType,
  isInterfaceValue,
  toInterface,
} from "./interface-value.ts";
export {
  convert,
  on,
  otherwise,
  typeAssert,
  typeAssertOk,
  typeSwitch,
  type DefaultCase,
  type SwitchResult,
  type TypeCase,
  type CaseValue,
} from "./assert.ts";
export {
  accessor,
  type Accessor,
  type AccessorClass,
  type AccessorMembers,
  type AccessorOptions,
} from "./accessor.ts";
export * from "./raw.ts";
export * from "./unsafe.ts";
export { assignableTo, implementsInterface, methods } from "./assignable.ts";
export { Value } from "./reflect.ts";
export { indirect, newValue, typeOf, valueAt, valueOf, zeroValue } from "./reflect-of.ts";
export { fieldByName, tagLookup, type FieldPath } from "./reflect-field.ts";
export { ReflectError, isReflectError } from "./reflect-errors.ts";
export { deepEqual, deepEqualValues } from "./deep-equal.ts";

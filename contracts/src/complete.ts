// For places that write out the fields of a contract: a new field, also an optional one, does not compile there.

/** T with all its fields named. An optional field may be undefined, which JSON leaves out. */
export type Complete<T> = {
  readonly [Field in keyof T]-?: object extends Pick<T, Field> ? T[Field] | undefined : T[Field];
};

/** Returns its argument, which must name every field of T, also the optional ones. */
export const complete = <T>(fields: Complete<T>): T => fields as T;

// Kinds of questions to an upstream, as data: what the transport needs to know of each.

/** One kind of question to an upstream: how it is written, and how each answer that is wanted is read. */
export interface Operation<Q, T> {
  readonly name: string;
  readonly target: (question: Q) => string;
  /** The largest answer to this question, in bytes. */
  readonly maxBytes: (question: Q) => number;
  /** By status. A reader gives undefined for a body that breaks the contract. */
  readonly answers: Readonly<
    Record<number, (body: unknown, question: Q) => { readonly value: T } | undefined>
  >;
}

/** The most that an upstream may answer, in bytes. */
export interface Bounds {
  /** About one thing. */
  readonly one: number;
  /** A list of up to a hundred. */
  readonly list: number;
}

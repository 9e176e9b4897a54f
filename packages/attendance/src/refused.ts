import type { Status } from './enrollment.ts';

/** A decision that says no: a value with a code and the facts that a sentence about it needs. */
export interface Refused<Refusal extends { code: string }> {
  outcome: 'refused';
  refusal: Refusal;
}

/** A move that the table of moves does not have. */
export interface IllegalTransition {
  code: 'illegal_transition';
  from: Status;
  to: Status;
}

/** Wraps a refusal as the outcome of a decision. */
export function refused<const Refusal extends { code: string }>(refusal: Refusal): Refused<Refusal> {
  return { outcome: 'refused', refusal };
}

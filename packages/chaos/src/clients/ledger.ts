import { randomUUID } from 'node:crypto';

export type Kind = 'check_in' | 'redemption' | 'annulment' | 'override' | 'cancellation' | 'enrollment';

/**
 * - `open`: under way.
 * - `acknowledged`: answered 2xx. `refused`: answered 4xx. Both are final, and for scans both are kept.
 * - `failed`: never reached a service.
 * - `unknown`: nobody can say whether it happened: no answer, a lost connection, a 5xx.
 */
export type Outcome = 'open' | 'acknowledged' | 'refused' | 'failed' | 'unknown';

/** One thing that a client wants done, however often it has to ask. */
export interface Operation {
  kind: Kind;
  eventId: string;
  enrollmentId: string | null;
  /** What names its effect in the database: the scan's id, the check-in's, the enrollment's, the person's address. */
  key: string;
  /** Of each request made for it: the database keeps them as the cause. */
  requestIds: string[];
  outcome: Outcome;
  /** Whether it was unknown at any time. */
  wasUnknown: boolean;
  /** What an override asked for. */
  to?: 'attended' | 'checked_in';
  day?: string;
  /** The first answer, to the byte. */
  status?: number;
  body?: string;
}

/** What the clients asked for and what they were told. */
export class Ledger {
  readonly operations: Operation[] = [];
  unknownAnswers = 0;
  replays = 0;

  begin(
    kind: Kind,
    facts: Pick<Operation, 'eventId' | 'enrollmentId' | 'to' | 'day'> & { key?: string },
  ): Operation {
    const operation: Operation = {
      kind,
      key: randomUUID(),
      requestIds: [],
      outcome: 'open',
      wasUnknown: false,
      ...facts,
    };
    this.operations.push(operation);
    return operation;
  }

  count(outcome: Outcome): number {
    return this.operations.filter((operation) => operation.outcome === outcome).length;
  }
}

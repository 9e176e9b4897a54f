import type { TraceHeaders } from '@turnout/runtime/trace-context';
import type { ChangeContext } from '../stored.ts';

/** A change of a closed event after which everybody whom the rule has decided is judged again. */
export interface Correction {
  id: string;
  eventId: string;
  organizationId: string;
  /** The words of whoever changed the event. */
  reason: string;
  /** Who that was, and by which request. */
  context: ChangeContext & { trace: TraceHeaders };
}

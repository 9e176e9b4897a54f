import type { TraceHeaders } from '@turnout/runtime/trace-context';
import type { ReadEvent } from './read-event.ts';

/** An event as it came off the queue. */
export interface ReceivedEvent extends ReadEvent {
  /** The trace in which it was published. */
  headers: TraceHeaders;
  /** Byte for byte. */
  body: Buffer;
}

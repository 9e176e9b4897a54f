/** One thing wrong with what was sent: where, and what to do about it. */
export interface FieldError {
  /** `attendees[3].email`, a parameter's name, or `body` for the body as a whole. */
  path: string;
  message: string;
}

/** The request was understood and refused; rendered as problem details by the catalog's code. */
export interface Refusal {
  /** A code of the problem catalog. */
  problem: string;
  detail?: string | undefined;
  errors?: readonly FieldError[] | undefined;
  /** More members for the problem object, such as the facts behind a refusal. */
  extra?: Readonly<Record<string, unknown>> | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}

export interface Answer {
  status: number;
  /**
   * Sent as JSON; a string or bytes are sent as they are when `headers` names their `Content-Type`, and so are pieces
   * of them that an async iterable gives: see `http/streamed-answer.ts`.
   */
  body?: unknown;
  headers?: Readonly<Record<string, string>> | undefined;
}

export interface ServerSentEvent {
  event: string;
  /** What a client that comes back sends as `Last-Event-ID`; one line. */
  id?: string;
  /** Sent as JSON. */
  data: unknown;
}

/** An answer that goes on, until the client goes or its source ends: see `http/event-stream.ts`. */
export interface EventStream {
  /** The source; it finishes when the signal is aborted. */
  events: (signal: AbortSignal) => AsyncIterable<ServerSentEvent>;
  /** It tells of work that comes to an end: a process that stops waits for it as for any request. */
  endsByItself?: boolean;
}

export type Reply = Answer | Refusal | EventStream;

/** Whether this is a refusal, and not an answer or whatever else it could be. */
export function isRefusal(value: object): value is Refusal {
  return 'problem' in value;
}

/** Whether an answer goes on, as server-sent events. */
export function isEventStream(value: object): value is EventStream {
  return 'events' in value;
}

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
  /** Sent as JSON; a string or bytes are sent as they are when `headers` names their `Content-Type`. */
  body?: unknown;
  headers?: Readonly<Record<string, string>> | undefined;
}

export type Reply = Answer | Refusal;

export function isRefusal(value: object): value is Refusal {
  return 'problem' in value;
}

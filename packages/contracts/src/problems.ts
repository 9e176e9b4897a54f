/**
 * Every `code` a problem answer can carry, with its HTTP status and title. Codes are stable: clients decide by them.
 * `detail` says what happened in this case and what to do next.
 */
export const problemCatalog = {
  // Any route
  malformed_request: { status: 400, title: 'The request could not be read' },
  unauthenticated: { status: 401, title: 'A valid token is required' },
  forbidden: { status: 403, title: 'This token may not do that' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'This path does not support that method' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  payload_too_large: { status: 413, title: 'The request body is too large' },
  validation_failed: { status: 422, title: 'Some values are not valid' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The request headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
  // Checking in
  unknown_code: { status: 404, title: 'This code is not a ticket for this event' },
  event_cancelled: { status: 409, title: 'The event was cancelled' },
  enrollment_cancelled: { status: 409, title: 'The ticket was cancelled' },
  scanned_in_future: { status: 422, title: 'The scan is dated in the future' },
  not_open_yet: { status: 409, title: 'Admission is not open yet' },
  event_ended: { status: 409, title: 'The event has ended' },
  order_unpaid: { status: 409, title: 'The order is not paid' },
  already_checked_in: { status: 409, title: 'Already checked in' },
  scan_id_reused: { status: 409, title: 'This scanId belongs to another scan' },
  unknown_line_item: { status: 404, title: 'The order does not have this line item' },
  fully_redeemed: { status: 409, title: 'Fully redeemed' },
  unknown_product: { status: 404, title: 'The event does not have this product' },
  not_entitled: { status: 409, title: 'The order does not include this product' },
  already_annulled: { status: 409, title: 'This check-in is already annulled' },
  annulment_window_over: { status: 409, title: 'The time to undo this check-in has passed' },
  too_many_check_ins: { status: 422, title: 'Too many check-ins to annul at once' },
  // Closure
  event_not_ended: { status: 409, title: 'The event has not ended' },
  closure_in_progress: { status: 409, title: 'The event is being closed right now' },
  // Events
  requirement_exceeds_event_days: {
    status: 422,
    title: 'The requirement asks for more days than the event has',
  },
  event_too_long: { status: 422, title: 'The event spans more than 366 days' },
  event_closed: { status: 409, title: 'The event is closed' },
  event_has_check_ins: { status: 409, title: 'People have checked in already' },
  // Enrollments
  already_enrolled: { status: 409, title: 'This participant is already enrolled' },
  access_code_taken: { status: 409, title: 'Another enrollment of this event has that access code' },
  participant_ambiguous: { status: 409, title: 'Several participants have this e-mail address' },
  participant_outside_scope: { status: 409, title: 'This participant is outside the scope of the token' },
  import_id_reused: { status: 409, title: 'This importId belongs to another file' },
  count_differs: { status: 409, title: 'The count differs from the expected one' },
  too_many_enrollments: { status: 422, title: 'Too many enrollments at once' },
  already_redeemed: { status: 409, title: 'More than that has already been redeemed' },
  illegal_transition: { status: 409, title: 'This change of status is not allowed' },
  day_required: { status: 422, title: 'An event day is required' },
  not_an_event_day: { status: 422, title: 'This is not a day of the event' },
  // Signing in
  token_ended: { status: 409, title: 'The token was revoked or has expired' },
  token_superseded: { status: 409, title: 'A newer secret of this token is in use' },
  identity_provider_taken: {
    status: 409,
    title: 'Another organization signs in with this issuer and audience',
  },
  // Dead letters
  already_dropped: { status: 409, title: 'This dead letter was already dropped' },
  already_replayed: { status: 409, title: 'This dead letter was already replayed' },
  body_not_kept: { status: 409, title: 'The content of this dead letter was not kept' },
  // Webhooks
  webhooks_not_configured: { status: 409, title: 'Webhooks are not set up here' },
  webhook_endpoint_exists: { status: 409, title: 'An endpoint with this URL already exists' },
  too_many_webhook_endpoints: { status: 409, title: 'The organization has reached its limit of endpoints' },
  too_many_webhook_secrets: { status: 409, title: 'Too many secrets of this endpoint are valid at once' },
  webhook_endpoint_disabled: { status: 409, title: 'The endpoint is disabled' },
  not_a_webhook_delivery: { status: 409, title: 'This delivery does not go to a webhook endpoint' },
  delivery_pending: { status: 409, title: 'The delivery is already under way' },
  message_not_kept: { status: 409, title: 'The message is no longer stored' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problemCatalog;

/** The title of a problem as a part of a sentence; of a code that is not in the catalog, the code. */
export function titleInSentence(code: string): string {
  const known: Readonly<Record<string, { title: string }>> = problemCatalog;
  const title = known[code]?.title ?? code;
  return title.charAt(0).toLowerCase() + title.slice(1);
}

export interface ProblemFields {
  detail?: string;
  requestId: string;
  errors?: readonly { path: string; message: string }[];
  /** Facts a client can use, such as `previous` or `opensAt`; they never replace the members above. */
  extra?: Record<string, unknown>;
}

export interface ProblemBody extends Record<string, unknown> {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  requestId: string;
}

/** The answer (RFC 9457) for a problem code; a code that is not in the catalog is a fault of ours: `internal_error`. */
export function problem(code: string, fields: ProblemFields): { status: number; body: ProblemBody } {
  const known: ProblemCode = Object.hasOwn(problemCatalog, code) ? (code as ProblemCode) : 'internal_error';
  const { status, title } = problemCatalog[known];
  return {
    status,
    body: {
      ...fields.extra,
      type: `urn:turnout:problem:${known}`,
      title,
      status,
      detail: fields.detail ?? `${title}.`,
      code: known,
      requestId: fields.requestId,
      ...(fields.errors ? { errors: fields.errors } : {}),
    },
  };
}

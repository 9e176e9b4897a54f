/** What a device did with a person while it could not ask the server. */
export type DeviceDecision = 'admitted' | 'turned_away';

/** How what a device did differs from what the server says of the same scan. */
export type DiscrepancyKind =
  | 'let_in_but_cancelled'
  | 'same_ticket_twice'
  | 'let_in_but_refused'
  | 'sent_away_but_valid';

/**
 * Compares what a device did with the server's verdict on the scan; null where they agree.
 *
 * @param refusal the code the server refused the scan with; null when it was accepted
 */
export function discrepancyOf(decision: DeviceDecision, refusal: string | null): DiscrepancyKind | null {
  switch (decision) {
    case 'admitted':
      return refusal === null ? null : letIn(refusal);
    case 'turned_away':
      return refusal === null ? 'sent_away_but_valid' : null;
  }
}

function letIn(refusal: string): DiscrepancyKind {
  switch (refusal) {
    case 'enrollment_cancelled':
    case 'event_cancelled':
      return 'let_in_but_cancelled';
    case 'already_checked_in':
      return 'same_ticket_twice';
    default:
      return 'let_in_but_refused';
  }
}

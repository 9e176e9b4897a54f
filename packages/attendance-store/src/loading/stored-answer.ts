import type { DeviceDecision } from '@turnout/attendance/discrepancy';
import type { ScanKind } from '../stored.ts';

/** The answer that a scan was given first, which ticket it named, and what it asked for. */
export interface StoredAnswer {
  kind: ScanKind;
  lineItemId: string | null;
  productId: string | null;
  enrollmentId: string | null;
  accessCode: string | null;
  namedEnrollmentId: string | null;
  status: number;
  body: object;
  deviceDecision: DeviceDecision | null;
}

/** The rows of the scans `$4` in the event `$1`, those that were seen before. */
export const answersOfScans = `
  select s.scan_id, kind, line_item_id, product_id, enrollment_id, access_code, named_enrollment_id, answer_status,
    answer_body, device_decision
  from unnest($4::uuid[]) as asked (scan_id)
  cross join lateral (
    select * from attendance.scans where event_id = $1 and scan_id = asked.scan_id offset 0
  ) s`;

export interface AnswerRow {
  scan_id: string;
  kind: StoredAnswer['kind'];
  line_item_id: string | null;
  product_id: string | null;
  enrollment_id: string | null;
  access_code: string | null;
  named_enrollment_id: string | null;
  answer_status: number;
  answer_body: object;
  device_decision: DeviceDecision | null;
}

/** The first answers of scans, by scanId. */
export function toAnswers(rows: readonly AnswerRow[]): Map<string, StoredAnswer> {
  return new Map(
    rows.map((row) => [
      row.scan_id,
      {
        kind: row.kind,
        lineItemId: row.line_item_id,
        productId: row.product_id,
        enrollmentId: row.enrollment_id,
        accessCode: row.access_code,
        namedEnrollmentId: row.named_enrollment_id,
        status: row.answer_status,
        body: row.answer_body,
        deviceDecision: row.device_decision,
      },
    ]),
  );
}

import type { Queryable, Statement } from '@turnout/runtime/postgres';
import type { Ticket } from '../selection.ts';

/** The answer that a scan was given first, and which ticket it named. */
export interface StoredAnswer {
  enrollmentId: string | null;
  accessCode: string | null;
  namedEnrollmentId: string | null;
  status: number;
  body: object;
}

const loadAnswersOf: Statement = {
  name: 'load_scan_answers',
  text: `
    select s.event_id, s.scan_id, s.enrollment_id, s.access_code, s.named_enrollment_id, s.answer_status, s.answer_body
    from unnest($1::uuid[], $2::uuid[]) as t (event_id, scan_id)
    join attendance.scans s on s.event_id = t.event_id and s.scan_id = t.scan_id`,
};

interface AnswerRow {
  event_id: string;
  scan_id: string;
  enrollment_id: string | null;
  access_code: string | null;
  named_enrollment_id: string | null;
  answer_status: number;
  answer_body: object;
}

/** Scans are named by the client, and only within an event. */
export function answerKey(scan: { eventId: string; scanId: string }): string {
  return `${scan.eventId} ${scan.scanId}`;
}

/** The first answers of those scans that were seen before, by {@link answerKey}. */
export async function loadAnswers(
  db: Queryable,
  tickets: readonly Ticket[],
): Promise<Map<string, StoredAnswer>> {
  const rows = await db.query<AnswerRow>(loadAnswersOf, [
    tickets.map(({ eventId }) => eventId),
    tickets.map(({ scanId }) => scanId),
  ]);
  return new Map(
    rows.map((row) => [
      answerKey({ eventId: row.event_id, scanId: row.scan_id }),
      {
        enrollmentId: row.enrollment_id,
        accessCode: row.access_code,
        namedEnrollmentId: row.named_enrollment_id,
        status: row.answer_status,
        body: row.answer_body,
      },
    ]),
  );
}

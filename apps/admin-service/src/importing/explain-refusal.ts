import type { RefusedRow } from '@turnout/attendance-store/enrolling/judge-rows';
import type { ImportError } from '@turnout/contracts/http/enrollment-import';

/** Why a row can't be enrolled, said at the cell that is in the way. `rowNumbers` are those of the positions. */
export function explainRefusal(
  { position, refusal }: RefusedRow,
  rowNumbers: readonly number[],
): Omit<ImportError, 'path'> {
  const rowOf = (at: number) => rowNumbers[at] ?? 1;
  const row = rowOf(position);
  const { code } = refusal;
  switch (refusal.code) {
    case 'already_enrolled': {
      const { by: column, enrollmentId, status } = refusal;
      const message =
        status === 'cancelled'
          ? 'was enrolled in this event, and the enrollment was cancelled; that is final'
          : 'is already enrolled in this event; remove the row';
      return { row, column, code, message, enrollmentId };
    }
    case 'access_code_taken':
      return {
        row,
        column: 'accessCode',
        code,
        message: 'belongs or belonged to another enrollment of this event',
      };
    case 'participant_ambiguous': {
      const message = `belongs to ${refusal.candidates} participants; name the externalId of the one you mean`;
      return { row, column: 'email', code, message };
    }
    case 'participant_outside_scope':
      return {
        row,
        column: 'externalId',
        code,
        message: 'belongs to a participant with another e-mail address',
      };
    case 'repeated_person': {
      const sameAsRow = rowOf(refusal.sameAs);
      const message = `names the same participant as row ${sameAsRow}`;
      return { row, column: refusal.by, code, message, sameAsRow };
    }
    case 'repeated_access_code': {
      const sameAsRow = rowOf(refusal.sameAs);
      return { row, column: 'accessCode', code, message: `is the same as in row ${sameAsRow}`, sameAsRow };
    }
  }
}

import type { AuditRecord } from '@turnout/audit/list-audit';
import type { AuditEntryBody } from '@turnout/contracts/http/audit';

/** A row of the audit trail as its readers get it, in a list and in an export. */
export function auditEntryBody(record: AuditRecord): AuditEntryBody {
  const { id, kind, at, action, actor, eventId, enrollmentId, subjectId, reason, details, cause } = record;
  return {
    id,
    kind,
    at: at.toISOString(),
    action,
    actor,
    eventId,
    enrollmentId,
    subjectId,
    reason,
    details,
    cause,
  };
}

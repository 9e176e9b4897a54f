import type { EventFields } from '@turnout/attendance-store/events/event-fields';
import type { ChangeEventRequest, CreateEventRequest } from '@turnout/contracts/http/events';
import type { OrganizationSettings } from '@turnout/contracts/http/settings';

/** The body of a request in the words of the rules; null where nobody has said what is required. */
export function toEventFields(
  { attendanceRequirement, closureGraceMinutes, reentry, ...fields }: CreateEventRequest,
  settings: OrganizationSettings,
): EventFields | null {
  const requirement = attendanceRequirement ?? settings.defaultAttendanceRequirement;
  if (!requirement) return null;
  return {
    ...fields,
    requirement,
    closureGraceMinutes: closureGraceMinutes ?? settings.closureGraceMinutes,
    reentry: reentry ?? settings.reentry,
  };
}

/** Only the fields that were sent. */
export function toChangedFields({
  attendanceRequirement,
  ...fields
}: Omit<ChangeEventRequest, 'reason'>): Partial<EventFields> {
  const sent = Object.entries({ ...fields, requirement: attendanceRequirement });
  return Object.fromEntries(sent.filter(([, value]) => value !== undefined));
}

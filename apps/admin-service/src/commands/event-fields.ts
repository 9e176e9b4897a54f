import type { EventFields } from '@turnout/attendance-store/events/event-fields';
import type { ChangeEventRequest, CreateEventRequest } from '@turnout/contracts/http/events';

/** The body of a request in the words of the rules. */
export function toEventFields({ attendanceRequirement, ...fields }: CreateEventRequest): EventFields {
  return { ...fields, requirement: attendanceRequirement };
}

/** Only the fields that were sent. */
export function toChangedFields({
  attendanceRequirement,
  ...fields
}: ChangeEventRequest): Partial<EventFields> {
  const sent = Object.entries({ ...fields, requirement: attendanceRequirement });
  return Object.fromEntries(sent.filter(([, value]) => value !== undefined));
}

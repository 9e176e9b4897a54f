import { z } from 'zod';
import { attendanceRequirement, minutes, reentry } from './events.ts';

/**
 * What an organization wants by default, and of whom it wants to hear. `closureNotifications`: whether people get a
 * mail that they attended, and the alert address one for each closure of an event.
 */
export const organizationSettings = z
  .strictObject({
    defaultAttendanceRequirement: attendanceRequirement.nullable(),
    closureGraceMinutes: minutes,
    reentry,
    closureNotifications: z.strictObject({ participants: z.boolean(), organizers: z.boolean() }),
    retentionDays: z
      .int('must be a whole number of days')
      .min(1, 'must be at least 1')
      .max(36_500, 'must be at most 36500, a hundred years')
      .nullable(),
  })
  .refine(({ defaultAttendanceRequirement: rule }) => rule?.type !== 'minimum_days' || rule.days <= 366, {
    path: ['defaultAttendanceRequirement', 'days'],
    error: 'must be at most 366',
  })
  .meta({ id: 'OrganizationSettings' });

export type OrganizationSettings = z.infer<typeof organizationSettings>;

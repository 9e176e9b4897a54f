import type { EventPolicy, Requirement } from '@turnout/attendance/event';

/** What an admin says about an event. Closing and cancelling it are changes of their own. */
export interface EventFields extends Omit<EventPolicy, 'cancelledAt'> {
  name: string;
}

/** A requirement as the two columns that hold it; `toRequirement` reads them back. */
export function toRequirementColumns(requirement: Requirement) {
  return {
    requirementType: requirement.type,
    requirementDays: requirement.type === 'minimum_days' ? requirement.days : null,
  };
}

import { z } from 'zod';

/** What a verdict rests on: the event days present, how many the rule asks for, and the rule. */
export const evidence = z.looseObject({
  daysPresent: z.array(z.iso.date()),
  required: z.int().min(1),
  rule: z.enum(['all_days', 'any_day', 'minimum_days']),
});

export const triggeredBy = z.enum(['system', 'front_desk', 'admin', 'participant']);

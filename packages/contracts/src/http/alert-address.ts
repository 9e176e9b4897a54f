import { z } from 'zod';
import { email } from '../primitives.ts';

/** Where an organization wants to hear of critical failures; null leaves that to the operator. */
export const setAlertAddressRequest = z
  .strictObject({ email: email.nullable() })
  .meta({ id: 'SetAlertAddressRequest' });

export type SetAlertAddressRequest = z.infer<typeof setAlertAddressRequest>;

export const alertAddressBody = z.strictObject({ email: z.string().nullable() }).meta({ id: 'AlertAddress' });

export type AlertAddressBody = z.infer<typeof alertAddressBody>;

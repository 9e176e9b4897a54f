import type { Principal } from '@turnout/access/principal';
import type { ChangeContext } from '@turnout/attendance-store/stored';
import type { ScanRequest } from '@turnout/contracts/http/check-ins';
import type { DoorCheckRequest, RedemptionRequest } from '@turnout/contracts/http/products';

/** A scan and what it asks for, with the device that made it and the request that brought it. */
export type SubmittedScan = { principal: Principal; context: ChangeContext } & (
  | { kind: 'check_in'; scan: ScanRequest }
  | { kind: 'redemption'; scan: RedemptionRequest }
  | { kind: 'door_check'; scan: DoorCheckRequest }
);

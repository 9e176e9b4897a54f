import { readers } from '@turnout/access/authorize';
import {
  type AlertAddressBody,
  alertAddressBody as alertAddress,
  setAlertAddressRequest,
} from '@turnout/contracts/http/alert-address';
import type { Reply } from '@turnout/runtime/http/reply';
import { findAlertAddress, setAlertAddress } from '../alerts/alert-address.ts';
import { recordAction } from '../commands/audited.ts';
import type { NotifierContext } from './context.ts';
import { route } from './route.ts';

export function readAlertAddressRoute({ db }: NotifierContext) {
  return route({
    method: 'get',
    path: '/v1/alert-address',
    summary: 'Reads the address to which failures are reported',
    answers: { 200: alertAddress },
    allow: readers,
    async handle({ principal }): Promise<Reply> {
      const body: AlertAddressBody = { email: await findAlertAddress(db, principal.organizationId) };
      return { status: 200, body };
    },
  });
}

export function setAlertAddressRoute({ db }: NotifierContext) {
  return route({
    method: 'put',
    path: '/v1/alert-address',
    summary: 'Sets the address to which failures are reported',
    answers: { 200: alertAddress },
    allow: ['admin'],
    body: setAlertAddressRequest,
    async handle({ principal, requestId, body: { email } }): Promise<Reply> {
      await db.transaction(async (tx) => {
        await setAlertAddress(tx, principal.organizationId, email);
        recordAction(tx, { principal, requestId }, 'alert_address.changed', {
          details: { set: email !== null },
        });
      });
      const body: AlertAddressBody = { email };
      return { status: 200, body };
    },
  });
}

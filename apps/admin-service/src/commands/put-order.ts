import type { Principal } from '@turnout/access/principal';
import { type Action, recordActions } from '@turnout/access/record-actions';
import { decideOrder, type OrderRefusal } from '@turnout/attendance/decide-order';
import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import type { Fact } from '@turnout/attendance-store/fact';
import { loadProducts } from '@turnout/attendance-store/loading/load-products';
import type { StoredOrder } from '@turnout/attendance-store/stored';
import type { PutOrderRequest } from '@turnout/contracts/http/orders';
import { newId } from '@turnout/runtime/ids';
import type { Db } from '@turnout/runtime/postgres';
import { contextOf } from './change-context.ts';

export interface OrderCommand {
  principal: Principal;
  eventId: string;
  enrollmentId: string;
  request: PutOrderRequest;
  requestId: string;
}

export type PutOrder = { outcome: 'put'; order: StoredOrder } | { outcome: 'refused'; refusal: OrderRefusal };

/**
 * Makes the order of one enrollment what an admin says. It waits for redemptions under way and they for it, so neither
 * decides by what the other is changing. Answers null when the organization's event has no such enrollment.
 */
export async function putOrder(db: Db, command: OrderCommand): Promise<PutOrder | null> {
  const { principal, eventId, enrollmentId, request, requestId } = command;
  const { organizationId } = principal;
  const productIds = request.lineItems.map(({ productId }) => productId);
  const products = await loadProducts(db, eventId, productIds);
  const context = contextOf(principal, requestId);
  const decideEach = each<PutOrder>(({ order: before }, _event, now) => {
    const decision = decideOrder(before, request, products, newId);
    if (decision.outcome === 'refused') return { facts: [], result: decision };
    if (before && decision.outcome === 'unchanged') {
      return { facts: [], result: { outcome: 'put', order: before } };
    }
    const order = { ...decision.order, createdAt: before?.createdAt ?? now, changedAt: now };
    return { facts: [{ kind: 'ordered', before, order, move: null }], result: { outcome: 'put', order } };
  });
  const [put] = await changeEnrollments(
    db,
    { by: 'enrollments', organizationId, eventId, enrollmentIds: [enrollmentId] },
    (batch) => {
      const decision = decideEach(batch);
      const actions = decision.changes.flatMap(({ facts }) => facts.flatMap(changeOf));
      return { ...decision, alongside: (tx) => recordActions(tx, actions) };
    },
    context,
  );
  return put ?? null;

  function changeOf(fact: Fact): Action[] {
    if (fact.kind !== 'ordered') return [];
    const details = { before: fact.before && inShort(fact.before), after: inShort(fact.order) };
    return [
      { organizationId, action: 'order.changed', ...context, eventId, subjectId: enrollmentId, details },
    ];
  }
}

/** What the audit keeps of an order. */
function inShort({ status, lineItems }: StoredOrder) {
  return { status, lineItems: lineItems.map(({ productId, quantity }) => ({ productId, quantity })) };
}

import { answerPage } from '@turnout/access/answer-page';
import { readers } from '@turnout/access/authorize';
import { findEvent } from '@turnout/attendance-store/find-event';
import type { StoredProduct } from '@turnout/attendance-store/products/stored-product';
import { findProduct } from '@turnout/attendance-store/reading/find-product';
import { listProducts } from '@turnout/attendance-store/reading/list-products';
import { listOf, page } from '@turnout/contracts/http/pagination';
import {
  createProductRequest,
  type ProductBody,
  productBody as product,
} from '@turnout/contracts/http/products';
import { id } from '@turnout/contracts/primitives';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import { createProduct } from '../commands/create-product.ts';
import type { AdminContext } from '../context.ts';
import { oneEvent, route, writers } from './route.ts';

export function createProductRoute({ db }: AdminContext) {
  return route({
    method: 'post',
    path: '/v1/events/:eventId/products',
    summary: 'Adds a product to an event',
    answers: { 201: product },
    allow: writers,
    params: oneEvent,
    body: createProductRequest,
    async handle({ principal, params, body, requestId }): Promise<Reply> {
      const event = await findEvent(db, principal.organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const product = await createProduct(db, { principal, eventId: event.id, request: body, requestId });
      return {
        status: 201,
        headers: { Location: `/v1/events/${event.id}/products/${product.id}` },
        body: productBody(product),
      };
    },
  });
}

export function listProductsRoute({ db, models }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/products',
    summary: 'Lists the products of an event',
    answers: { 200: listOf(product) },
    allow: readers,
    params: oneEvent,
    query: z.object(page),
    async handle({ principal, params, query }): Promise<Reply> {
      const event = await findEvent(db, principal.organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      return await answerPage({
        list: `products of ${event.id}`,
        principal,
        query,
        load: (after, limit) => listProducts(models, { eventId: event.id, after, limit }),
        idOf: (product) => product.id,
        toBody: productBody,
      });
    },
  });
}

export function readProductRoute({ db, models }: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/products/:productId',
    summary: 'Reads one product',
    answers: { 200: product },
    allow: readers,
    params: z.object({ eventId: id, productId: id }),
    async handle({ principal, params }): Promise<Reply> {
      const event = await findEvent(db, principal.organizationId, params.eventId);
      const product = event && (await findProduct(models, event.id, params.productId));
      return product ? { status: 200, body: productBody(product) } : { problem: 'not_found' };
    },
  });
}

function productBody({ id, eventId, name, kind, createdAt }: StoredProduct): ProductBody {
  return { id, eventId, name, kind, createdAt: createdAt.toISOString() };
}

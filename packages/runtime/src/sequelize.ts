import pg from 'pg';
import { Sequelize } from 'sequelize';
import { DeadlineClient } from './postgres-client.ts';
import { type DatabaseConfig, sessionSettings } from './postgres-config.ts';

/**
 * Opens Sequelize on the same terms as `openDb`: every statement and every connection has a client-side deadline,
 * and a connection that missed one is discarded. Close it with `sequelize.close()`.
 *
 * A query inside a managed transaction must be given `{ transaction }`: without it, it takes a second connection and
 * the pool can deadlock under load. Run each use case once with `max: 1`, where that shows at once.
 */
export function openSequelize(config: DatabaseConfig): Sequelize {
  const { connectionTimeoutMillis, ...session } = sessionSettings(config);
  return new Sequelize(config.url, {
    dialect: 'postgres',
    dialectModule: { ...pg, Client: DeadlineClient },
    dialectOptions: { ...session, connectionTimeoutMillis },
    logging: false,
    pool: { max: config.max, min: 0, idle: 30_000, acquire: connectionTimeoutMillis },
    // The default is to try a refused connection again by itself, which outlasts any deadline.
    retry: { max: 1 },
  });
}

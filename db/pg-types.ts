import pg from 'pg';

// Postgres bigint arrives as bigint, never as a number or a string: money keeps its type.
const BIGINT_OID = 20;
pg.types.setTypeParser(BIGINT_OID, BigInt);

import { type AuditEntry, listAudit } from '../../db/audit-log.ts';
import type { ApiDeps } from '../deps.ts';
import { defineRoute, type Route } from '../route.ts';
import { auditPage, auditQuery } from '../schemas/audit-log.ts';

export function adminAuditLogRoutes({ db }: ApiDeps): Route[] {
  const list = defineRoute({
    method: 'get',
    path: '/api/admin/audit-log',
    summary: 'Who changed what, newest first',
    tag: 'Admin: audit log',
    access: 'admin',
    query: auditQuery,
    response: { status: 200, description: 'A page of entries', schema: auditPage },
    handler: async ({ query }) => {
      const { cursor, limit, account_id: accountId, ...filter } = query;
      // One more than asked for tells whether there is another page.
      const entries = await listAudit(db, { ...filter, accountId, before: cursor, limit: limit + 1 });
      const page = entries.slice(0, limit);
      const last = entries.length > limit ? page.at(-1) : undefined;
      return { items: page.map(toWire), next_cursor: last?.id ?? null };
    },
  });
  return [list];
}

function toWire(entry: AuditEntry) {
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    actor_id: entry.actorId,
    actor: entry.actor,
    action: entry.action,
    subject_kind: entry.subjectKind,
    subject_id: entry.subjectId,
    account_id: entry.accountId,
    before: entry.before,
    after: entry.after,
    reason: entry.reason,
  };
}

import { z } from 'zod';
import { line, moment, pageOf, pageQuery, timestamp } from './common.ts';

export const auditQuery = pageQuery.extend({
  cursor: z.uuid('Use the next_cursor of the page before').optional(),
  account_id: z.uuid().optional().meta({ description: 'The customer concerned' }),
  action: line(100).optional().meta({ example: 'plan.edit' }),
  from: moment.optional().meta({ description: 'The first moment' }),
  to: moment.optional().meta({ description: 'The moment after the last' }),
});

const state = z.unknown().nullable().meta({ description: 'JSON; money as decimal strings' });

export const auditEntry = z
  .object({
    id: z.uuid(),
    at: timestamp,
    actor_id: z.uuid().nullable().meta({ description: 'null: the system itself' }),
    actor: z.string(),
    action: z.string(),
    subject_kind: z.string(),
    subject_id: z.string(),
    account_id: z.uuid().nullable().meta({ description: 'The customer concerned, if it is one' }),
    before: state,
    after: state,
    reason: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });

export const auditPage = pageOf(auditEntry).meta({ id: 'AuditPage' });

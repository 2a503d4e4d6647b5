import type { Db } from './connection.ts';

export interface FoundAccount {
  id: string;
  email: string;
  status: 'active' | 'suspended';
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** By its id, or by its e-mail address in whatever case it was typed. */
export async function searchAccount(db: Db, text: string): Promise<FoundAccount | undefined> {
  const { rows } = await db.raw<{ rows: FoundAccount[] }>(
    `select a.id, u.email, a.status from accounts a join auth_users u on u.id = a.id
      where a.id = :id::uuid or lower(u.email) = lower(:email::text) order by u.email = :email::text desc limit 1`,
    { id: UUID.test(text) ? text : null, email: text },
  );
  return rows[0];
}

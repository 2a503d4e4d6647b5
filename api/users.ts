import { isAPIError } from 'better-auth/api';
import { DomainError } from '../billing/errors.ts';
import type { Role } from '../http/session.ts';
import type { Auth } from './auth.ts';

export interface NewUser {
  email: string;
  password: string;
  name: string;
  role?: Role;
  emailVerified?: boolean;
}

/** A user with its account, without HTTP and without mail: for the demo data and for tests. Answers the account's id. */
export async function createUser(auth: Auth, input: NewUser): Promise<string> {
  const { email, password, name, role = 'customer', emailVerified = false } = input;
  try {
    const { user } = await auth.api.createUser({
      body: { email, password, name, role, data: { emailVerified } },
    });
    return user.id;
  } catch (error) {
    if (isAPIError(error)) throw new DomainError('invalid_request', error.message, { cause: error });
    throw error;
  }
}

export async function renameUser(auth: Auth, userId: string, name: string): Promise<void> {
  const { internalAdapter } = await auth.$context;
  await internalAdapter.updateUser(userId, { name });
}

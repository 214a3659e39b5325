import { changePassword, login, type NewAccount, type NewPassword, register } from "@/api";
import { goOn, startSession } from "@/shared/session";

export interface Credentials {
  username: string;
  password: string;
}

export async function signIn(given: Credentials): Promise<void> {
  startSession(await login({ body: given }));
}

/** Opens the account and signs in to it: nobody has to type the same twice. */
export async function openAccount(given: NewAccount): Promise<void> {
  await register({ body: given });
  await signIn(given);
}

/** Every other session of the account ends; this one goes on. */
export async function setPassword(given: NewPassword): Promise<void> {
  goOn(await changePassword({ body: given }));
}

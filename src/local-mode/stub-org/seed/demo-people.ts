import { idOf, type RecordInput } from "../store/record.ts";
import type { RecordStore } from "../store/record-store.ts";

/** An invented rep, and the resource that appointments are assigned to. */
export interface DemoRep {
  readonly userId: string;
  readonly resourceId: string;
  readonly name: string;
  readonly email: string;
}

/** A person with an account, or with none yet. */
export interface DemoCustomer {
  readonly accountId: string;
  readonly contactId: string;
}

/** Adds an invented rep; phone numbers are from the range kept free for fiction. */
export function addRep(store: RecordStore, firstName: string, lastName: string): DemoRep {
  const email = `${firstName}@example.com`.toLowerCase();
  const name = `${firstName} ${lastName}`;
  const user = store.insert("User", {
    FirstName: firstName,
    LastName: lastName,
    Email: email,
    Username: email,
    MobilePhone: "+1 202 555 0100",
    TimeZoneSidKey: "America/New_York",
  });
  const resource = store.insert("ServiceResource", { Name: name, RelatedRecordId: idOf(user) });
  return { userId: idOf(user), resourceId: idOf(resource), name, email };
}

/** Adds an invented household: an account with its contact. */
export function addCustomer(
  store: RecordStore,
  [firstName, lastName]: readonly [string, string],
  address: RecordInput = {},
): DemoCustomer {
  const account = store.insert("Account", { Name: `${lastName} household`, ...address });
  const contact = store.insert("Contact", {
    FirstName: firstName,
    LastName: lastName,
    AccountId: idOf(account),
    Email: `${firstName}.${lastName}@example.com`.toLowerCase(),
    MobilePhone: "+1 202 555 0123",
  });
  return { accountId: idOf(account), contactId: idOf(contact) };
}

import type { Request } from "express";
import type { Operator } from "../domain/operator.ts";
import { OperatorUnknownError } from "./admin-errors.ts";

const operators = new WeakMap<Request, Operator>();

/** Remembers who asks, for as long as the request lives; only the guard knows. */
export function rememberOperator(request: Request, operator: Operator): void {
  operators.set(request, operator);
}

/**
 * Tells who asks.
 *
 * @throws {OperatorUnknownError} when the request did not come through the guard.
 */
export function operatorOf(request: Request): Operator {
  const operator = operators.get(request);
  if (operator === undefined) {
    throw new OperatorUnknownError();
  }
  return operator;
}

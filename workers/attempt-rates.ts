import { leaveRate, type Rate, takeRate } from "../src/books/rate-book.ts";
import type { AttemptRates } from "../src/deliveries/attempt-rates.ts";
import { openAddress } from "../src/devices/sealed-address.ts";
import { type DeliveryRef, deliveryIdOf } from "../src/domain/delivery.ts";
import type { Device } from "../src/domain/device.ts";
import { keyspace } from "../src/keyspace.ts";
import { limitOfHost } from "../src/provider-limits.ts";
import type { WorkerKit } from "./kit.ts";

/** A limit, and what people read of it. */
interface NamedRate extends Rate {
  readonly why: string;
}

type RatesKit = Pick<WorkerKit, "config" | "channels" | "redis">;

/** The limits that count for a delivery; undefined where nothing is limited, so that nothing is asked. */
export function attemptRates(kit: RatesKit, ref: DeliveryRef): AttemptRates | undefined {
  const { connections, providerLimits } = kit.config;
  const ofConnection = connections.get(ref.connection)?.limits?.attemptsPerSecond;
  if (ofConnection === undefined && providerLimits.length === 0) {
    return undefined;
  }
  const id = deliveryIdOf(ref.promptId, ref.deviceId);
  return {
    take: async (device) => {
      const rates = ratesOf(kit, device);
      const wait = rates.length === 0 ? undefined : await takeRate(kit.redis, id, rates);
      return wait && { ...wait, why: rates[wait.at]?.why ?? "" };
    },
    leave: (device) => leaveRate(kit.redis, id, ratesOf(kit, device)),
  };
}

/** Whether attempts to a device are limited. */
export function isLimited(kit: RatesKit, device: Device): boolean {
  return ratesOf(kit, device).length > 0;
}

function ratesOf(kit: RatesKit, device: Device): readonly NamedRate[] {
  return [connectionRate(kit, device), providerRate(kit, device)].filter(
    (rate) => rate !== undefined,
  );
}

function connectionRate({ config }: RatesKit, { connection }: Device): NamedRate | undefined {
  const perSecond = config.connections.get(connection)?.limits?.attemptsPerSecond;
  return perSecond === undefined
    ? undefined
    : {
        key: keyspace.connectionRate(connection),
        line: keyspace.connectionRateLine(connection),
        everyMs: 1000 / perSecond,
        why: `the connection sends at most ${perSecond}/s`,
      };
}

function providerRate(kit: RatesKit, device: Device): NamedRate | undefined {
  const { providerLimits } = kit.config;
  const name = providerLimits.length === 0 ? undefined : hostOf(kit, device);
  const limit = name === undefined ? undefined : limitOfHost(providerLimits, name);
  return (
    limit && {
      key: keyspace.providerRate(limit.host),
      line: keyspace.providerRateLine(limit.host),
      everyMs: limit.everyMs,
      why: `at most ${limit.rate} go to ${limit.host}`,
    }
  );
}

/** An address that cannot be opened is no provider's; the attempt meets the same, and tells of it. */
function hostOf(
  { config, channels }: RatesKit,
  { connection, channel, sealedAddress }: Device,
): string | undefined {
  try {
    return channels.get(channel)?.hostOf(openAddress(sealedAddress, config.secretKey), connection);
  } catch {
    return undefined;
  }
}

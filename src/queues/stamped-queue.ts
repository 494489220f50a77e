import { type BulkJobOptions, type Job, type JobsOptions, Queue, type QueueOptions } from "bullmq";
import { stampPayload } from "./payload-version.ts";

type Payload = object | null | undefined;

interface BulkJob {
  readonly name: string;
  readonly data?: Payload;
  readonly opts?: BulkJobOptions;
}

/** A queue whose jobs all say which version of their payload they carry, however they are added. */
export class StampedQueue extends Queue {
  constructor(name: string, options: QueueOptions) {
    // The queue asks for the version once, and where that is not answered in time it refuses everything for ever.
    super(name, { ...options, skipVersionCheck: true });
  }

  override add(name: string, data: Payload, opts?: JobsOptions): Promise<Job> {
    return super.add(name, stampPayload(this.name, data), opts);
  }

  override addBulk(jobs: BulkJob[]): Promise<Job[]> {
    return super.addBulk(jobs.map((job) => ({ ...job, data: stampPayload(this.name, job.data) })));
  }

  override upsertJobScheduler(
    ...[id, repeat, template]: Parameters<Queue["upsertJobScheduler"]>
  ): Promise<Job> {
    const data = stampPayload(this.name, template?.data);
    return super.upsertJobScheduler(id, repeat, { ...template, data });
  }
}

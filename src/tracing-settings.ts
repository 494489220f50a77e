/** Where spans go to, and under which name. */
export interface TracingSettings {
  /** The base address of an OTLP receiver, such as http://127.0.0.1:4318. */
  readonly endpoint: string;
  readonly serviceName: string;
}
